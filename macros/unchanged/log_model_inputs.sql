{#- On-run-end: appends to `ops_model_inputs` what each model of this run was built from. A run that is killed before leaves
    no trace, and the next builds those models again. Arguments: results (dbt's run results). -#}
{% macro log_model_inputs(results) -%}
    {%- set logged = medallion.stored_relation('ops_model_inputs') if medallion.is_running() -%}
    {%- set built, tables, rows = {}, [], [] -%}
    {%- for result in results if logged and result.status == 'success' and result.node.resource_type == 'model' -%}
        {%- set node = graph.nodes[result.node.unique_id] -%}
        {%- if may_stay(node) -%}
            {%- do built.update({node.unique_id: result.node.compiled_code}) -%}
            {%- do tables.extend(looked_at(node)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set states = table_states(tables | unique | list) -%}
    {%- for unique_id, compiled in built.items() -%}
        {%- set hash = fingerprint(graph.nodes[unique_id], compiled, states) -%}
        {%- if hash -%}
            {%- do rows.append("('" ~ unique_id ~ "', '" ~ hash ~ "', " ~ run_timestamp() ~ ")") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if rows -%}
        insert into {{ logged }} (node_id, fingerprint, _processed_at) values {{ rows | join(', ') }}
    {%- else -%}
        select 1
    {%- endif -%}
{%- endmacro %}
