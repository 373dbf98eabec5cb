{#- The number of elements of a list. Arguments: list (expression). -#}
{% macro list_size(list) -%}
    {{ return(adapter.dispatch('list_size', 'medallion')(list)) }}
{%- endmacro %}

{% macro default__list_size(list) -%}
    {{ exceptions.raise_compiler_error('list_size() is written for DuckDB and Databricks; add ' ~ target.type ~ '__list_size for this adapter') }}
{%- endmacro %}

{% macro duckdb__list_size(list) -%}
    len({{ list }})
{%- endmacro %}

{% macro databricks__list_size(list) -%}
    size({{ list }})
{%- endmacro %}
