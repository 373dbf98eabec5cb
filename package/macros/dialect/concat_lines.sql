{#- Aggregate: the lines of a group in order, each with its own line end, as one text.
    Arguments: text (expression, line end included), position (expression). -#}
{% macro concat_lines(text, position) -%}
    {{ return(adapter.dispatch('concat_lines', 'medallion')(text, position)) }}
{%- endmacro %}

{% macro default__concat_lines(text, position) -%}
    {{ exceptions.raise_compiler_error('concat_lines() is written for DuckDB and Databricks; add ' ~ target.type ~ '__concat_lines for this adapter') }}
{%- endmacro %}

{% macro duckdb__concat_lines(text, position) -%}
    string_agg({{ text }}, '' order by {{ position }})
{%- endmacro %}

{% macro databricks__concat_lines(text, position) -%}
    array_join(transform(array_sort(collect_list(struct({{ position }} as position, {{ text }} as line))), x -> x.line), '')
{%- endmacro %}
