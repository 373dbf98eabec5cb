{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='order_id',
    pre_hook="{{ delete_vanished('fct_order_items', ['order_item_key'], is_judged=false) }}",
    row_filter=row_filter_by_region('customer_region_name'),
    grants=grants_to_regional_teams(),
) }}

-- Grain: one row per item of an order, with everything the star knows about it. For whoever wants one table; money of
-- payments is not here, because an order's payments do not belong to one item: use `fct_order_payments`.
with

touched as (
    {{ touched_keys('fct_order_items', 'order_id') }}
),

items as (
    select *
    from {{ ref('fct_order_items') }}
    {{ only_touched('order_id') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
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

dates as (
    select * from {{ ref('dim_dates') }}
),

final as (
    select
        items.order_item_key,
        items.order_id,
        items.order_item_id,
        customers.customer_unique_id,
        products.product_id,
        sellers.seller_id,
        items.order_status,
        products.category_name,
        products.category_label,
        products.category_group,
        locations.zip_code_prefix as customer_zip_code_prefix,
        coalesce(locations.city, customers.city) as customer_city,
        coalesce(locations.state_code, customers.state_code) as customer_state_code,
        coalesce(locations.region_name, customers.region_name) as customer_region_name,
        sellers.zip_code_prefix as seller_zip_code_prefix,
        sellers.city as seller_city,
        sellers.state_code as seller_state_code,
        sellers.region_name as seller_region_name,
        dates.day_of_week_name as purchase_day_of_week_name,
        dates.holiday_name as purchase_holiday_name,
        dates.commercial_date_name as purchase_commercial_date_name,
        orders.customer_order_number,
        orders.item_count as order_item_count,
        orders.latest_review_score as order_review_score,
        items.price_brl,
        items.freight_brl,
        items.item_total_brl,
        products.weight_g as product_weight_g,
        products.volume_cm3 as product_volume_cm3,
        items.distance_km,
        orders.delivery_days,
        orders.delivery_calendar_days,
        orders.promised_calendar_days,
        orders.delay_calendar_days,
        items.counts_as_sale,
        orders.is_delivered,
        orders.is_canceled,
        orders.is_late_by_timestamp,
        orders.is_late_by_day,
        dates.month_start_date as purchase_month_date,
        items.purchased_at,
        orders.approved_at,
        orders.shipped_at,
        orders.delivered_at,
        orders.estimated_delivery_date,
        items.shipping_limit_at
    from items
    inner join orders on items.order_key = orders.order_key
    inner join customers on items.customer_key = customers.customer_key
    inner join products on items.product_key = products.product_key
    inner join sellers on items.seller_key = sellers.seller_key
    inner join locations on items.customer_location_key = locations.location_key
    inner join dates on items.purchase_date_key = dates.date_key
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
