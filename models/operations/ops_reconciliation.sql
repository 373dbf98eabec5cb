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

counts as (
    {% for entity, staging in judged_entities() -%}
    {{ 'union all' if not loop.first }}
    select
        '{{ entity }}' as entity,
        (
            -- A file that changed before anybody read it counts in its newest version only.
            select coalesce(sum(landed.record_count), 0)
            from landed
            left join (
                select distinct _source_file, _source_modified_at, _source_size_bytes from {{ ref(staging) }}
            ) as versions
                on landed.source_file = versions._source_file
                and landed.modified_at = versions._source_modified_at
                and landed.size_bytes = versions._source_size_bytes
            where
                landed.entity = '{{ source_entity(staging) }}'
                and (landed.is_latest or versions._source_file is not null)
        ) as landed_count,
        (select count(*) from {{ ref(staging) }} where _corrupt_record is null) as parsed_count,
        (select count(*) from {{ ref(staging) }} where _corrupt_record is not null) as corrupt_count,
        count(case when _disposition = 'current' then 1 end) as current_count,
        count(case when _disposition = 'superseded' then 1 end) as superseded_count,
        count(case when _disposition = 'duplicate' then 1 end) as duplicate_count,
        count(case when _disposition = 'quarantined' then 1 end) as quarantined_count,
        count(case when _disposition = 'withdrawn' then 1 end) as withdrawn_count
    from {{ ref('int_' ~ entity ~ '__records') }}
    {% else -%}
    select
        null as entity,
        {% for count in ['landed', 'parsed', 'corrupt', 'current', 'superseded', 'duplicate', 'quarantined'] -%}
        0 as {{ count }}_count,
        {% endfor -%}
        0 as withdrawn_count
    where false
    {% endfor %}
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
    {{ run_timestamp() }} as _processed_at
from final
