{#- A string as a SQL literal. Arguments: value (string or none). -#}
{% macro string_literal(value) -%}
    {%- if value is none -%} cast(null as {{ dbt.type_string() }})
    {%- else -%} '{{ value | replace("'", "''") }}'
    {%- endif -%}
{%- endmacro %}
