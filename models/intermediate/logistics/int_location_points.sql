{{ config(materialized='view') }}

-- Grain: one row per point of a postcode prefix: its current state.
{{ current_records(ref('int_location_points__records')) }}
