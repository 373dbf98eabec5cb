{{ config(materialized='view') }}

-- Grain: one row per shipment event: its current state.
{{ current_records(ref('int_shipment_events__records')) }}
