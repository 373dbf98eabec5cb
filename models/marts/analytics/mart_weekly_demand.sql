{{ config(tags=['learning']) }}

-- Grain: one row per week (from Monday) and category with orders, and one per week for all together.
-- Demand is what was ordered, whatever became of it: what was canceled later was not known in its week.
with

orders as (
    select
        order_key,
        item_count,
        cast(purchased_at as date) as purchase_date,
        cast(date_trunc('week', purchased_at) as date) as week_start_date
    from {{ ref('fct_orders') }}
),

items as (
    select
        items.order_key,
        products.category_name
    from {{ ref('fct_order_items') }} as items
    inner join {{ ref('dim_products') }} as products on items.product_key = products.product_key
),

ordered as (
    select
        order_key,
        'all' as category_name,
        item_count
    from orders
    union all
    select
        order_key,
        category_name,
        count(*) as item_count
    from items
    group by order_key, category_name
),

final as (
    select
        {{ surrogate_key(['orders.week_start_date', 'ordered.category_name']) }} as weekly_demand_key,
        ordered.category_name,
        cast(count(*) as bigint) as order_count,
        cast(sum(ordered.item_count) as bigint) as item_count,
        -- Friday to Sunday: a week that was cut off lacks its end.
        cast(count(case
            when {{ days_between('orders.week_start_date', 'orders.purchase_date') }} >= 4 then 1
        end) as bigint) as last_days_order_count,
        orders.week_start_date,
        max(orders.purchase_date) as last_order_date
    from ordered
    inner join orders on ordered.order_key = orders.order_key
    group by orders.week_start_date, ordered.category_name
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
