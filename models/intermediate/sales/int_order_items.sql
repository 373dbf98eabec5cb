{{ config(materialized='view') }}

-- Grain: one row per order item: its current state.
{{ current_records(ref('int_order_items__records')) }}
