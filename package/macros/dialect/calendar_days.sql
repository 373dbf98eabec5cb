{#- A table expression with one column `calendar_date`: every day between two days, both included.
    Arguments: first_day, last_day (strings, YYYY-MM-DD). -#}
{% macro calendar_days(first_day, last_day) -%}
    {{ return(adapter.dispatch('calendar_days', 'medallion')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__calendar_days(first_day, last_day) -%}
    {{ exceptions.raise_compiler_error('calendar_days() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__calendar_days(first_day, last_day) -%}
    (
        select cast(generated as date) as calendar_date
        from generate_series(date '{{ first_day }}', date '{{ last_day }}', interval 1 day) as days (generated)
    )
{%- endmacro %}

{% macro databricks__calendar_days(first_day, last_day) -%}
    (select explode(sequence(date '{{ first_day }}', date '{{ last_day }}', interval 1 day)) as calendar_date)
{%- endmacro %}
