{#
The semantic models that a metric takes its measures from, through other metrics too: a list of unique ids.

metric: a dict of dbt's graph.
#}
{% macro metric_view_inputs(metric) %}
    {%- set found = [] -%}
    {%- for node in metric.depends_on.nodes -%}
        {%- do found.extend(metric_view_inputs(graph.metrics[node]) if node in graph.metrics else [node]) -%}
    {%- endfor -%}
    {{ return(found | unique | list) }}
{% endmacro %}
