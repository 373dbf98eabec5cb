{#- The name of a function that guards personal data on Databricks, in the schema `governance` beside the layers:
    mask_<class> for a column, only_own_region for rows. `create_policies` makes them. Arguments: name. -#}
{% macro policy_function(name) -%}
    {{ return('`' ~ [target.database, generate_schema_name('governance', none), name] | join('`.`') ~ '`') }}
{%- endmacro %}
