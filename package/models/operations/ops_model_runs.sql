{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}

-- Grain: one row per node and run: what ran, how it ended, how long it took. `log_model_runs` adds the rows when a run
-- ends; a full refresh does not forget them.
select
    cast(null as {{ dbt.type_string() }}) as invocation_id,
    cast(null as {{ dbt.type_string() }}) as node_name,
    cast(null as {{ dbt.type_string() }}) as node_type,
    cast(null as {{ dbt.type_string() }}) as node_status,
    cast(null as double) as execution_seconds,
    cast(null as bigint) as row_count,
    cast(null as bigint) as failure_count,
    cast(null as {{ dbt.type_string() }}) as message,
    {{ medallion.run_timestamp() }} as _processed_at
where false
