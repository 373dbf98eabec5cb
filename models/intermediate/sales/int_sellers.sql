{{ config(materialized='view') }}

-- Grain: one row per seller: its current state.
{{ current_records(ref('int_sellers__records')) }}
