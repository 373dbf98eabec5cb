{#- The regular expression of one CSV field (RFC 4180: quotes doubled inside quotes), lenient in one thing: a
    field that does not start with a quote may contain quotes. Understood alike by RE2 and Java. -#}
{% macro csv_field_pattern() -%}
    {{ return('(?:"[^"]*(?:""[^"]*)*"|[^",\\n][^,\\n]*|)') }}
{%- endmacro %}
