{{ config(materialized='incremental', incremental_strategy='append', auto_liquid_cluster=true) }}
select id, '{{ "second" if is_incremental() else "first" }}' as run from {{ ref('payments') }}
