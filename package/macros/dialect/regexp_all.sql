{#- The further argument that makes `regexp_replace` replace every match, which Databricks does anyway. -#}
{% macro regexp_all() -%}
    {{ return(adapter.dispatch('regexp_all', 'medallion')()) }}
{%- endmacro %}

{% macro default__regexp_all() -%}{%- endmacro %}

{% macro duckdb__regexp_all() -%}, 'g'{%- endmacro %}
