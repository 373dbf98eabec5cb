{#- Window function without its `over (…)`: the first value of the frame that is not null. Arguments: value
    (expression). -#}
{% macro first_filled(value) -%}
    {{ return(adapter.dispatch('first_filled', 'medallion')(value)) }}
{%- endmacro %}

{% macro default__first_filled(value) -%}
    {{ exceptions.raise_compiler_error('first_filled() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__first_filled(value) -%}
    first_value({{ value }} ignore nulls)
{%- endmacro %}

{% macro databricks__first_filled(value) -%}
    first_value({{ value }}) ignore nulls
{%- endmacro %}
