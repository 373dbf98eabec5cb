{#- The number of rows of the tables that a run wrote, as the engine keeps it, without reading them: a dict
    `schema.table` → rows. Arguments: results (dbt's run results). -#}
{% macro table_row_counts(results) -%}
    {{ return(adapter.dispatch('table_row_counts', 'medallion')(results)) }}
{%- endmacro %}

{% macro default__table_row_counts(results) -%}
    {{ exceptions.raise_compiler_error('table_row_counts() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__table_row_counts(results) -%}
    {%- set counts = {} -%}
    {%- for row in run_query("select schema_name || '.' || table_name, estimated_size from duckdb_tables()").rows -%}
        {%- do counts.update({row[0]: row[1] | int}) -%}
    {%- endfor -%}
    {{ return(counts) }}
{%- endmacro %}

{#- Delta answers `count(*)` from its log. -#}
{% macro databricks__table_row_counts(results) -%}
    {%- set selects, counts = [], {} -%}
    {%- for result in results if result.status == 'success' and result.node.resource_type in ['model', 'seed']
        and result.node.config.materialized in ['table', 'incremental', 'seed', 'streaming_table'] -%}
        {%- set name = result.node.schema ~ '.' ~ result.node.alias -%}
        {%- do selects.append(
            'select ' ~ medallion.string_literal(name) ~ ' as name, count(*) as row_count from ' ~ result.node.relation_name) -%}
    {%- endfor -%}
    {%- for row in (run_query(selects | join(' union all ')).rows if selects else []) -%}
        {%- do counts.update({row[0]: row[1] | int}) -%}
    {%- endfor -%}
    {{ return(counts) }}
{%- endmacro %}
