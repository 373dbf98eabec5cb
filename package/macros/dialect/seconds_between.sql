{#- Whole seconds from one timestamp to another, as a bigint. Arguments: start, finish (expressions). -#}
{% macro seconds_between(start, finish) -%}
    {{ return(adapter.dispatch('seconds_between', 'medallion')(start, finish)) }}
{%- endmacro %}

{% macro default__seconds_between(start, finish) -%}
    {{ exceptions.raise_compiler_error('seconds_between() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__seconds_between(start, finish) -%}
    date_sub('second', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro databricks__seconds_between(start, finish) -%}
    timestampdiff(second, {{ start }}, {{ finish }})
{%- endmacro %}
