{#
What a metric view tells people and Genie about a dimension or a measure, as a dict: comment, display name and synonyms.

element: a dimension or metric of dbt's graph.
meta: its own keys.
#}
{% macro metric_view_texts(element, meta) %}
    {%- set told = {'comment': element.description | trim, 'display_name': element.label} -%}
    {%- if meta.synonyms -%}{%- do told.update({'synonyms': meta.synonyms}) -%}{%- endif -%}
    {{ return(told) }}
{% endmacro %}
