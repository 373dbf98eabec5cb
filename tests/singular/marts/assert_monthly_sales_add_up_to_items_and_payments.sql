-- Every reading of revenue in mart_monthly_sales, summed over the months, is to the cent what the
-- facts say: items by what became of their order, freight, payments, and the number of orders.
with

mart as (
    select
        sum(order_count) as order_count,
        sum(item_count) as item_count,
        sum(items_brl_all_orders) as items_brl_all_orders,
        sum(items_brl_sales) as items_brl_sales,
        sum(items_brl_delivered) as items_brl_delivered,
        sum(freight_brl_all_orders) as freight_brl_all_orders,
        sum(paid_brl_all_orders) as paid_brl_all_orders
    from {{ ref('mart_monthly_sales') }}
),

items as (
    select
        count(*) as item_count,
        sum(price_brl) as items_brl_all_orders,
        sum(case when counts_as_sale then price_brl end) as items_brl_sales,
        sum(case when order_status = 'delivered' then price_brl end) as items_brl_delivered,
        sum(freight_brl) as freight_brl_all_orders
    from {{ ref('fct_order_items') }}
),

payments as (
    select sum(payment_brl) as paid_brl_all_orders from {{ ref('fct_order_payments') }}
),

orders as (
    select count(*) as order_count from {{ ref('fct_orders') }}
),

compared as (
    {%- for measure, fact in {
        'order_count': 'orders',
        'item_count': 'items',
        'items_brl_all_orders': 'items',
        'items_brl_sales': 'items',
        'items_brl_delivered': 'items',
        'freight_brl_all_orders': 'items',
        'paid_brl_all_orders': 'payments',
    }.items() %}
    select
        '{{ measure }}' as measure,
        cast(coalesce(mart.{{ measure }}, 0) as decimal(18, 2)) as mart_value,
        cast(coalesce({{ fact }}.{{ measure }}, 0) as decimal(18, 2)) as fact_value
    from mart
    cross join {{ fact }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select *
from compared
where mart_value <> fact_value
