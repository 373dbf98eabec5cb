{#- The start of this dbt run in UTC as a timestamp literal: the stamp of every row the run writes. What Databricks
    refreshes by itself (materialized views, streaming tables) tells the time of the refresh instead: a literal
    would be another query in every run. -#}
{% macro run_timestamp() -%}
    {%- if config is defined and config.get('materialized') in ['materialized_view', 'streaming_table'] -%}
        current_timestamp()
    {%- else -%}
        cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp)
    {%- endif -%}
{%- endmacro %}
