{#- The hook after each model: on Databricks it sets what `governing_statements` lists, and the `foreign_keys`.
    dbt-databricks itself masks columns in its second generation of materializations alone, and from a setting at
    each column; here one classification, `meta.pii`, gives masks, tags and what is published locally. A new table is
    masked right after it is made. -#}
{% macro govern() -%}
    {%- if execute and target.type == 'databricks' -%}
        {%- set kind = model.config.materialized if model.config.materialized in
            ['view', 'materialized_view', 'streaming_table'] else 'table' -%}
        {%- set relation = this.incorporate(type=kind) -%}
        {%- set masks = {} -%}
        {%- if medallion.personal_columns(model) and kind != 'view' -%}
            {%- for row in fetch_column_masks(relation).rows -%}
                {%- do masks.update({row[0]: row[1] | replace('`', '')}) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- for statement in medallion.governing_statements(model, relation, masks) -%}
            {%- do run_query(statement) -%}
        {%- endfor -%}
        {%- if kind == 'table' -%}{%- do medallion.add_foreign_keys(relation) -%}{%- endif -%}
    {%- endif -%}
{%- endmacro %}
