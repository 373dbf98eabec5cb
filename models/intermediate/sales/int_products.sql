{{ config(materialized='view') }}

-- Grain: one row per product: its current state.
{{ current_records(ref('int_products__records')) }}
