{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='shipment_id',
    pre_hook="{{ delete_vanished('int_shipment_events', ['event_id', 'shipment_id']) }}",
) }}

-- Grain: one row per event of a shipment (transaction fact), in its place among the shipment's events by the time at
-- which it happened.
with

touched as (
    {{ touched_keys('int_shipment_events__records', 'shipment_id') }}
    union
    select shipment_id
    from {{ ref('int_shipment_events') }}
    where
        order_id in ({{ touched_keys('fct_orders', 'order_id') }})
        or seller_id in ({{ touched_keys('dim_sellers', 'seller_id') }})
        or zip_code_prefix in ({{ touched_keys('dim_locations', 'zip_code_prefix') }})
),

events as (
    select
        *,
        row_number() over by_occurrence as event_number,
        lag(occurred_at) over by_occurrence as previous_occurred_at,
        {{ is_late_news('shipment_id', 'occurred_at nulls last, stage_number nulls last, event_id') }} as is_late_news
    from {{ ref('int_shipment_events') }}
    {{ only_touched('shipment_id') }}
    window
        by_occurrence as (
            partition by shipment_id order by occurred_at nulls last, stage_number nulls last, event_id
        )
),

orders as (
    select * from {{ ref('fct_orders') }}
),

sellers as (
    select * from {{ ref('dim_sellers') }}
),

locations as (
    select * from {{ ref('dim_locations') }}
),

final as (
    select
        {{ surrogate_key(['events.event_id']) }} as shipment_event_key,
        {{ surrogate_key(['events.shipment_id']) }} as shipment_key,
        orders.order_key,
        orders.customer_key,
        coalesce(sellers.seller_key, {{ unknown_key() }}) as seller_key,
        coalesce(locations.location_key, {{ unknown_key() }}) as location_key,
        cast({{ date_key('events.occurred_at') }} as int) as event_date_key,
        events.event_id,
        events.shipment_id,
        events.order_id,
        events.seller_id,
        events.event_type,
        events.carrier_name,
        events.carrier_service,
        events.city,
        events.state_code,
        events.stage_number,
        cast(events.event_number as int) as event_number,
        {{ days_after('events.previous_occurred_at', 'events.occurred_at') }} as days_since_previous_event,
        {{ days_after('events.occurred_at', 'events.recorded_at') }} as recording_days,
        events.is_late_news,
        events.occurred_at,
        events.recorded_at
    from events
    inner join orders on events.order_id = orders.order_id
    left join sellers
        on events.seller_id = sellers.seller_id
        and {{ valid_at('sellers', 'events.occurred_at') }}
    left join locations on events.zip_code_prefix = locations.zip_code_prefix
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
