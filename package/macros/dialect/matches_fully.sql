{#- Whether the whole of a string matches a pattern. A dot is any character: which of them end a line, the engines see
    differently. Arguments: expression, pattern (a SQL literal, RE2 and Java syntax). -#}
{% macro matches_fully(expression, pattern) -%}
    {{ return(adapter.dispatch('matches_fully', 'medallion')(expression, pattern)) }}
{%- endmacro %}

{% macro default__matches_fully(expression, pattern) -%}
    {{ exceptions.raise_compiler_error('matches_fully() is written for DuckDB and Databricks; add ' ~ target.type ~ '__matches_fully for this adapter') }}
{%- endmacro %}

{% macro duckdb__matches_fully(expression, pattern) -%}
    regexp_full_match({{ expression }}, {{ pattern }}, 's')
{%- endmacro %}

{% macro databricks__matches_fully(expression, pattern) -%}
    regexp_like({{ expression }}, concat('(?s)\\A(?:', {{ pattern }}, ')\\z'))
{%- endmacro %}
