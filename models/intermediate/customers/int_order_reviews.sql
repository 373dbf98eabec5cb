{{ config(materialized='view') }}

-- Grain: one row per review of an order: its current state.
{{ current_records(ref('int_order_reviews__records')) }}
