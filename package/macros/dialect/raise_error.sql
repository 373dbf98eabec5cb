{#- An expression that stops the statement with a message when it is evaluated.
    Arguments: message (a SQL string expression). -#}
{% macro raise_error(message) -%}
    {{ return(adapter.dispatch('raise_error', 'medallion')(message)) }}
{%- endmacro %}

{% macro default__raise_error(message) -%}
    {{ exceptions.raise_compiler_error('raise_error() is written for DuckDB and Databricks; add ' ~ target.type ~ '__raise_error for this adapter') }}
{%- endmacro %}

{% macro duckdb__raise_error(message) -%}
    error({{ message }})
{%- endmacro %}

{% macro databricks__raise_error(message) -%}
    raise_error({{ message }})
{%- endmacro %}
