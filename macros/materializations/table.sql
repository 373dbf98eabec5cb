{#- dbt's `table`, which leaves a model alone when `is_unchanged()`. -#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- if is_unchanged() -%}
        {{ return(left_alone()) }}
    {%- endif -%}
    {{ return(dbt.materialization_table_duckdb()) }}
{% endmaterialization %}

{% materialization table, adapter='databricks', supported_languages=['sql', 'python'] %}
    {%- if is_unchanged() -%}
        {{ return(left_alone()) }}
    {%- endif -%}
    {{ return(dbt.materialization_table_databricks()) }}
{% endmaterialization %}
