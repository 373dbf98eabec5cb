{#- The name of the source table behind a staging model as the inventory has it, `<source>.<table>`; empty while
    parsing. Arguments: model_name (a staging model). -#}
{% macro source_entity(model_name) -%}
    {%- set node = medallion.model_node(model_name) -%}
    {{ return((node.sources[0] | join('.')) if node else '') }}
{%- endmacro %}
