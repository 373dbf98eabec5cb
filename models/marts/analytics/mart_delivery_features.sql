{{ config(tags=['learning']) }}

-- Grain: one row per order with items: what a shop knows of it at the moment of purchase, and, last, what became of it.
-- What was learned from other orders comes from the days before the day of the purchase.
with

orders as (
    select * from {{ ref('int_delivery_baskets') }}
),

conditions as (
    select * from {{ ref('int_delivery_conditions') }}
),

seller_days as (
    select
        seller_id,
        shipping_date,
        count(*) as order_count,
        -- Decimal: a sum of doubles depends on the order of the rows.
        cast(sum(cast(handling_days as decimal(18, 8))) as decimal(28, 8)) as handling_days
    from orders
    where handling_days is not null
    group by seller_id, shipping_date
),

seller_questions as (
    select distinct
        seller_id,
        purchase_date
    from orders
),

seller_past as (
    select
        seller_questions.seller_id,
        seller_questions.purchase_date,
        sum(seller_days.order_count) as order_count,
        cast(sum(seller_days.handling_days) as double) / sum(seller_days.order_count) as handling_days
    from seller_questions
    inner join seller_days
        on seller_questions.seller_id = seller_days.seller_id
        and seller_questions.purchase_date > seller_days.shipping_date
        and seller_questions.purchase_date - 90 <= seller_days.shipping_date
    group by seller_questions.seller_id, seller_questions.purchase_date
),

state_days as (
    select
        customer_state_code,
        delivery_date,
        count(*) as order_count,
        sum(delivery_calendar_days) as delivery_days
    from orders
    where delivery_calendar_days is not null
    group by customer_state_code, delivery_date
),

state_questions as (
    select distinct
        customer_state_code,
        purchase_date
    from orders
),

state_past as (
    select
        state_questions.customer_state_code,
        state_questions.purchase_date,
        cast(sum(state_days.delivery_days) as double) / sum(state_days.order_count) as delivery_days
    from state_questions
    inner join state_days
        on state_questions.customer_state_code = state_days.customer_state_code
        and state_questions.purchase_date > state_days.delivery_date
        and state_questions.purchase_date - 28 <= state_days.delivery_date
    group by state_questions.customer_state_code, state_questions.purchase_date
),

final as (
    select
        orders.order_key,
        orders.order_id,
        orders.customer_state_code,
        orders.seller_state_code,
        orders.category_name,
        {{ days_between("date_trunc('week', orders.purchased_at)", 'orders.purchased_at') }} as weekday_number,
        cast(hour(orders.purchased_at) as int) as hour_number,
        orders.item_count,
        orders.seller_count,
        orders.weight_g,
        orders.volume_cm3,
        orders.distance_km,
        orders.items_brl,
        orders.freight_brl,
        cast(coalesce(seller_past.order_count, 0) as bigint) as seller_shipped_order_count,
        {{ rounded('seller_past.handling_days', 6) }} as seller_handling_days,
        {{ rounded('state_past.delivery_days', 6) }} as state_delivery_days,
        conditions.country_delivery_days,
        conditions.country_share_in_4_days,
        conditions.country_share_in_7_days,
        orders.is_paid_by_boleto,
        orders.purchased_at,
        orders.promised_calendar_days,
        orders.delivery_calendar_days,
        orders.delivered_at
    from orders
    left join seller_past
        on orders.seller_id = seller_past.seller_id
        and orders.purchase_date = seller_past.purchase_date
    left join state_past
        on orders.customer_state_code = state_past.customer_state_code
        and orders.purchase_date = state_past.purchase_date
    left join conditions on orders.purchase_date = conditions.purchase_date
)

{{ keep_stamps('final', 'order_key') }}
