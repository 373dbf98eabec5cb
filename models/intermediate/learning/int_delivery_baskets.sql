-- Grain: one row per order with items: what was bought where and by whom, and what became of it.
-- The raw material of mart_delivery_features.
with

orders as (
    select
        fct_orders.*,
        coalesce(locations.state_code, 'unknown') as customer_state_code
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
        sellers.state_code as seller_state_code,
        row_number() over (
            partition by items.order_key order by items.distance_km desc nulls last, items.order_item_id
        ) as distance_rank
    from {{ ref('fct_order_items') }} as items
    inner join {{ ref('dim_products') }} as products on items.product_key = products.product_key
    inner join {{ ref('dim_sellers') }} as sellers on items.seller_key = sellers.seller_key
),

-- An order is complete when its last item has come: the farthest item stands for it.
baskets as (
    select
        order_key,
        cast(sum(weight_g) as double) as weight_g,
        cast(sum(volume_cm3) as double) as volume_cm3,
        max(case when distance_rank = 1 then seller_id end) as seller_id,
        max(case when distance_rank = 1 then seller_state_code end) as seller_state_code,
        max(case when distance_rank = 1 then category_name end) as category_name,
        max(distance_km) as distance_km
    from items
    group by order_key
),

final as (
    select
        orders.order_key,
        orders.order_id,
        baskets.seller_id,
        orders.customer_state_code,
        coalesce(baskets.seller_state_code, 'unknown') as seller_state_code,
        baskets.category_name,
        orders.item_count,
        orders.seller_count,
        baskets.weight_g,
        baskets.volume_cm3,
        baskets.distance_km,
        orders.items_brl,
        orders.freight_brl,
        orders.handling_days,
        orders.promised_calendar_days,
        orders.delivery_calendar_days,
        coalesce(payments.is_paid_by_boleto, false) as is_paid_by_boleto,
        cast(orders.purchased_at as date) as purchase_date,
        cast(orders.shipped_at as date) as shipping_date,
        cast(orders.delivered_at as date) as delivery_date,
        orders.purchased_at,
        orders.delivered_at
    from orders
    inner join baskets on orders.order_key = baskets.order_key
    left join payments on orders.order_key = payments.order_key
)

select * from final
