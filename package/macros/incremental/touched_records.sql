{#- What a silver model judges in this run: the new records, and the earlier records of the keys they touch; also the
    records that refer to a parent that was touched, because it may have come, gone or changed. In a full refresh, all.
    Arguments: typed (the CTE of new records), columns (as for `read_columns`), key (list of columns), parents (dict:
    `__records` model of the parent → the column that refers to it, of the same name there). -#}
{% macro touched_records(typed, columns, key, parents={}) -%}
    {%- set kept = columns.keys() | list + ['_unreadable', '_operation', '_source_file', '_source_row',
        '_source_size_bytes', '_source_modified_at', '_delivered_at', '_loaded_at', '_record_hash'] -%}
    {%- for parent in parents if not execute -%}{%- do ref(parent) -%}{%- endfor -%}
    {%- set judgement = ['_disposition', '_broken_rules', '_warnings'] -%}
    select
        {%- for column in kept %}
        {{ column }},
        {%- endfor %}
        {%- for column in judgement %}
        cast(null as {{ dbt.type_string() }}) as _earlier{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ typed }}
    {%- if not medallion.judges_everything(columns) %}
    union all
    select
        {%- for column in kept %}
        known.{{ column }},
        {%- endfor %}
        {%- for column in judgement %}
        known.{{ column }} as _earlier{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ this }} as known
    inner join (
        select {{ key | join(', ') }} from {{ typed }}
        {%- for parent, column in parents.items() %}
        union
        select {{ key | join(', ') }}
        from {{ this }}
        where {{ column }} in ({{ medallion.touched_keys(parent, column) }})
        {%- endfor %}
        {{- ' group by ' ~ key | join(', ') if not parents }}
    ) as keys
        on {% for column in key -%}
            {{ 'and ' if not loop.first }}known.{{ column }} is not distinct from keys.{{ column }}
        {% endfor %}
    {%- endif %}
{%- endmacro %}
