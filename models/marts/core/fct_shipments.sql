{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='shipment_id',
    pre_hook="{{ delete_vanished('int_shipments', ['shipment_id'], is_judged=false) }}",
) }}

-- Grain: one row per shipment, a parcel of one seller for one order (accumulating snapshot): its milestones as the
-- carrier tells them, the days between them, and against what the order promised.
with

touched as (
    {{ touched_keys('int_shipments', 'shipment_id') }}
    union
    select shipment_id
    from {{ ref('int_shipments') }}
    where
        order_id in ({{ touched_keys('fct_orders', 'order_id') }})
        or seller_id in ({{ touched_keys('dim_sellers', 'seller_id') }})
),

shipments as (
    select
        *,
        is_label_first and is_delivery_after_posting as is_consistent
    from {{ ref('int_shipments') }}
    {{ only_touched('shipment_id') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

sellers as (
    select * from {{ ref('dim_sellers') }}
),

final as (
    select
        {{ surrogate_key(['shipments.shipment_id']) }} as shipment_key,
        orders.order_key,
        orders.customer_key,
        orders.customer_location_key,
        coalesce(sellers.seller_key, {{ unknown_key() }}) as seller_key,
        cast({{ date_key('shipments.posted_at') }} as int) as posting_date_key,
        cast({{ date_key('shipments.delivered_at') }} as int) as delivery_date_key,
        orders.estimated_delivery_date_key,
        shipments.shipment_id,
        shipments.order_id,
        shipments.seller_id,
        shipments.carrier_name,
        shipments.carrier_service,
        shipments.shipment_status,
        shipments.event_count,
        shipments.hub_count,
        shipments.failed_attempt_count,
        shipments.late_event_count,
        case
            when shipments.posted_at >= shipments.label_created_at
                then {{ days_after('shipments.label_created_at', 'shipments.posted_at') }}
        end as handling_days,
        -- A stage that would end before it began has no length: the carrier's times contradict each other.
        case
            when shipments.is_delivered and shipments.is_delivery_after_posting
                then {{ days_after('shipments.posted_at', 'shipments.delivered_at') }}
        end as transit_days,
        shipments.is_delivered,
        case when shipments.is_delivered then shipments.failed_attempt_count = 0 end as is_delivered_at_first_attempt,
        shipments.is_returned,
        shipments.is_lost,
        case
            when shipments.is_delivered then cast(shipments.delivered_at as date) > orders.estimated_delivery_date
        end as is_late_by_day,
        shipments.has_late_events,
        shipments.is_consistent,
        orders.estimated_delivery_date,
        shipments.label_created_at,
        shipments.posted_at,
        shipments.first_attempt_at,
        shipments.delivered_at,
        shipments.last_event_at
    from shipments
    inner join orders on shipments.order_id = orders.order_id
    left join sellers
        on shipments.seller_id = sellers.seller_id
        and {{ valid_at('sellers', 'shipments.first_event_at') }}
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
