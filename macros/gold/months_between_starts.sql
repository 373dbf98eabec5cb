{#- Whole months from one first-of-month to another, as an int. Arguments: start, finish (date expressions). -#}
{% macro months_between_starts(start, finish) -%}
    cast(
            (extract(year from {{ finish }}) - extract(year from {{ start }})) * 12
            + extract(month from {{ finish }}) - extract(month from {{ start }}) as int
        )
{%- endmacro %}
