{#- Databricks: the statements that govern a model's relation, as a list: its tags (layer, domain, retention, pii), and for
    each column of personal data its tag and its mask. A column whose mask is in place is left alone; a view has no masks
    of its own, because those of the tables it reads hold for its readers.
    Arguments: node, relation (with its type), masks (dict of column to the function that masks it now, without quotes). -#}
{% macro governing_statements(node, relation, masks) -%}
    {%- set columns = medallion.personal_columns(node) -%}
    {%- set tags = {'pii': 'yes' if columns else 'no'} -%}
    {%- for tag, value in {
        'layer': node.config.meta.get('layer') or node.config.schema,
        'domain': node.config.group,
        'retention': node.config.meta.get('retention'),
    }.items() if value -%}
        {%- do tags.update({tag: value}) -%}
    {%- endfor -%}
    {%- set statements = [alter_set_tags(relation, tags)] -%}
    {%- for column in columns -%}
        {%- set mask = medallion.policy_function('mask_' ~ column['class']) -%}
        {%- if masks.get(column.name) != mask | replace('`', '') -%}
            {%- do statements.append(alter_set_column_tags(relation, column.name, {'pii': column['class']})) -%}
            {%- if not relation.is_view -%}
                {%- do statements.append(alter_set_column_mask(relation, column.name, {'function': mask})) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}
