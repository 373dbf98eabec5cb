{#- On-run-end: appends what every node of this run did to `ops_model_runs`, in one statement. Does nothing before that
    table exists. The versions of a model share its name and go by their aliases. Arguments: results (dbt's run results). -#}
{% macro log_model_runs(results) -%}
    {%- set table = medallion.stored_relation('ops_model_runs') if medallion.is_running() -%}
    {%- if table and results -%}
        {%- set row_counts = medallion.table_row_counts(results) -%}
        insert into {{ table }} (
            invocation_id, node_name, node_type, node_status, execution_seconds, row_count, failure_count, message,
            _processed_at
        )
        values
        {%- for result in results %}
        (
            '{{ invocation_id }}', {{ medallion.string_literal(result.node.alias if result.node.version else result.node.name) }}, '{{ result.node.resource_type }}',
            '{{ result.status }}', {{ result.execution_time }},
            {{ row_counts.get(result.node.schema ~ '.' ~ result.node.alias, 'null') }}, {{ result.failures if result.failures is not none else 'null' }},
            {{ medallion.string_literal((result.message or '')[:500]) }}, {{ medallion.run_timestamp() }}
        )
        {{- ',' if not loop.last }}
        {%- endfor %}
    {%- else -%}
        select 1
    {%- endif -%}
{%- endmacro %}
