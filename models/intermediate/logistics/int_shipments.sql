{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='shipment_id',
    pre_hook="{{ delete_vanished('int_shipment_events', ['shipment_id']) }}",
) }}

-- Grain: one row per shipment: its state, derived from all of its events in the order in which they happened, whenever
-- they arrived. A shipment of which an event came, changed or went is derived anew: no event is applied to a state.
with

touched as (
    {{ touched_keys('int_shipment_events__records', 'shipment_id') }}
),

events as (
    select
        *,
        row_number() over (
            partition by shipment_id order by occurred_at desc nulls last, stage_number desc nulls last, event_id desc
        ) = 1 as is_last,
        {{ is_late_news('shipment_id', 'occurred_at nulls last, stage_number nulls last, event_id') }} as is_late_news
    from {{ ref('int_shipment_events') }}
    {{ only_touched('shipment_id') }}
),

told as (
    select
        shipment_id,
        max(case when is_last then order_id end) as order_id,
        max(case when is_last then seller_id end) as seller_id,
        max(case when is_last then carrier_name end) as carrier_name,
        max(case when is_last then carrier_service end) as carrier_service,
        max(case when is_last then event_type end) as shipment_status,
        max(case when is_last then city end) as last_city,
        max(case when is_last then state_code end) as last_state_code,
        max(case when is_last then zip_code_prefix end) as last_zip_code_prefix,
        count(*) as event_count,
        count(case when event_type = 'in_transit' then 1 end) as hub_count,
        count(case when event_type = 'delivery_failed' then 1 end) as failed_attempt_count,
        count(case when is_late_news then 1 end) as late_event_count,
        min(case when event_type = 'label_created' then occurred_at end) as label_created_at,
        min(case when event_type = 'posted' then occurred_at end) as posted_at,
        min(case when event_type in ('delivery_failed', 'delivered') then occurred_at end) as first_attempt_at,
        max(case when event_type = 'delivered' then occurred_at end) as delivered_at,
        min(occurred_at) as first_event_at,
        max(occurred_at) as last_event_at
    from events
    group by shipment_id
),

final as (
    select
        shipment_id,
        order_id,
        seller_id,
        carrier_name,
        carrier_service,
        shipment_status,
        last_city,
        last_state_code,
        last_zip_code_prefix,
        cast(event_count as int) as event_count,
        cast(hub_count as int) as hub_count,
        cast(failed_attempt_count as int) as failed_attempt_count,
        cast(late_event_count as int) as late_event_count,
        shipment_status = 'delivered' as is_delivered,
        shipment_status = 'returned' as is_returned,
        shipment_status = 'lost' as is_lost,
        late_event_count > 0 as has_late_events,
        coalesce(first_event_at >= label_created_at, true) as is_label_first,
        coalesce(delivered_at >= posted_at, true) as is_delivery_after_posting,
        label_created_at,
        posted_at,
        first_attempt_at,
        delivered_at,
        first_event_at,
        last_event_at
    from told
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
