{#- The hook before each model of gold: on Databricks, a table that is about to be replaced gives up its primary key, and
    with it the foreign keys that point at it; `govern` sets them again after the models that have them. Unity Catalog says
    what `drop primary key ... cascade` does, and not what replacing a table does that foreign keys point at. -#}
{% macro release_primary_key() -%}
    {%- if execute and target.type == 'databricks'
        and (model.config.materialized == 'table' or should_full_refresh())
        and model.unique_id in medallion.tested_relationships() | map(attribute='parent.unique_id') -%}
        {%- set existing = load_cached_relation(this) -%}
        {%- if existing is not none and existing.is_table -%}
            {%- do run_query('alter table ' ~ existing ~ ' drop primary key if exists cascade') -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
