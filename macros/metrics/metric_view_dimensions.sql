{#
The dimensions that a metric view takes from a semantic model, as a list of dicts.

semantic_model: a dict of dbt's graph.
entity: what their names begin with.
alias: the join's name, when the semantic model is joined to the view's source.

A time dimension `<name>_date` also gives its week, month, quarter and year. A joined time is not the view's time, and stays
away. In a joined expression each column is qualified with the alias; a text in it must not be a column's name.
#}
{% macro metric_view_dimensions(semantic_model, entity, alias=none) %}
    {%- set found = [] -%}
    {%- for dimension in semantic_model.dimensions -%}
        {%- set expression = dimension.expr or dimension.name -%}
        {%- if dimension.type == 'time' and not alias -%}
            {%- do found.append(metric_view_column(dimension.name, expression, dimension)) -%}
            {%- for grain in ['week', 'month', 'quarter', 'year'] -%}
                {%- do found.append({
                    'name': dimension.name.removesuffix('_date') ~ '_' ~ grain,
                    'expr': "cast(date_trunc('" ~ grain ~ "', " ~ expression ~ ') as date)',
                    'comment': 'First day of the ' ~ grain ~ '. ' ~ dimension.description,
                    'display_name': dimension.label.removesuffix(' date') ~ ' ' ~ grain,
                }) -%}
            {%- endfor -%}
        {%- elif dimension.type == 'categorical' -%}
            {%- if alias -%}
                {%- set columns = graph.nodes[semantic_model.depends_on.nodes[0]].columns | join('|') -%}
                {%- set expression = modules.re.sub('\\b(' ~ columns ~ ')\\b', alias ~ '.\\1', expression) -%}
            {%- endif -%}
            {%- do found.append(metric_view_column(entity ~ '_' ~ dimension.name, expression, dimension)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
