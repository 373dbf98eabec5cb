{#- Aggregate: the value of the row with the greatest order, ties broken by a second column; rows whose order is
    null come last. Rows without a value do not count, which only some engines see to.
    Arguments: value, moment (timestamp), tie_breaker (string): expressions. -#}
{% macro latest(value, moment, tie_breaker) -%}
    max_by({{ value }}, case
        when {{ value }} is not null
            then concat(coalesce(cast({{ moment }} as {{ dbt.type_string() }}), ''), '|', {{ tie_breaker }})
    end)
{%- endmacro %}
