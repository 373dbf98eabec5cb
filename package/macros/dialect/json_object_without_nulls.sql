{#- A JSON object of some fields as text, leaving nulls out; null when all are null.
    Arguments: fields (dict: key → expression), keys (the ones to take). -#}
{% macro json_object_without_nulls(fields, keys) -%}
    {{ return(adapter.dispatch('json_object_without_nulls', 'medallion')(fields, keys)) }}
{%- endmacro %}

{% macro default__json_object_without_nulls(fields, keys) -%}
    {{ exceptions.raise_compiler_error('json_object_without_nulls() is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__json_object_without_nulls(fields, keys) -%}
    nullif(cast(json_merge_patch('{}', json_object(
        {%- for key in keys %}{{ medallion.string_literal(key) }}, {{ fields[key] }}{{ ', ' if not loop.last }}{% endfor -%}
    )) as varchar), '{}')
{%- endmacro %}

{% macro databricks__json_object_without_nulls(fields, keys) -%}
    nullif(to_json(map_filter(map(
        {%- for key in keys %}{{ medallion.string_literal(key) }}, {{ fields[key] }}{{ ', ' if not loop.last }}{% endfor -%}
    ), (key, value) -> value is not null)), '{}')
{%- endmacro %}
