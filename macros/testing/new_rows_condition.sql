{#- The condition that finds the rows a test has not seen, or nothing where it has to look at all: unless
    `test_rows: new`, before its first pass, and in a table whose rows have no stamp. A row's test can turn from green to
    red only when the row is written; a key's, only when a row of that key is. Arguments: relation (what is tested). -#}
{% macro new_rows_condition(relation) -%}
    {%- set tested = graph.get('nodes', {}).get(model.attached_node) if execute and var('test_rows', 'all') == 'new' -%}
    {%- if not tested or '_processed_at' not in tested.columns -%}{{ return('') }}{%- endif -%}
    {%- set logged = medallion.stored_relation('ops_model_runs') -%}
    {%- if not logged -%}{{ return('') }}{%- endif -%}
    {%- set passed_at = medallion.query_dicts(
        "select cast(max(_processed_at) as " ~ dbt.type_string() ~ ") as passed_at from " ~ logged
        ~ " where node_name = " ~ medallion.string_literal(model.name) ~ " and node_status = 'pass'"
    )[0].passed_at -%}
    {%- if not passed_at -%}{{ return('') }}{%- endif -%}
    {%- set is_new = "_processed_at > cast('" ~ passed_at ~ "' as timestamp)" -%}
    {%- set arguments = model.test_metadata.kwargs -%}
    {%- set key = {
        'unique': [arguments.column_name], 'unique_combination': arguments.columns,
    }.get(model.test_metadata.name, []) | join(', ') -%}
    {%- if key -%}
        {{ return(is_new ~ ' or (' ~ key ~ ') in (select ' ~ key ~ ' from ' ~ relation ~ ' where ' ~ is_new ~ ')') }}
    {%- endif -%}
    {{ return(is_new) }}
{%- endmacro %}
