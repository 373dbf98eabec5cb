{#- What makes one record later than another, as a list of columns: its drop, then its file, the file's version and its
    row. All of silver and the versions of dimensions go by this one order. -#}
{% macro recency() -%}
    {{ return(['_delivered_at', '_source_file', '_source_modified_at', '_source_size_bytes', '_source_row']) }}
{%- endmacro %}
