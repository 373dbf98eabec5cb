{#- What a domain's own schema or catalog ends with, such as _sales; empty where domains share theirs. The setting is the var
    `domains_apart`, else the environment variable DOMAINS_APART: schema, catalog, or empty. On Databricks only, and for
    silver and gold only: bronze and ops are the platform's. Arguments: level (schema or catalog), node (may be none). -#}
{% macro domain_suffix(level, node) -%}
    {%- set config = node.config if node else {} -%}
    {%- set is_apart = target.type == 'databricks'
        and var('domains_apart', env_var('DOMAINS_APART', '')) == level
        and config.get('schema') in ['silver', 'gold'] and config.get('group') -%}
    {{ return('_' ~ config.get('group') if is_apart else '') }}
{%- endmacro %}
