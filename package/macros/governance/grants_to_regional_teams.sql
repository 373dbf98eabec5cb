{#- The grant that goes with `row_filter_by_region`, for `config(grants=...)`: the regional teams may read the models that
    have the filter, and no others. -#}
{% macro grants_to_regional_teams() -%}
    {%- set group = var('regional_group', env_var('REGIONAL_GROUP', '')) -%}
    {{ return({'+select': [group]} if target.type == 'databricks' and group else {}) }}
{%- endmacro %}
