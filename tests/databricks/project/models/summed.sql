{{ config(materialized='view') }}
-- A comment with a 'quote and main.silver in it.
select day, sum(amount) as amount from {{ ref('plain') }} group by day
