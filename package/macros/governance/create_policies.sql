{#- An operation for Databricks, before the first build and after a change of groups, salt or `masked`:
    dbt run-operation create_policies. See `policy_statements` and docs/how-to/govern.md. -#}
{% macro create_policies() -%}
    {%- if target.type != 'databricks' -%}
        {{ exceptions.raise_compiler_error('Masks and row filters are made on Databricks; on DuckDB, publishing masks.') }}
    {%- endif -%}
    {%- for statement in medallion.policy_statements() -%}
        {%- do run_query(statement) -%}
    {%- endfor -%}
    {%- do log('Made the functions that guard personal data in ' ~ medallion.policy_function('*'), info=true) -%}
{%- endmacro %}
