{#- The schema of a node: the layer's own name (bronze, silver, gold, ops), the same for everybody. On Databricks, in the
    environment dev, where many people share a catalog, each one's schemas begin with the profile's schema (anna_bronze).
    The environment is the var `environment` (a dbt task of a job can set no environment variable), else DBT_ENVIRONMENT.
    With `domains_apart: schema`, silver and gold have one a domain (gold_sales; see `domain_suffix`).
    Arguments: custom_schema_name (the `+schema` of its folder), node (the node asked about). -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set environment = var('environment', env_var('DBT_ENVIRONMENT', 'dev')) -%}
    {%- if custom_schema_name and target.type == 'databricks' and environment == 'dev' -%}
        {{ target.schema }}_{{ custom_schema_name | trim }}{{ domain_suffix('schema', node) }}
    {%- else -%}
        {{ (custom_schema_name or target.schema) | trim }}{{ domain_suffix('schema', node) }}
    {%- endif -%}
{%- endmacro %}
