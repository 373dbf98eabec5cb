-- Bronze holds, of each file version it read, as many records as the inventory counted in the raw file.
with

counts as (
    {% for entity, staging in medallion.judged_entities() -%}
    {{ 'union all' if not loop.first }}
    select
        '{{ medallion.source_entity(staging) }}' as entity,
        _source_file,
        _source_modified_at,
        _source_size_bytes,
        count(*) as row_count
    from {{ ref(project_name, staging) }}
    group by _source_file, _source_modified_at, _source_size_bytes
    {% else -%}
    select
        '' as entity,
        '' as _source_file,
        cast(null as timestamp) as _source_modified_at,
        0 as _source_size_bytes,
        0 as row_count
    where false
    {% endfor %}
),

landed as (
    select
        *,
        row_number() over (
            partition by entity, source_file order by _processed_at desc, modified_at desc
        ) = 1 as is_latest
    from {{ ref('ops_landed_files') }}
    where entity is not null
)

select
    landed.entity,
    landed.source_file,
    landed.record_count,
    counts.row_count
from landed
full outer join counts
    on landed.entity = counts.entity
    and landed.source_file = counts._source_file
    and landed.modified_at = counts._source_modified_at
    and landed.size_bytes = counts._source_size_bytes
where
    coalesce(landed.record_count, -1) <> coalesce(counts.row_count, 0)
    and coalesce(landed.is_latest or counts.row_count is not null, true)
