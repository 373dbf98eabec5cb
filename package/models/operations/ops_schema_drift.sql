-- Grain: one row per entity, column and kind of drift: how the landed files differ from the columns declared for their
-- source. Bronze keeps everything (undeclared columns in `_rescued_data`); declaring a column promotes it. Kinds: added
-- (an undeclared column), missing (a declared one that some file lacks), reordered (a file has the declared columns in
-- another order), type_changed (a file in which more values of a column cannot be read as its type than can).

with

landed_files as (
    select * from {{ ref('ops_landed_files') }}
),

-- The name of each entity, of its source, and its columns as they should follow each other in a header.
entities as (
    select *
    from (
        values
        {%- for entity, staging in medallion.judged_entities() %}
        ('{{ entity }}', '{{ medallion.source_entity(staging) }}', concat('%', chr(10)
            {%- for column in medallion.landed_names(staging).values() %}, {{ medallion.string_literal(column | lower) }}, chr(10), '%'{% endfor %})){{ ',' if not loop.last }}
        {%- else %}
        ('', '', '')
        {%- endfor %}
    ) as entities (entity, source_entity, declared_order)
),

declared as (
    select *
    from (
        values
        {%- for entity, staging in medallion.judged_entities() %}{% set last = loop.last %}
        {%- for column in medallion.landed_names(staging).values() or [''] %}
        ('{{ entity }}', {{ medallion.string_literal(column | lower) }}){{ ',' if not (last and loop.last) }}
        {%- endfor %}
        {%- else %}
        ('', '')
        {%- endfor %}
    ) as declared (entity, column_name)
),

files as (
    select
        entities.entity,
        entities.declared_order,
        landed_files.source_file,
        landed_files.modified_at,
        landed_files.size_bytes,
        landed_files.delivered_at,
        landed_files.record_count,
        -- `||` keeps null, the column names of a file whose rows carry their own.
        chr(10) || landed_files.column_names || chr(10) as column_names,
        concat(cast(landed_files.delivered_at as {{ dbt.type_string() }}), landed_files.source_file) as delivery_order
    from landed_files
    inner join entities on landed_files.entity = entities.source_entity
),

{{ medallion.added_columns() }},

-- One row per file and declared column.
expected as (
    select
        files.*,
        declared.column_name,
        files.column_names like concat('%', chr(10), declared.column_name, chr(10), '%') as is_present
    from files
    inner join declared on files.entity = declared.entity
),

-- Since when each declared column comes.
holders as (
    select
        entity,
        column_name,
        min(delivered_at) as first_delivered_at
    from expected
    where is_present
    group by entity, column_name
),

missing as (
    select
        expected.entity,
        expected.column_name,
        'missing' as drift,
        min_by(expected.source_file, expected.delivery_order) as first_source_file,
        min(expected.delivered_at) as first_delivered_at,
        count(distinct expected.source_file) as file_count,
        sum(expected.record_count) as record_count,
        0 as filled_count
    from expected
    left join holders on expected.entity = holders.entity and expected.column_name = holders.column_name
    where
        not expected.is_present
        -- Files from before the column existed do not miss it.
        and (holders.first_delivered_at is null or expected.delivered_at >= holders.first_delivered_at)
    group by expected.entity, expected.column_name
),

complete_files as (
    select
        entity,
        source_file,
        delivered_at,
        delivery_order,
        record_count
    from expected
    where column_names not like declared_order
    group by entity, source_file, modified_at, size_bytes, delivered_at, delivery_order, record_count
    having count(*) = count(case when is_present then 1 end)
),

reordered as (
    select
        entity,
        '(all)' as column_name,
        'reordered' as drift,
        min_by(source_file, delivery_order) as first_source_file,
        min(delivered_at) as first_delivered_at,
        count(distinct source_file) as file_count,
        sum(record_count) as record_count,
        0 as filled_count
    from complete_files
    group by entity
),

{{ medallion.type_changes() }},

drifts as (
    select * from added
    {% for kind in ['missing', 'reordered', 'type_changed'] %}
    union all
    select *, null, null from {{ kind }}
    {% endfor %}
),

final as (
    select
        {{ medallion.surrogate_key(['entity', 'column_name', 'drift']) }} as schema_drift_key,
        cast(entity as {{ dbt.type_string() }}) as entity,
        cast(column_name as {{ dbt.type_string() }}) as column_name,
        cast(drift as {{ dbt.type_string() }}) as drift,
        cast(first_source_file as {{ dbt.type_string() }}) as first_source_file,
        cast(first_delivered_at as timestamp) as first_delivered_at,
        cast(file_count as bigint) as file_count,
        cast(record_count as bigint) as record_count,
        cast(filled_count as bigint) as filled_count,
        cast(filled_count as double) / nullif(record_count, 0) as filled_share,
        cast(sample_values as {{ dbt.type_string() }}) as sample_values,
        cast(suggested_type as {{ dbt.type_string() }}) as suggested_type
    from drifts
)

select
    *,
    {{ medallion.run_timestamp() }} as _processed_at
from final
