{#- The key of a day in `dim_dates`, such as 20180801; 0, the unknown day, when there is none or it lies outside
    the calendar. Arguments: day (a date or timestamp expression). -#}
{% macro date_key(day) -%}
    case
        when cast({{ day }} as date) between cast('{{ var("calendar_from") }}' as date) and cast('{{ var("calendar_to") }}' as date)
            then extract(year from {{ day }}) * 10000 + extract(month from {{ day }}) * 100 + extract(day from {{ day }})
        else 0
    end
{%- endmacro %}
