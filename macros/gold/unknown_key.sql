{#- The key of the unknown member that every dimension has: what a fact points at when its source names nobody,
    or somebody not delivered yet. -#}
{% macro unknown_key() -%}
    'unknown'
{%- endmacro %}
