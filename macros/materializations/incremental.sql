{#- dbt's `incremental`, which leaves a model alone when `is_unchanged()`. -#}
{% materialization incremental, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- if is_unchanged() -%}
        {{ return(left_alone()) }}
    {%- endif -%}
    {{ return(dbt.materialization_incremental_duckdb()) }}
{% endmaterialization %}

{% materialization incremental, adapter='databricks', supported_languages=['sql', 'python'] %}
    {%- if is_unchanged() -%}
        {{ return(left_alone()) }}
    {%- endif -%}
    {{ return(dbt.materialization_incremental_databricks()) }}
{% endmaterialization %}
