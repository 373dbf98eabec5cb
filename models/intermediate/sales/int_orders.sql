{{ config(materialized='view') }}

-- Grain: one row per order: its current state.
{{ current_records(ref('int_orders__records')) }}
