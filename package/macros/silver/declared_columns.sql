{#- The columns declared for the source of a staging model, as a list of names; empty while parsing.
    Arguments: model_name (a staging model). -#}
{% macro declared_columns(model_name) -%}
    {%- set entity = medallion.source_entity(model_name) -%}
    {{ return(medallion.landing_entity(entity).columns if entity else []) }}
{%- endmacro %}
