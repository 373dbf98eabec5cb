{#- The regular expression of one CSV field (RFC 4180: quotes doubled inside quotes). Understood alike by RE2, Java
    and Python. Arguments: strict (false is lenient in one thing: a field that does not start with a quote may
    contain quotes), repeat (the quantifier: of the engine, unless given). -#}
{% macro csv_field_pattern(strict=false, repeat=none) -%}
    {%- set any = repeat or medallion.repeat_all() -%}
    {%- set quoted = '"[^"]' ~ any ~ '(?:""[^"]' ~ any ~ ')' ~ any ~ '"' -%}
    {%- if strict -%}
        {{ return('(?:' ~ quoted ~ '|[^",\\r\\n]*)') }}
    {%- else -%}
        {{ return('(?:' ~ quoted ~ '|[^",\\r\\n][^,\\r\\n]*|)') }}
    {%- endif -%}
{%- endmacro %}
