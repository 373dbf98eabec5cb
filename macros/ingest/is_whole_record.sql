{#- Whether a text (without its line end) is one well-formed CSV record with a given number of fields.
    Arguments: record (expression), field_count (expression). -#}
{% macro is_whole_record(record, field_count) -%}
    {%- set field = csv_field_pattern() -%}
    {{ matches_fully(record, "'" ~ field ~ "(?:," ~ field ~ ")" ~ repeat_all() ~ "'") }}
    and {{ list_size(csv_fields(record)) }} = {{ field_count }}
{%- endmacro %}
