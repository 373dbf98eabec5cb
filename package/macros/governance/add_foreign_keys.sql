{#- Databricks: sets the `foreign_keys` of this model that are not there. A parent that is replaced takes them away
    (`release_primary_key`), also from a model that is left alone in that run. Arguments: relation (the model's table). -#}
{% macro add_foreign_keys(relation) -%}
    {%- set keys = medallion.foreign_keys(model) if target.type == 'databricks' and var('foreign_keys', true) else [] -%}
    {%- if keys -%}
        {%- set there = fetch_foreign_key_constraints(relation).columns[0].values() -%}
        {#- A parent that was not built here: a developer's schemas, with `--defer`. -#}
        {%- for key in keys if key.name not in there and load_cached_relation(key.parent) is not none -%}
            {%- do run_query('alter table ' ~ relation ~ ' add constraint ' ~ key.name
                ~ ' foreign key (' ~ key.column ~ ') references ' ~ key.parent) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
