{#- The catalog of a node: the target's own, or on Databricks, with `domains_apart: catalog`, the domain's (medallion_prod_sales).
    Arguments: custom_database_name (a `+database`), node (the node asked about). -#}
{% macro generate_database_name(custom_database_name=none, node=none) -%}
    {{ (custom_database_name or target.database) | trim }}{{ domain_suffix('catalog', node) }}
{%- endmacro %}
