{{ config(materialized='view') }}

-- Grain: one row per << one >>: its current state.
{{ current_records(ref('int_<< entity >>__records')) }}
