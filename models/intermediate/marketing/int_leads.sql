{{ config(materialized='view') }}

-- Grain: one row per lead: its current state.
{{ current_records(ref('int_leads__records')) }}
