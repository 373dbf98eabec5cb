{{ config(materialized='view') }}

-- Grain: one row per order payment: its current state.
{{ current_records(ref('int_order_payments__records')) }}
