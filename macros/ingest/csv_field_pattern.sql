{#- The regular expression of one CSV field (RFC 4180: quotes doubled inside quotes). Understood alike by RE2, Java
    and Python. Arguments: strict (false is lenient in one thing: a field that does not start with a quote may
    contain quotes). -#}
{% macro csv_field_pattern(strict=false) -%}
    {%- if strict -%}
        {{ return('(?:"[^"]*(?:""[^"]*)*"|[^",\\r\\n]*)') }}
    {%- else -%}
        {{ return('(?:"[^"]*(?:""[^"]*)*"|[^",\\r\\n][^,\\r\\n]*|)') }}
    {%- endif -%}
{%- endmacro %}
