{#- Whether a text (without its line end) is one well-formed CSV record with a given number of fields.
    Arguments: record (expression), field_count (expression). -#}
{% macro is_whole_record(record, field_count) -%}
    {%- set field = medallion.csv_field_pattern() -%}
    {{ medallion.matches_fully(record, "'" ~ field ~ "(?:," ~ field ~ ")" ~ medallion.repeat_all() ~ "'") }}
    and {{ medallion.list_size(medallion.csv_fields(record)) }} = {{ field_count }}
{%- endmacro %}
