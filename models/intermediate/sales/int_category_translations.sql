{{ config(materialized='view') }}

-- Grain: one row per product category: its current state.
{{ current_records(ref('int_category_translations__records')) }}
