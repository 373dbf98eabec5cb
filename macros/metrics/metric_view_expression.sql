{#
A metric as one SQL expression for Databricks, with the aggregates written out.

metric: a dict of dbt's graph.
semantic_model: a dict of dbt's graph, which has the metric's measures.

What a metric view has no word for, or what no metric here uses, stops with an error rather than give another number than
MetricFlow: filters, windows, offsets, cumulative and conversion metrics.
#}
{% macro metric_view_expression(metric, semantic_model) %}
    {%- set parameters = metric.type_params -%}
    {%- set inputs = [parameters.measure, parameters.numerator, parameters.denominator] + (parameters.metrics or []) -%}
    {%- for each in [metric] + inputs if each and (
        each.filter or each.offset_window or each.offset_to_grain or each.join_to_timespine or each.fill_nulls_with is not none
        and each.fill_nulls_with is defined
    ) -%}
        {{ exceptions.raise_compiler_error('metric ' ~ metric.name ~ ': a filter, an offset or a fill has no metric view') }}
    {%- endfor -%}
    {%- if metric.type == 'simple' -%}
        {%- set measure = semantic_model.measures | selectattr('name', 'equalto', parameters.measure.name) | first -%}
        {%- set aggregates = {
            'sum': 'sum(', 'count': 'count(', 'count_distinct': 'count(distinct ', 'average': 'avg(', 'median': 'median(',
            'min': 'min(', 'max': 'max('
        } -%}
        {%- if measure.agg not in aggregates or measure.non_additive_dimension -%}
            {{ exceptions.raise_compiler_error('measure ' ~ measure.name ~ ': has no metric view') }}
        {%- endif -%}
        {{ return(aggregates[measure.agg] ~ (measure.expr or measure.name) | trim ~ ')') }}
    {%- endif -%}
    {%- set parts = {} -%}
    {%- for each in graph.metrics.values() if each.unique_id in metric.depends_on.nodes -%}
        {%- do parts.update({each.name: metric_view_expression(each, semantic_model)}) -%}
    {%- endfor -%}
    {%- if metric.type == 'ratio' -%}
        {{ return(
            'cast(' ~ parts[parameters.numerator.name] ~ ' as double) / nullif(cast('
            ~ parts[parameters.denominator.name] ~ ' as double), 0)'
        ) }}
    {%- elif metric.type == 'derived' -%}
        {%- set text = namespace(value=parameters.expr) -%}
        {%- for input in parameters.metrics -%}
            {%- set text.value = modules.re.sub(
                '\\b' ~ (input.alias or input.name) ~ '\\b', '(' ~ parts[input.name] ~ ')', text.value
            ) -%}
        {%- endfor -%}
        {{ return(text.value) }}
    {%- endif -%}
    {{ exceptions.raise_compiler_error('metric ' ~ metric.name ~ ': a metric view has no ' ~ metric.type ~ ' metrics') }}
{% endmacro %}
