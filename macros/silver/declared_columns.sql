{#- The columns declared for the source of a staging model, as a list of names; empty while parsing.
    Arguments: model_name (a staging model). -#}
{% macro declared_columns(model_name) -%}
    {%- set node = model_node(model_name) -%}
    {{ return(landing_entity(node.sources[0] | join('.')).columns if node else []) }}
{%- endmacro %}
