{#- dbt's `table`, which leaves a model alone when `is_unchanged()`. dbt's own is called without a place on the stack of calls
    (`get_macro()`), because it lets only the outermost materialization submit a Python model. -#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- if is_unchanged() -%}
        {{ return(left_alone()) }}
    {%- endif -%}
    {%- do dbt.materialization_table_duckdb.get_macro()() -%}
{% endmaterialization %}

{% materialization table, adapter='databricks', supported_languages=['sql', 'python'] %}
    {%- if is_unchanged() -%}
        {{ return(left_alone()) }}
    {%- endif -%}
    {%- do dbt.materialization_table_databricks.get_macro()() -%}
{% endmaterialization %}
