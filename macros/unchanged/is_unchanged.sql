{#- In a materialization: whether this model would be built from what it was last built from, and is as that left it. -#}
{% macro is_unchanged() -%}
    {%- set node = graph.get("nodes", {}).get(model.unique_id) -%}
    {%- if not node or not may_stay(node) or should_full_refresh() or not load_cached_relation(this) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set logged = medallion.stored_relation('ops_model_inputs') -%}
    {%- if not logged -%}{{ return(false) }}{%- endif -%}
    {%- set last = medallion.query_dicts(
        "select max_by(fingerprint, _processed_at) as fingerprint from " ~ logged
        ~ " where node_id = '" ~ model.unique_id ~ "'"
    )[0].fingerprint -%}
    {%- if not last -%}{{ return(false) }}{%- endif -%}
    {{ return(last == fingerprint(node, sql, table_states(looked_at(node)))) }}
{%- endmacro %}
