{#- The table or view of a model of any package as it stands in the database; none when it is not there. Arguments: model_name. -#}
{% macro stored_relation(model_name) -%}
    {%- set node = medallion.model_node(model_name) -%}
    {{ return(adapter.get_relation(node.database, node.schema, node.alias) if node else none) }}
{%- endmacro %}
