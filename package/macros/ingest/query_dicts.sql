{#- The rows of a query's result as a list of dicts. Arguments: query. -#}
{% macro query_dicts(query) -%}
    {%- set table = run_query(query) -%}
    {%- set rows = [] -%}
    {%- for row in table.rows -%}
        {%- do rows.append(dict(zip(table.column_names, row.values()))) -%}
    {%- endfor -%}
    {{ return(rows) }}
{%- endmacro %}
