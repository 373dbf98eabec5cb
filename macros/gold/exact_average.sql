{#- Aggregate: the average of a fractional measure as a double, the same in whatever order the rows come and on every engine.
    (A sum of doubles depends on the order, and then a table rebuilt from the same rows differs in its last digits; an
    average of decimals has twelve places on Databricks.) Arguments: measure (expression, up to ten digits before the point). -#}
{% macro exact_average(measure) -%}
    cast(sum(cast({{ measure }} as decimal(18, 8))) as double) / nullif(count({{ measure }}), 0)
{%- endmacro %}
