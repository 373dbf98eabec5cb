{#- The end of a model that is rebuilt whole each time (a table): a row that did not change keeps its `_processed_at`, so
    that what is derived from it is not recomputed. Arguments: relation (the last CTE), key (column). -#}
{% macro keep_stamps(relation, key) -%}
    {%- set known = load_cached_relation(this) if this and medallion.is_running() and not flags.FULL_REFRESH -%}
    {%- set columns = [] -%}
    {%- for column in (adapter.get_columns_in_relation(known) if known else []) if column.name != '_processed_at' -%}
        {%- do columns.append('known.' ~ column.name ~ ' is not distinct from ' ~ relation ~ '.' ~ column.name) -%}
    {%- endfor -%}
    select
        {{ relation }}.*,
        {%- if columns %}
        case
            when known._processed_at is not null and {{ columns | join(' and ') }} then known._processed_at
            else {{ medallion.run_timestamp() }}
        end as _processed_at
    from {{ relation }}
    left join {{ known }} as known on {{ relation }}.{{ key }} = known.{{ key }}
        {%- else %}
        {{ medallion.run_timestamp() }} as _processed_at
    from {{ relation }}
        {%- endif %}
{%- endmacro %}
