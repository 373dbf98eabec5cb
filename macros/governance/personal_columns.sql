{#- The columns of personal data of a model, as a list of {name, class}. Arguments: node (a model of the graph). -#}
{% macro personal_columns(node) -%}
    {%- set columns = [] -%}
    {%- for name, column in node.columns.items() if column.get('config', {}).get('meta', {}).get('pii') -%}
        {%- do columns.append({'name': name, 'class': column.config.meta.pii}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
