{#- A landed text read as a type: null when it is blank or cannot be read. The text's form is checked first,
    because the engines disagree on what a cast accepts ('1.7' as an integer, '2018' as a timestamp, 24:00 as an hour).
    Arguments: text (expression), type (string, int, bigint, double, decimal(p,s), boolean, date or timestamp). -#}
{% macro read_as(text, type) -%}
    {%- set trimmed = "nullif(" ~ medallion.trimmed(text) ~ ", '')" -%}
    {%- set number = "[+-]?(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]+)?" -%}
    {%- set day = "[0-9]{4}-[0-9]{2}-[0-9]{2}" -%}
    {%- set time = "[ T](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,6})?)?" -%}
    {%- set forms = {
        'int': '[+-]?[0-9]+', 'bigint': '[+-]?[0-9]+', 'double': number, 'decimal': number,
        'boolean': '(?i:true|false)', 'date': day ~ '(?:' ~ time ~ ')?', 'timestamp': day ~ '(?:' ~ time ~ ')?',
    } -%}
    {%- set kind = type.split('(')[0] -%}
    {%- if kind == 'string' -%}
        {{ trimmed }}
    {%- elif kind not in forms -%}
        {{ exceptions.raise_compiler_error("medallion.read_as(): unknown type '" ~ type ~ "' for " ~ text
            ~ "; use string, " ~ forms | join(', ')) }}
    {%- elif kind == 'date' -%}
        case when {{ medallion.matches_fully(trimmed, "'" ~ forms[kind] ~ "'") }}
            then cast(try_cast({{ trimmed }} as timestamp) as date) end
    {%- else -%}
        case when {{ medallion.matches_fully(trimmed, "'" ~ forms[kind] ~ "'") }} then try_cast({{ trimmed }} as {{ type }}) end
    {%- endif -%}
{%- endmacro %}
