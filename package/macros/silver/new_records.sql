{#- The parsed records of a bronze table that this silver model has not judged yet: the declared columns, `_operation`
    (what a change feed says happened to the record) and the lineage columns. A column declared after its first files were
    read is filled from `_rescued_data`, so promoting it needs no second look at the landing zone.
    (A unit test has no graph to take the declared columns from, and gives the columns it needs.)
    Arguments: model_name (a staging model), typed_columns (as for `read_columns`). -#}
{% macro new_records(model_name, typed_columns) -%}
    {%- set columns = medallion.declared_columns(model_name) -%}
    {%- set landed = medallion.landed_names(model_name) -%}
    select
        {{- ' *,' if not columns }}
        {%- for column in columns + (['_operation'] if '_operation' not in columns else []) %}
        {%- set rescued = "case when _rescued_data is not null then " ~ medallion.json_text('_rescued_data', landed.get(column, column)) ~ " end" %}
        {{ 'coalesce(' ~ column ~ ', ' ~ rescued ~ ')' if column in columns else rescued }} as {{ column }}{{ ',' if columns }}
        {%- endfor %}
        {%- if columns %}
        _source_file,
        _source_row,
        _source_size_bytes,
        _source_modified_at,
        _delivered_at,
        _loaded_at,
        _record_hash
        {%- endif %}
    from {{ ref(model_name) }}
    where
        _corrupt_record is null
        {%- if not medallion.judges_everything(typed_columns) %}
        -- By load, not by the latest stamp: a load that an interrupted run left out is found again.
        and _loaded_at in (
            select _loaded_at from {{ ref(model_name) }}
            except
            select _loaded_at from {{ this }}
        )
        {%- endif %}
{%- endmacro %}
