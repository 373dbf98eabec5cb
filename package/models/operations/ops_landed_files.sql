{{ config(materialized='incremental', incremental_strategy='append') }}

-- Grain: one row per version of a landed file and per source table it belongs to.
-- The goods receipt of the lakehouse: what was delivered, counted before anything reads it.
{{ medallion.inventory_landing() }}
