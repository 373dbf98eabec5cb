{#- The columns of personal data of a model or source, as a list of {name, class}; `pii: none` says that a column is none.
    Arguments: node (of the graph). -#}
{% macro personal_columns(node) -%}
    {%- set columns = [] -%}
    {%- for name, column in node.columns.items() if column.get('config', {}).get('meta', {}).get('pii') not in [none, '', 'none'] -%}
        {%- do columns.append({'name': name, 'class': column.config.meta.pii}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
