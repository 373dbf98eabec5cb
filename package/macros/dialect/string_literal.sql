{#- A string as a SQL literal. Arguments: value (string or none). -#}
{% macro string_literal(value) -%}
    {%- if value is none -%}
        {{ return('cast(null as ' ~ dbt.type_string() ~ ')') }}
    {%- endif -%}
    {{ return(adapter.dispatch('string_literal', 'medallion')(value)) }}
{%- endmacro %}

{% macro default__string_literal(value) -%}
    {{ exceptions.raise_compiler_error('string_literal() is not written for ' ~ target.type) }}
{%- endmacro %}

{#- The character NUL must not stand within quotes. -#}
{% macro duckdb__string_literal(value) -%}
    '{{ value | replace("'", "''") | replace("\x00", "' || chr(0) || '") }}'
{%- endmacro %}

{#- The backslash escapes; two literals side by side are one, so that a doubled quote is no quote; and ${…} is
    replaced by a variable before anything is parsed. -#}
{% macro databricks__string_literal(value) -%}
    '{{ value | replace("\\", "\\\\") | replace("'", "\\'") | replace("${", "$\\{") | replace("\x00", "\\0") }}'
{%- endmacro %}
