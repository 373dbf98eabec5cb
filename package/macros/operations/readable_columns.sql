{#- The columns of a silver `__records` model that are typed from text. Arguments: node (the model, or none). -#}
{% macro readable_columns(node) -%}
    {%- set columns = [] -%}
    {#- Other booleans are found out by silver, not read; and so is a column without a type. -#}
    {%- set landed = [] -%}
    {%- for entity, staging in medallion.judged_entities() if node and node.name == 'int_' ~ entity ~ '__records' -%}
        {%- do landed.extend(medallion.declared_columns(staging)) -%}
    {%- endfor -%}
    {%- for column in (node.columns.values() if node else []) if (column.data_type or 'string') != 'string' and not column.name.startswith('_')
        and (column.data_type != 'boolean' or column.name in landed) -%}
        {%- do columns.append(column.name) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
