{#- A string as a SQL literal; neither engine takes the character NUL within quotes.
    Arguments: value (string or none). -#}
{% macro string_literal(value) -%}
    {%- if value is none -%} cast(null as {{ dbt.type_string() }})
    {%- else -%} '{{ value | replace("'", "''") | replace("\x00", "' || chr(0) || '") }}'
    {%- endif -%}
{%- endmacro %}
