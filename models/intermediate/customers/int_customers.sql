{{ config(materialized='view') }}

-- Grain: one row per customer record of an order: its current state.
{{ current_records(ref('int_customers__records')) }}
