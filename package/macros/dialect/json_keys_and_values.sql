{#- Select items that make one row per key of a JSON object: column_name and column_value (text).
    Arguments: json (expression). -#}
{% macro json_keys_and_values(json) -%}
    {{ return(adapter.dispatch('json_keys_and_values', 'medallion')(json)) }}
{%- endmacro %}

{% macro default__json_keys_and_values(json) -%}
    {{ exceptions.raise_compiler_error('json_keys_and_values() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__json_keys_and_values(json) -%}
    unnest(map_keys(cast(cast({{ json }} as json) as map(varchar, varchar)))) as column_name,
            unnest(map_values(cast(cast({{ json }} as json) as map(varchar, varchar)))) as column_value
{%- endmacro %}

{% macro databricks__json_keys_and_values(json) -%}
    explode(from_json({{ json }}, 'map<string, string>')) as (column_name, column_value)
{%- endmacro %}
