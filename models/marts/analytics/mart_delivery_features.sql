{{ config(tags=['learning']) }}

-- Grain: one row per order with items: what a shop knows of it at the moment of purchase, and, last, what became of it.
-- What was learned from other orders comes from the days before the day of the purchase.
with

orders as (
    select
        fct_orders.*,
        cast(fct_orders.purchased_at as date) as purchase_date,
        coalesce(locations.state_code, 'unknown') as customer_state_code,
        {{ days_between("date_trunc('week', fct_orders.purchased_at)", 'fct_orders.purchased_at') }} as weekday_number
    from {{ ref('fct_orders') }} as fct_orders
    inner join {{ ref('dim_locations') }} as locations
        on fct_orders.customer_location_key = locations.location_key
),

payments as (
    select
        payments.order_key,
        max(case when payment_types.payment_type = 'boleto' then 1 else 0 end) = 1 as is_paid_by_boleto
    from {{ ref('fct_order_payments') }} as payments
    inner join {{ ref('dim_payment_types') }} as payment_types
        on payments.payment_type_key = payment_types.payment_type_key
    group by payments.order_key
),

items as (
    select
        items.*,
        products.category_name,
        products.weight_g,
        products.volume_cm3,
        sellers.seller_id,
        sellers.state_code as seller_state_code,
        row_number() over (
            partition by items.order_key order by items.distance_km desc nulls last, items.order_item_id
        ) as distance_rank
    from {{ ref('fct_order_items') }} as items
    inner join {{ ref('dim_products') }} as products on items.product_key = products.product_key
    inner join {{ ref('dim_sellers') }} as sellers on items.seller_key = sellers.seller_key
),

-- A basket comes whole when its last item has come: the farthest item stands for it.
baskets as (
    select
        order_key,
        sum(weight_g) as weight_g,
        sum(volume_cm3) as volume_cm3,
        max(case when distance_rank = 1 then seller_id end) as seller_id,
        max(case when distance_rank = 1 then seller_state_code end) as seller_state_code,
        max(case when distance_rank = 1 then category_name end) as category_name,
        max(distance_km) as distance_km
    from items
    group by order_key
),

-- What sellers did, day by day: sums up to the day before each of their days with a purchase.
seller_days as (
    select
        baskets.seller_id,
        cast(orders.shipped_at as date) as known_date,
        cast(sum(cast(orders.handling_days as decimal(18, 8))) as double) as handling_days,
        count(*) as shipped_order_count
    from orders
    inner join baskets on orders.order_key = baskets.order_key
    where orders.handling_days is not null
    group by baskets.seller_id, cast(orders.shipped_at as date)
),

seller_questions as (
    select distinct
        baskets.seller_id,
        orders.purchase_date
    from orders
    inner join baskets on orders.order_key = baskets.order_key
),

seller_past as (
    select
        seller_questions.seller_id,
        seller_questions.purchase_date,
        sum(seller_days.shipped_order_count) as shipped_order_count,
        sum(seller_days.handling_days) / sum(seller_days.shipped_order_count) as handling_days
    from seller_questions
    inner join seller_days
        on seller_questions.seller_id = seller_days.seller_id
        and seller_days.known_date < seller_questions.purchase_date
        and seller_days.known_date >= {{ dbt.dateadd('day', -90, 'seller_questions.purchase_date') }}
    group by seller_questions.seller_id, seller_questions.purchase_date
),

state_days as (
    select
        customer_state_code,
        cast(delivered_at as date) as known_date,
        cast(sum(delivery_calendar_days) as double) as delivery_days,
        count(*) as delivered_order_count
    from orders
    where delivery_calendar_days is not null
    group by customer_state_code, cast(delivered_at as date)
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
        sum(state_days.delivery_days) / sum(state_days.delivered_order_count) as delivery_days
    from state_questions
    inner join state_days
        on state_questions.customer_state_code = state_days.customer_state_code
        and state_days.known_date < state_questions.purchase_date
        and state_days.known_date >= {{ dbt.dateadd('day', -28, 'state_questions.purchase_date') }}
    group by state_questions.customer_state_code, state_questions.purchase_date
),

country_past as (
    select
        questions.purchase_date,
        sum(state_days.delivery_days) / sum(state_days.delivered_order_count) as delivery_days
    from (select distinct purchase_date from orders) as questions
    inner join state_days
        on state_days.known_date < questions.purchase_date
        and state_days.known_date >= {{ dbt.dateadd('day', -14, 'questions.purchase_date') }}
    group by questions.purchase_date
),

-- How fast parcels are now: of the orders of the week that began 11 (14) days ago, those that came in 4 (7) days.
purchase_days as (
    select
        purchase_date as known_date,
        count(*) as order_count,
        count(case when delivery_calendar_days <= 4 then 1 end) as in_4_days_count,
        count(case when delivery_calendar_days <= 7 then 1 end) as in_7_days_count
    from orders
    group by purchase_date
),

country_speed as (
    select
        questions.known_date as purchase_date,
        cast(sum(case when {{ days_between('days.known_date', 'questions.known_date') }} <= 11 then days.in_4_days_count end) as double)
        / sum(case when {{ days_between('days.known_date', 'questions.known_date') }} <= 11 then days.order_count end) as share_in_4_days,
        cast(sum(case when {{ days_between('days.known_date', 'questions.known_date') }} >= 8 then days.in_7_days_count end) as double)
        / sum(case when {{ days_between('days.known_date', 'questions.known_date') }} >= 8 then days.order_count end) as share_in_7_days
    from purchase_days as questions
    inner join purchase_days as days
        on {{ days_between('days.known_date', 'questions.known_date') }} between 5 and 14
    group by questions.known_date
),

final as (
    select
        orders.order_key,
        orders.order_id,
        orders.customer_state_code,
        coalesce(baskets.seller_state_code, 'unknown') as seller_state_code,
        baskets.category_name,
        orders.weekday_number,
        cast(extract(hour from orders.purchased_at) as int) as hour_number,
        orders.item_count,
        orders.seller_count,
        cast(baskets.weight_g as double) as weight_g,
        cast(baskets.volume_cm3 as double) as volume_cm3,
        baskets.distance_km,
        orders.items_brl,
        orders.freight_brl,
        cast(coalesce(seller_past.shipped_order_count, 0) as bigint) as seller_shipped_order_count,
        cast(round(seller_past.handling_days, 6) as double) as seller_handling_days,
        cast(round(state_past.delivery_days, 6) as double) as state_delivery_days,
        cast(round(country_past.delivery_days, 6) as double) as country_delivery_days,
        cast(round(country_speed.share_in_4_days, 6) as double) as country_share_in_4_days,
        cast(round(country_speed.share_in_7_days, 6) as double) as country_share_in_7_days,
        coalesce(payments.is_paid_by_boleto, false) as is_paid_by_boleto,
        orders.purchased_at,
        orders.promised_calendar_days,
        orders.delivery_calendar_days,
        orders.delivered_at
    from orders
    inner join baskets on orders.order_key = baskets.order_key
    left join payments on orders.order_key = payments.order_key
    left join seller_past
        on baskets.seller_id = seller_past.seller_id
        and orders.purchase_date = seller_past.purchase_date
    left join state_past
        on orders.customer_state_code = state_past.customer_state_code
        and orders.purchase_date = state_past.purchase_date
    left join country_past on orders.purchase_date = country_past.purchase_date
    left join country_speed on orders.purchase_date = country_speed.purchase_date
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
