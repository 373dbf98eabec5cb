{#
A dimension or a measure of a metric view, with what the view tells people and Genie about it, as a dict.

name, expression: of the column.
element: the dimension or metric in dbt's graph, whose description, label and synonyms it takes.
#}
{% macro metric_view_column(name, expression, element) %}
    {%- set column = {
        'name': name,
        'expr': expression | trim,
        'comment': element.description | trim,
        'display_name': element.label,
    } -%}
    {%- if element.config.meta.synonyms -%}{%- do column.update({'synonyms': element.config.meta.synonyms}) -%}{%- endif -%}
    {{ return(column) }}
{% endmacro %}
