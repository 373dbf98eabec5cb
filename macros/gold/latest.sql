{#- Aggregate: the value of the row with the greatest order, ties broken by a second column; rows whose order is
    null come last. Arguments: value, moment (timestamp), tie_breaker (string): expressions. -#}
{% macro latest(value, moment, tie_breaker) -%}
    max_by({{ value }}, concat(coalesce(cast({{ moment }} as {{ dbt.type_string() }}), ''), '|', {{ tie_breaker }}))
{%- endmacro %}
