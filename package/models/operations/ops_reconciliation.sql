{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}

-- Grain: one row per entity and run. The conservation law: every record that landed was parsed or is corrupt, and
-- every parsed record is current, superseded, a duplicate, quarantined or withdrawn. Landed is what the inventory
-- counted in the raw files, not what the readers of bronze said.
with

landed as (
    select
        entity,
        source_file,
        modified_at,
        size_bytes,
        record_count,
        row_number() over (
            partition by entity, source_file order by _processed_at desc, modified_at desc
        ) = 1 as is_latest
    from {{ ref('ops_landed_files') }}
    where entity is not null
),

-- One row per file version in bronze.
bronze_files as (
    {% for entity, staging in medallion.judged_entities() -%}
    {{ 'union all' if not loop.first }}
    select
        '{{ medallion.source_entity(staging) }}' as source_entity,
        _source_file,
        _source_modified_at,
        _source_size_bytes,
        sum(case when _corrupt_record is null then 1 else 0 end) as parsed_count,
        sum(case when _corrupt_record is null then 0 else 1 end) as corrupt_count
    from {{ ref(project_name, staging) }}
    group by _source_file, _source_modified_at, _source_size_bytes
    {% else -%}
    select
        '' as source_entity,
        '' as _source_file,
        cast(null as timestamp) as _source_modified_at,
        0 as _source_size_bytes,
        0 as parsed_count,
        0 as corrupt_count
    where false
    {% endfor %}
),

landed_counts as (
    select
        landed.entity as source_entity,
        sum(landed.record_count) as landed_count
    from landed
    left join bronze_files as versions
        on landed.entity = versions.source_entity
        and landed.source_file = versions._source_file
        and landed.modified_at = versions._source_modified_at
        and landed.size_bytes = versions._source_size_bytes
    -- A file that changed before anybody read it counts in its newest version only.
    where landed.is_latest or versions._source_file is not null
    group by landed.entity
),

bronze_counts as (
    select
        source_entity,
        sum(parsed_count) as parsed_count,
        sum(corrupt_count) as corrupt_count
    from bronze_files
    group by source_entity
),

silver_counts as (
    {% for entity, staging in medallion.judged_entities() -%}
    {{ 'union all' if not loop.first }}
    select
        '{{ entity }}' as entity,
        '{{ medallion.source_entity(staging) }}' as source_entity,
        count(case when _disposition = 'current' then 1 end) as current_count,
        count(case when _disposition = 'superseded' then 1 end) as superseded_count,
        count(case when _disposition = 'duplicate' then 1 end) as duplicate_count,
        count(case when _disposition = 'quarantined' then 1 end) as quarantined_count,
        count(case when _disposition = 'withdrawn' then 1 end) as withdrawn_count
    from {{ ref(project_name, 'int_' ~ entity ~ '__records') }}
    {% else -%}
    select
        '' as entity,
        '' as source_entity,
        0 as current_count,
        0 as superseded_count,
        0 as duplicate_count,
        0 as quarantined_count,
        0 as withdrawn_count
    where false
    {% endfor %}
),

counts as (
    select
        silver_counts.*,
        coalesce(landed_counts.landed_count, 0) as landed_count,
        coalesce(bronze_counts.parsed_count, 0) as parsed_count,
        coalesce(bronze_counts.corrupt_count, 0) as corrupt_count
    from silver_counts
    left join landed_counts on silver_counts.source_entity = landed_counts.source_entity
    left join bronze_counts on silver_counts.source_entity = bronze_counts.source_entity
),

final as (
    select
        cast(entity as {{ dbt.type_string() }}) as entity,
        {% for count in ['landed', 'parsed', 'corrupt', 'current', 'superseded', 'duplicate', 'quarantined', 'withdrawn'] -%}
        cast({{ count }}_count as bigint) as {{ count }}_count,
        {% endfor -%}
        cast(landed_count - parsed_count - corrupt_count as bigint) as landed_difference,
        cast(
            parsed_count - current_count - superseded_count - duplicate_count - quarantined_count - withdrawn_count
            as bigint
        ) as parsed_difference
    from counts
)

select
    *,
    landed_difference = 0 and parsed_difference = 0 as is_balanced,
    {{ medallion.run_timestamp() }} as _processed_at
from final
