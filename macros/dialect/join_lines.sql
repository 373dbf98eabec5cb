{#- Aggregate: the lines of a group in order, with line feeds between them.
    Arguments: text, position (expressions). -#}
{% macro join_lines(text, position) -%}
    {{ return(adapter.dispatch('join_lines', 'medallion')(text, position)) }}
{%- endmacro %}

{% macro default__join_lines(text, position) -%}
    {{ exceptions.raise_compiler_error('join_lines() is written for DuckDB and Databricks; add ' ~ target.type ~ '__join_lines for this adapter') }}
{%- endmacro %}

{% macro duckdb__join_lines(text, position) -%}
    string_agg({{ text }}, chr(10) order by {{ position }})
{%- endmacro %}

{% macro databricks__join_lines(text, position) -%}
    array_join(transform(array_sort(collect_list(struct({{ position }} as position, {{ text }} as line))), x -> x.line), char(10))
{%- endmacro %}
