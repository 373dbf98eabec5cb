{#- How tables stand: rows and latest stamp, from which any change shows, a deletion too. A dict unique_id → text; a table
    that is not there, or has no stamp, is left out, and so is a seed. Arguments: unique_ids (of models and seeds). -#}
{% macro table_states(unique_ids) -%}
    {%- set selects, states = [], {} -%}
    {%- for unique_id in unique_ids if not unique_id.startswith('seed.') -%}
        {%- set node = graph.nodes[unique_id] -%}
        {%- set stamp = '_processed_at' if '_processed_at' in node.columns else '_loaded_at' if node.sources -%}
        {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
        {%- if relation and stamp -%}
            {%- do selects.append("select '" ~ unique_id ~ "' as unique_id, concat(cast(count(*) as " ~ dbt.type_string()
                ~ "), ' ', cast(max(" ~ stamp ~ ") as " ~ dbt.type_string() ~ ")) as state from " ~ relation) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for row in (medallion.query_dicts(selects | join(' union all ')) if selects else []) -%}
        {%- do states.update({row.unique_id: row.state}) -%}
    {%- endfor -%}
    {{ return(states) }}
{%- endmacro %}
