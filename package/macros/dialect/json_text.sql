{#- The value of one key of a JSON object as text, null when absent or null.
    Arguments: json (expression), key (string). -#}
{% macro json_text(json, key) -%}
    {{ return(adapter.dispatch('json_text', 'medallion')(json, key)) }}
{%- endmacro %}

{% macro default__json_text(json, key) -%}
    {{ exceptions.raise_compiler_error('json_text() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__json_text(json, key) -%}
    json_extract_string({{ json }}, '$."{{ key }}"')
{%- endmacro %}

{% macro databricks__json_text(json, key) -%}
    get_json_object({{ json }}, {{ medallion.string_literal("$['" ~ key ~ "']") }})
{%- endmacro %}
