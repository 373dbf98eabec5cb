{#- A text without the spaces around it, of whatever width (Unicode's space separators): what `trim` does on DuckDB;
    elsewhere it knows the common space only. Arguments: text (expression). -#}
{% macro trimmed(text) -%}
    {{ return(adapter.dispatch('trimmed', 'medallion')(text)) }}
{%- endmacro %}

{% macro default__trimmed(text) -%}
    {{ exceptions.raise_compiler_error('trimmed() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__trimmed(text) -%}
    trim({{ text }})
{%- endmacro %}

{% macro databricks__trimmed(text) -%}
    {%- set spaces = ' \\u00A0\\u1680\\u2000\\u2001\\u2002\\u2003\\u2004\\u2005\\u2006\\u2007\\u2008\\u2009\\u200A\\u202F\\u205F\\u3000' -%}
    trim(both '{{ spaces }}' from {{ text }})
{%- endmacro %}
