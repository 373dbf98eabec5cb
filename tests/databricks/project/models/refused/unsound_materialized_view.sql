{{ config(materialized='materialized_view') }}
select nowhere from {{ ref('payments') }}
