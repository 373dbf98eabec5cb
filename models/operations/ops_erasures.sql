{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}

-- Grain: one row per erasure of a person that was carried out and proved: the receipt, without personal data.
-- `lakehouse forget` adds the rows; a full refresh does not forget them.
select
    cast(null as {{ dbt.type_string() }}) as erasure_id,
    cast(null as timestamp) as erased_at,
    cast(null as bigint) as order_count,
    cast(null as bigint) as landed_file_count,
    cast(null as bigint) as landed_record_count,
    cast(null as bigint) as bronze_record_count,
    cast(null as bigint) as searched_value_count,
    cast(null as bigint) as searched_place_count,
    {{ run_timestamp() }} as _processed_at
where false
