{#- A double, rounded to some places: as halves go up, the same on every engine. `round` of a double is not: DuckDB rounds what it
    is, Databricks what it is written as, and they part at a half. Arguments: measure (expression), places. -#}
{% macro rounded(measure, places) -%}
    cast(floor({{ measure }} * {{ 10 ** places }} + 0.5) as double) / {{ 10 ** places }}
{%- endmacro %}
