{#- The graph node of a model of any package; none while parsing. Arguments: model_name. -#}
{% macro model_node(model_name) -%}
    {%- for node in (graph.nodes.values() if execute else [])
        if node.resource_type == 'model' and node.name == model_name -%}
        {{ return(node) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}
