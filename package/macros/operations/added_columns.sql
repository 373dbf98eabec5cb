{#- The undeclared columns of `ops_schema_drift`, as CTEs that end in `added`. They read its CTEs `files` (one row per
    entity and file version). -#}
{% macro added_columns() -%}
    -- One row per undeclared column of a record.
    rescued as (
        {% for entity, staging in medallion.judged_entities() -%}
        {{ 'union all' if not loop.first }}
        select
            '{{ entity }}' as entity,
            bronze._source_file as source_file,
            bronze._source_modified_at as modified_at,
            bronze._source_size_bytes as size_bytes,
            bronze._delivered_at as delivered_at,
            {{ medallion.json_keys_and_values('bronze._rescued_data') }}
        from {{ ref(project_name, staging) }} as bronze
        where bronze._rescued_data is not null
        {% else -%}
        select
            '' as entity,
            '' as source_file,
            cast(null as timestamp) as modified_at,
            0 as size_bytes,
            cast(null as timestamp) as delivered_at,
            '' as column_name,
            '' as column_value
        where false
        {% endfor %}
    ),

    -- What the files may call a declared column: names in CSV and Parquet are lower case here, JSON keys as they are.
    known as (
        select *
        from (
            values
            {%- for entity, staging in medallion.judged_entities() %}{% set last = loop.last %}
            {%- set landed = medallion.landed_names(staging).values() | list %}
            {%- for column in (landed + landed | map('lower') | list) | unique | list or [''] %}
            ('{{ entity }}', {{ medallion.string_literal(column) }}){{ ',' if not (last and loop.last) }}
            {%- endfor %}
            {%- else %}
            ('', '')
            {%- endfor %}
        ) as known (entity, column_name)
    ),

    -- How many records the files hold in which an undeclared column occurs.
    carriers as (
        select
            carriers.entity,
            carriers.column_name,
            sum(files.record_count) as record_count
        from (
            select distinct entity, column_name, source_file, modified_at, size_bytes from rescued
        ) as carriers
        inner join files
            on carriers.entity = files.entity
            and carriers.source_file = files.source_file
            and carriers.modified_at = files.modified_at
            and carriers.size_bytes = files.size_bytes
        group by carriers.entity, carriers.column_name
    ),

    added as (
        select
            rescued.entity,
            rescued.column_name,
            'added' as drift,
            min_by(rescued.source_file, concat(cast(rescued.delivered_at as {{ dbt.type_string() }}), rescued.source_file))
                as first_source_file,
            min(rescued.delivered_at) as first_delivered_at,
            count(distinct rescued.source_file) as file_count,
            max(carriers.record_count) as record_count,
            count(*) as filled_count,
            concat_ws(
                ', ',
                min(rescued.column_value),
                nullif(max(rescued.column_value), min(rescued.column_value))
            ) as sample_values,
            {{ medallion.suggested_type('rescued.column_value') }} as suggested_type
        from rescued
        left join carriers on rescued.entity = carriers.entity and rescued.column_name = carriers.column_name
        left join known on rescued.entity = known.entity and rescued.column_name = known.column_name
        where known.column_name is null and rescued.column_name <> '_operation'
        group by rescued.entity, rescued.column_name
    )
{%- endmacro %}
