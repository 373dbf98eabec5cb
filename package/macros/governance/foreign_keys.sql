{#- The foreign keys of a model of gold, as its `relationships` tests say them, where they point at the primary key of
    another model of gold: a list of dicts of name, column and parent (a relation). Argument: node. -#}
{% macro foreign_keys(node) -%}
    {%- set keys = [] -%}
    {%- for key in medallion.tested_relationships() if key.child.unique_id == node.unique_id -%}
        {%- do keys.append({
            'name': node.alias ~ '__' ~ key.column ~ '__fk',
            'column': key.column,
            'parent': api.Relation.create(
                database=key.parent.database, schema=key.parent.schema, identifier=key.parent.alias),
        }) -%}
    {%- endfor -%}
    {{ return(keys) }}
{%- endmacro %}
