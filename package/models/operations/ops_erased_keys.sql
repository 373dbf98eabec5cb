{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}

-- Grain: one row per key of a person who was erased, as a salted hash. `lakehouse forget` adds the rows; ingestion
-- takes out what these keys bring again, so a full refresh does not forget them.
select
    cast(null as {{ dbt.type_string() }}) as key_hash,
    cast(null as {{ dbt.type_string() }}) as replacement,
    cast(null as {{ dbt.type_string() }}) as salt,
    {{ medallion.run_timestamp() }} as _processed_at
where false
