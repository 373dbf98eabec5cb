{#
The body of a Databricks metric view: YAML made of a semantic model and the metrics over it, as dbt's graph holds them, so
that a metric is defined once.

semantic_model: name of the semantic model that is the view's source.

Measures are the metrics whose inputs all come from this semantic model; dimensions are its own, and those of the semantic
models that its foreign entities point at. The view names them <entity>_<dimension>. The model that calls this says with
ref() what it reads, because dbt wants to know that while it parses, when the graph is not there yet.
#}
{% macro metric_view(semantic_model) %}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set models = graph.semantic_models.values() | list -%}
    {%- set fact = models | selectattr('name', 'equalto', semantic_model) | first -%}
    {%- set read = [fact] -%}
    {%- set joins = [] -%}
    {%- set dimensions = [] -%}
    {%- for entity in fact.entities -%}
        {%- if entity.type == 'primary' -%}
            {%- do dimensions.extend(metric_view_dimensions(fact, entity.name)) -%}
        {%- endif -%}
        {%- for joined in models if entity.type == 'foreign' -%}
            {%- for key in joined.entities if key.type == 'primary' and key.name == entity.name -%}
                {%- set alias = entity.name ~ '_row' -%}
                {%- do read.append(joined) -%}
                {%- do joins.append({
                    'name': alias,
                    'source': joined.node_relation.relation_name,
                    'on': 'source.' ~ entity.expr ~ ' = ' ~ alias ~ '.' ~ key.expr,
                }) -%}
                {%- do dimensions.extend(metric_view_dimensions(joined, entity.name, alias)) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for each in read -%}
        {%- for node in each.depends_on.nodes if node not in model.depends_on.nodes -%}
            {{ exceptions.raise_compiler_error(model.name ~ ' reads ' ~ node ~ ' and has no ref() to it') }}
        {%- endfor -%}
    {%- endfor -%}
    {%- set view = {
        'version': '1.1',
        'comment': fact.description | trim,
        'source': fact.node_relation.relation_name,
    } -%}
    {%- if joins -%}{%- do view.update({'joins': joins}) -%}{%- endif -%}
    {%- do view.update({'dimensions': dimensions, 'measures': metric_view_measures(fact)}) -%}
    {#- Through JSON, because YAML would write what occurs twice as a reference. -#}
    {{ return(toyaml(fromjson(tojson(view)))) }}
{% endmacro %}
