{{ config(materialized='materialized_view') }}
select day, count(*) as payments from {{ ref('payments') }} group by day
