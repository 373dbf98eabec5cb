{#- What the fingerprint of a model looks at: the model itself and what it reads, with views replaced by what they read. Unique
    ids of tables and seeds. Arguments: node (of the graph). -#}
{% macro looked_at(node) -%}
    {%- set is_stored = node.config.materialized not in ['view', 'ephemeral'] -%}
    {%- set found = [node.unique_id] if is_stored else [] -%}
    {%- for parent in node.depends_on.nodes -%}
        {%- set parent_node = graph.nodes.get(parent) -%}
        {%- if parent_node and parent_node.config.materialized in ['view', 'ephemeral'] -%}
            {%- do found.extend(looked_at(parent_node)) -%}
        {%- else -%}
            {%- do found.append(parent) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found | unique | sort | list) }}
{%- endmacro %}
