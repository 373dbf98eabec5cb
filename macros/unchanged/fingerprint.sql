{#- What a model would be built from, and what it is now, as one hash: its code and configuration, its seeds, and how its
    parents and its own table stand. None when that cannot be told. An incremental model compiles differently in its
    first run, so its code is taken as it is written; what a macro changes in it shows in new rows only, as always.
    Arguments: node (of the graph), compiled (its compiled code), states (as of `table_states`). -#}
{% macro fingerprint(node, compiled, states) -%}
    {%- set parts = [
        node.raw_code if node.config.materialized == 'incremental' else compiled | trim | replace(run_timestamp(), ''),
        tojson(node.config, sort_keys=true),
        tojson(node.columns, sort_keys=true),
    ] -%}
    {%- for unique_id in looked_at(node) -%}
        {%- set is_seed = unique_id.startswith('seed.') -%}
        {%- if not is_seed and unique_id not in states -%}
            {{ return(none) }}
        {%- endif -%}
        {%- do parts.append(graph.nodes[unique_id].checksum.checksum if is_seed else states[unique_id]) -%}
    {%- endfor -%}
    {{ return(local_md5(parts | join('\n'))) }}
{%- endmacro %}
