-- Grain: one row per route, from the seller's state to the state the order was shipped to. Items
-- and money count per item; delivery counts once per order and route, however many items it had.
with

routed as (
    select
        order_id,
        price_brl,
        freight_brl,
        distance_km,
        delivery_days,
        promised_calendar_days,
        is_late_by_day,
        coalesce(seller_state_code, 'unknown') as seller_state_code,
        coalesce(customer_state_code, 'unknown') as customer_state_code
    from {{ ref('obt_order_items') }}
    where counts_as_sale
),

shipments as (
    select
        seller_state_code,
        customer_state_code,
        count(*) as item_count,
        sum(price_brl) as items_brl,
        sum(freight_brl) as freight_brl,
        avg(distance_km) as average_distance_km
    from routed
    group by seller_state_code, customer_state_code
),

route_orders as (
    select distinct
        seller_state_code,
        customer_state_code,
        order_id,
        delivery_days,
        promised_calendar_days,
        is_late_by_day
    from routed
),

deliveries as (
    select
        seller_state_code,
        customer_state_code,
        count(*) as order_count,
        count(is_late_by_day) as measured_order_count,
        count(case when is_late_by_day then 1 end) as late_by_day_order_count,
        {{ exact_average('delivery_days') }} as average_delivery_days,
        median(delivery_days) as median_delivery_days,
        avg(cast(promised_calendar_days as double)) as average_promised_days
    from route_orders
    group by seller_state_code, customer_state_code
),

final as (
    select
        {{ surrogate_key(['shipments.seller_state_code', 'shipments.customer_state_code']) }}
            as delivery_route_key,
        shipments.seller_state_code,
        shipments.customer_state_code,
        concat(shipments.seller_state_code, ' to ', shipments.customer_state_code) as route_name,
        cast(shipments.item_count as bigint) as item_count,
        cast(deliveries.order_count as bigint) as order_count,
        cast(deliveries.measured_order_count as bigint) as measured_order_count,
        cast(deliveries.late_by_day_order_count as bigint) as late_by_day_order_count,
        cast(shipments.items_brl as decimal(18, 2)) as items_brl,
        cast(shipments.freight_brl as decimal(18, 2)) as freight_brl,
        cast(shipments.freight_brl as double)
        / nullif(cast(shipments.item_count as double), 0) as average_freight_brl,
        cast(shipments.freight_brl as double)
        / nullif(cast(shipments.items_brl + shipments.freight_brl as double), 0) as freight_share,
        {{ rounded('shipments.average_distance_km', 4) }} as average_distance_km,
        {{ rounded('deliveries.average_delivery_days', 4) }} as average_delivery_days,
        {{ rounded('deliveries.median_delivery_days', 4) }} as median_delivery_days,
        {{ rounded('deliveries.average_promised_days', 4) }} as average_promised_days,
        cast(deliveries.late_by_day_order_count as double)
        / nullif(cast(deliveries.measured_order_count as double), 0) as late_by_day_share,
        shipments.seller_state_code = shipments.customer_state_code as is_same_state
    from shipments
    inner join deliveries
        on shipments.seller_state_code = deliveries.seller_state_code
        and shipments.customer_state_code = deliveries.customer_state_code
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
