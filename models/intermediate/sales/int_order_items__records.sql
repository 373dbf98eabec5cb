-- Grain: one row per landed order item record, typed and judged; `int_order_items` holds the current ones.
{% set columns = {
    'order_id': ['order_id', 'string'],
    'order_item_id': ['order_item_id', 'int'],
    'product_id': ['product_id', 'string'],
    'seller_id': ['seller_id', 'string'],
    'shipping_limit_at': ['shipping_limit_date', 'timestamp'],
    'price_brl': ['price', 'decimal(12,2)'],
    'freight_brl': ['freight_value', 'decimal(12,2)'],
} %}

with

records as (
    {{ landed_records('stg_marketplace__order_items') }}
),

orders as (
    select * from {{ ref('int_orders') }}
),

products as (
    select * from {{ ref('int_products') }}
),

sellers as (
    select * from {{ ref('int_sellers') }}
),

typed as (
    select
        orders.order_id is not null as has_order,
        products.product_id is not null as has_product,
        sellers.seller_id is not null as has_seller,
        orders.purchased_at as order_purchased_at,
        orders.approved_at as order_approved_at,
        {{ read_columns(columns) }}
    from records
    left join orders on nullif(trim(records.order_id), '') = orders.order_id
    left join products on nullif(trim(records.product_id), '') = products.product_id
    left join sellers on nullif(trim(records.seller_id), '') = sellers.seller_id
),

{{ judge('typed', key=['order_id', 'order_item_id']) }}
