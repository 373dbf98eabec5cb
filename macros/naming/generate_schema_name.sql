{#- The schema of a node: the layer's own name (bronze, silver, gold, ops), the same for everybody.
    Arguments: custom_schema_name (the `+schema` of its folder), node (the node asked about). -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
