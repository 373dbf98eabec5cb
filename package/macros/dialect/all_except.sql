{#- Every column but some: `* exclude (…)` on DuckDB, `* except (…)` on Databricks.
    Arguments: columns (list of names). -#}
{% macro all_except(columns) -%}
    {{ return(adapter.dispatch('all_except', 'medallion')(columns)) }}
{%- endmacro %}

{% macro default__all_except(columns) -%}
    {{ exceptions.raise_compiler_error('all_except() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__all_except(columns) -%}
    * exclude ({{ columns | join(', ') }})
{%- endmacro %}

{% macro databricks__all_except(columns) -%}
    * except ({{ columns | join(', ') }})
{%- endmacro %}
