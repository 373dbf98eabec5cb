{#
The measures of a metric view, as a list of dicts: the metrics whose inputs all are measures of a semantic model.

semantic_model: a dict of dbt's graph.
#}
{% macro metric_view_measures(semantic_model) %}
    {%- set formats = {
        'brl': {'type': 'currency', 'currency_code': 'BRL', 'decimal_places': {'type': 'exact', 'places': 2}},
        'count': {'type': 'number', 'decimal_places': {'type': 'exact', 'places': 0}},
        'days': {'type': 'number', 'decimal_places': {'type': 'exact', 'places': 1}},
        'score': {'type': 'number', 'decimal_places': {'type': 'exact', 'places': 2}},
        'share': {'type': 'percentage', 'decimal_places': {'type': 'exact', 'places': 1}},
    } -%}
    {%- set found = [] -%}
    {%- for metric in graph.metrics.values() -%}
        {%- if metric.depends_on.nodes | length and metric_view_inputs(metric) == [semantic_model.unique_id] -%}
            {%- set measure = metric_view_column(
                metric.name, metric_view_expression(metric, semantic_model), metric
            ) -%}
            {%- do measure.update({'format': formats[metric.config.meta.format]}) -%}
            {%- do found.append(measure) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
