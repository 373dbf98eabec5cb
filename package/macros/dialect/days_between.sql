{#- Calendar days from one date to another, as an int. Arguments: start, finish (date expressions). -#}
{% macro days_between(start, finish) -%}
    {{ return(adapter.dispatch('days_between', 'medallion')(start, finish)) }}
{%- endmacro %}

{% macro default__days_between(start, finish) -%}
    {{ exceptions.raise_compiler_error('days_between() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__days_between(start, finish) -%}
    cast(date_diff('day', cast({{ start }} as date), cast({{ finish }} as date)) as int)
{%- endmacro %}

{% macro databricks__days_between(start, finish) -%}
    datediff(cast({{ finish }} as date), cast({{ start }} as date))
{%- endmacro %}
