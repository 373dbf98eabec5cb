{#- Whether a text is one well-formed CSV record with a given number of fields.
    Arguments: record (expression; one carriage return at its end is not part of it), field_count (expression). -#}
{% macro is_whole_record(record, field_count) -%}
    {%- set text = "regexp_replace(" ~ record ~ ", '\\r$', '')" -%}
    {%- set field = csv_field_pattern() -%}
    {{ matches_fully(text, "'" ~ field ~ "(?:," ~ field ~ ")*'") }}
    and {{ list_size(csv_fields(text)) }} = {{ field_count }}
{%- endmacro %}
