{#- What the columns declared for the source of a staging model are called in its files, as a dict of column → name; empty
    while parsing. Arguments: model_name (a staging model). -#}
{% macro landed_names(model_name) -%}
    {%- set entity = medallion.source_entity(model_name) -%}
    {{ return(medallion.landing_entity(entity).landed if entity else {}) }}
{%- endmacro %}
