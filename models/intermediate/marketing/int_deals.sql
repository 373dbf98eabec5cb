{{ config(materialized='view') }}

-- Grain: one row per deal: a lead that was won: its current state.
{{ current_records(ref('int_deals__records')) }}
