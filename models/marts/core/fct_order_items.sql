{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='order_id',
    pre_hook="{{ delete_vanished('int_order_items', ['order_id', 'order_item_id']) }}",
) }}

-- Grain: one row per item of an order (transaction fact).
with

touched as (
    {{ touched_keys('fct_orders', 'order_id') }}
    union
    select order_id
    from {{ ref('int_order_items') }}
    where
        product_id in ({{ touched_keys('dim_products', 'product_id') }})
        or seller_id in ({{ touched_keys('dim_sellers', 'seller_id') }})
    union
    -- A place that moved changes distances; a seller's place touches the seller.
    select order_id
    from {{ ref('fct_orders') }}
    where customer_location_key in ({{ touched_keys('dim_locations', 'location_key') }})
),

items as (
    select
        {{ all_except(['shipping_limit_at']) }},
        case when is_limit_plausible then shipping_limit_at end as shipping_limit_at
    from {{ ref('int_order_items') }}
    {{ only_touched('order_id') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

sellers as (
    select * from {{ ref('dim_sellers') }}
),

locations as (
    select * from {{ ref('dim_locations') }}
),

final as (
    select
        {{ surrogate_key(['items.order_id', 'items.order_item_id']) }} as order_item_key,
        orders.order_key,
        orders.customer_key,
        orders.customer_location_key,
        coalesce(products.product_key, {{ unknown_key() }}) as product_key,
        coalesce(sellers.seller_key, {{ unknown_key() }}) as seller_key,
        coalesce(sellers.location_key, {{ unknown_key() }}) as seller_location_key,
        orders.purchase_date_key,
        cast({{ date_key('items.shipping_limit_at') }} as int) as shipping_limit_date_key,
        items.order_id,
        items.order_item_id,
        items.seller_id,
        orders.order_status,
        items.price_brl,
        items.freight_brl,
        cast(items.price_brl + items.freight_brl as decimal(12, 2)) as item_total_brl,
        {{ distance_km('seller_locations', 'customer_locations') }} as distance_km,
        orders.counts_as_sale,
        orders.purchased_at,
        items.shipping_limit_at
    from items
    inner join orders on items.order_id = orders.order_id
    left join products
        on items.product_id = products.product_id
        and {{ valid_at('products', 'orders.purchased_at') }}
    left join sellers
        on items.seller_id = sellers.seller_id
        and {{ valid_at('sellers', 'orders.purchased_at') }}
    left join locations as seller_locations on sellers.location_key = seller_locations.location_key
    left join locations as customer_locations on orders.customer_location_key = customer_locations.location_key
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
