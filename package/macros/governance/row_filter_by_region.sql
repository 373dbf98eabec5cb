{#- The row filter of a model for `config(row_filter=...)`: on Databricks, where the variable `regional_group` (also an
    environment variable) names the group of the regional teams; none elsewhere. Arguments: column (with the region's name). -#}
{% macro row_filter_by_region(column) -%}
    {%- if target.type == 'databricks' and var('regional_group', env_var('REGIONAL_GROUP', '')) -%}
        {{ return({'function': medallion.policy_function('only_own_region'), 'columns': [column]}) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
