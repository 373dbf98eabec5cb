{{ config(materialized='table') }}

-- Grain: one row per landed record that was rejected, with the rules it broke and whether a later record of the same
-- key released it.
with

rejected as (
    {% for entity, staging in medallion.judged_entities() -%}
    {{ 'union all' if not loop.first }}
    ({{ medallion.quarantined_records(entity, staging) }})
    {% else -%}
    select
        null as entity,
        null as business_key,
        null as broken_rules,
        null as quarantine_status,
        null as original_record,
        null as source_file,
        null as source_row,
        null as source_modified_at,
        null as delivered_at,
        null as released_at,
        null as released_by_file,
        null as first_seen_at
    where false
    {% endfor %}
),

final as (
    select
        cast(entity as {{ dbt.type_string() }}) as entity,
        cast(business_key as {{ dbt.type_string() }}) as business_key,
        cast(broken_rules as {{ dbt.type_string() }}) as broken_rules,
        cast(quarantine_status as {{ dbt.type_string() }}) as quarantine_status,
        cast(original_record as {{ dbt.type_string() }}) as original_record,
        cast(source_file as {{ dbt.type_string() }}) as source_file,
        cast(source_row as bigint) as source_row,
        cast(source_modified_at as timestamp) as source_modified_at,
        cast(delivered_at as timestamp) as delivered_at,
        cast(released_at as timestamp) as released_at,
        cast(released_by_file as {{ dbt.type_string() }}) as released_by_file,
        cast(first_seen_at as timestamp) as first_seen_at
    from rejected
)

select
    *,
    {{ medallion.run_timestamp() }} as _processed_at
from final
