{#- The number of rows of each table as the engine keeps it, without counting: a dict `schema.table` → rows. Empty where
    the engine keeps none. -#}
{% macro table_row_counts() -%}
    {{ return(adapter.dispatch('table_row_counts', 'medallion')()) }}
{%- endmacro %}

{% macro default__table_row_counts() -%}
    {{ return({}) }}
{%- endmacro %}

{% macro duckdb__table_row_counts() -%}
    {%- set counts = {} -%}
    {%- for row in run_query("select schema_name || '.' || table_name, estimated_size from duckdb_tables()").rows -%}
        {%- do counts.update({row[0]: row[1] | int}) -%}
    {%- endfor -%}
    {{ return(counts) }}
{%- endmacro %}
