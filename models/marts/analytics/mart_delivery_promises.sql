{{ config(tags=['learning']) }}

-- Grain: one row per order that was predicted: as a test, while underway, or later than what was learned from.
-- Publishes int_delivery_promises, and says which promises were kept.
with

promises as (
    select * from {{ ref('int_delivery_promises') }}
),

final as (
    select
        order_key,
        order_id,
        purpose,
        expected_days,
        promised_days,
        marketplace_promised_days,
        delivery_days,
        delivery_days <= promised_days as is_kept,
        delivery_days <= marketplace_promised_days as is_kept_by_marketplace,
        cast(purchased_at as date) + cast(promised_days as int) as promised_date,
        purchased_at,
        learned_until
    from promises
)

{{ keep_stamps('final', 'order_key') }}
