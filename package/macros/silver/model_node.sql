{#- The graph node of a model of any package; none while parsing and in unit tests. Arguments: model_name. -#}
{% macro model_node(model_name) -%}
    {%- for node in graph.get('nodes', {}).values()
        if node.resource_type == 'model' and node.name == model_name -%}
        {{ return(node) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}
