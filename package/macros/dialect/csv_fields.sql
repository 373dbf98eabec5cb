{#- The fields of one CSV record as a list of raw texts, quotes included.
    Arguments: record (expression). -#}
{% macro csv_fields(record) -%}
    {{ return(adapter.dispatch('csv_fields', 'medallion')(record)) }}
{%- endmacro %}

{% macro default__csv_fields(record) -%}
    {{ exceptions.raise_compiler_error('csv_fields() is written for DuckDB and Databricks; add ' ~ target.type ~ '__csv_fields for this adapter') }}
{%- endmacro %}

{% macro duckdb__csv_fields(record) -%}
    regexp_extract_all(',' || {{ record }}, ',({{ medallion.csv_field_pattern() }})', 1)
{%- endmacro %}

{% macro databricks__csv_fields(record) -%}
    regexp_extract_all(concat(',', {{ record }}), ',({{ medallion.csv_field_pattern() }})', 1)
{%- endmacro %}
