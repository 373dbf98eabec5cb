{#- The start of this dbt run in UTC as a timestamp literal: the stamp of every row the run writes. -#}
{% macro run_timestamp() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp)
{%- endmacro %}
