{#- dbt's hook for the DDL of a contracted table. On DuckDB a primary key is left to the `unique` test that every key
    has: as a constraint it is an index in memory over every key, which costs a third of a fact's build and slows every
    later write; a foreign key, to the `relationships` test, because it keeps dbt from replacing the parent. See ADR 0016. -#}
{% macro duckdb__get_table_columns_and_constraints() -%}
    {%- set columns = {} -%}
    {%- for name, column in model.columns.items() -%}
        {%- do columns.update({name: dict(column, constraints=column.constraints
            | selectattr('type', 'in', ['not_null', 'check']) | list)}) -%}
    {%- endfor -%}
    ({{ adapter.render_raw_columns_constraints(raw_columns=columns) | join(', ') }})
{%- endmacro %}
