{#- What a model reads, with views replaced by what they read: unique ids of tables and seeds. Arguments: node (of the graph). -#}
{% macro stored_parents(node) -%}
    {%- set parents = [] -%}
    {%- for parent in node.depends_on.nodes -%}
        {%- set parent_node = graph.nodes.get(parent) -%}
        {%- if parent_node and parent_node.config.materialized in ['view', 'ephemeral'] -%}
            {%- do parents.extend(stored_parents(parent_node)) -%}
        {%- else -%}
            {%- do parents.append(parent) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(parents | unique | sort | list) }}
{%- endmacro %}
