-- Grain: one row per landed order item record, typed and judged; `int_order_items` holds the current ones.
{% set key = ['order_id', 'order_item_id'] %}
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
    {{ new_records('stg_marketplace__order_items', columns) }}
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
        {{ read_columns(columns) }}
    from records
),

touched as (
    {{ touched_records('typed', columns, key, parents={
        'int_orders__records': 'order_id',
        'int_products__records': 'product_id',
        'int_sellers__records': 'seller_id',
    }) }}
),

checked as (
    select
        touched.*,
        orders.order_id is not null as has_order,
        products.product_id is not null as has_product,
        sellers.seller_id is not null as has_seller,
        coalesce(touched.shipping_limit_at >= orders.approved_at, true) as is_limit_after_approval,
        coalesce(touched.shipping_limit_at < orders.purchased_at + interval '180' day, true) as is_limit_plausible
    from touched
    left join orders on touched.order_id = orders.order_id
    left join products on touched.product_id = products.product_id
    left join sellers on touched.seller_id = sellers.seller_id
),

{{ judge('checked', key) }}
