-- Grain: one row per calendar month between the first and the last order, months without orders
-- included. "Revenue" means five things here, and each has a name that says which orders it counts.
{% set least_active_day_share = 0.5 %}

with

orders as (
    select
        *,
        cast(date_trunc('month', purchased_at) as date) as month_start_date
    from {{ ref('fct_orders') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

span as (
    select
        min(month_start_date) as first_month_date,
        max(month_start_date) as last_month_date,
        max(cast(purchased_at as date)) as last_purchase_date
    from orders
),

months as (
    select dates.month_start_date
    from dates
    inner join span
        on dates.month_start_date between span.first_month_date and span.last_month_date

    union distinct

    select month_start_date from orders
),

sales as (
    select
        month_start_date,
        count(*) as order_count,
        count(case when counts_as_sale and has_items then 1 end) as sale_order_count,
        count(case when is_delivered then 1 end) as delivered_order_count,
        count(case when payment_count > 0 then 1 end) as paid_order_count,
        sum(item_count) as item_count,
        count(distinct customer_unique_id) as customer_count,
        count(case when customer_order_number = 1 then 1 end) as new_customer_count,
        count(distinct cast(purchased_at as date)) as active_day_count,
        sum(items_brl) as items_brl_all_orders,
        sum(case when counts_as_sale then items_brl end) as items_brl_sales,
        sum(case when is_delivered then items_brl end) as items_brl_delivered,
        sum(freight_brl) as freight_brl_all_orders,
        sum(paid_brl) as paid_brl_all_orders
    from orders
    group by month_start_date
),

filled as (
    select
        months.month_start_date,
        cast(extract(day from last_day(months.month_start_date)) as bigint) as calendar_day_count,
        coalesce(sales.active_day_count, 0) as active_day_count,
        coalesce(sales.order_count, 0) as order_count,
        coalesce(sales.sale_order_count, 0) as sale_order_count,
        coalesce(sales.delivered_order_count, 0) as delivered_order_count,
        coalesce(sales.paid_order_count, 0) as paid_order_count,
        coalesce(sales.item_count, 0) as item_count,
        coalesce(sales.customer_count, 0) as customer_count,
        coalesce(sales.new_customer_count, 0) as new_customer_count,
        coalesce(sales.items_brl_all_orders, 0) as items_brl_all_orders,
        coalesce(sales.items_brl_sales, 0) as items_brl_sales,
        coalesce(sales.items_brl_delivered, 0) as items_brl_delivered,
        coalesce(sales.freight_brl_all_orders, 0) as freight_brl_all_orders,
        coalesce(sales.paid_brl_all_orders, 0) as paid_brl_all_orders,
        last_day(months.month_start_date) <= span.last_purchase_date as is_over
    from months
    cross join span
    left join sales on months.month_start_date = sales.month_start_date
),

judged as (
    select
        *,
        is_over and active_day_count >= calendar_day_count * {{ least_active_day_share }}
            as is_complete_month
    from filled
),

compared as (
    select
        *,
        is_complete_month and lag(is_complete_month) over (order by month_start_date nulls last)
            as is_comparable,
        lag(cast(order_count as double)) over (order by month_start_date nulls last)
            as previous_order_count,
        lag(cast(items_brl_sales as double)) over (order by month_start_date nulls last)
            as previous_items_brl_sales,
        lag(cast(paid_brl_all_orders as double)) over (order by month_start_date nulls last)
            as previous_paid_brl
    from judged
),

final as (
    select
        cast({{ date_key('month_start_date') }} as int) as month_date_key,
        cast(order_count as bigint) as order_count,
        cast(sale_order_count as bigint) as sale_order_count,
        cast(delivered_order_count as bigint) as delivered_order_count,
        cast(item_count as bigint) as item_count,
        cast(customer_count as bigint) as customer_count,
        cast(new_customer_count as bigint) as new_customer_count,
        cast(active_day_count as bigint) as active_day_count,
        cast(calendar_day_count as bigint) as calendar_day_count,
        cast(items_brl_all_orders as decimal(18, 2)) as items_brl_all_orders,
        cast(items_brl_sales as decimal(18, 2)) as items_brl_sales,
        cast(items_brl_delivered as decimal(18, 2)) as items_brl_delivered,
        cast(freight_brl_all_orders as decimal(18, 2)) as freight_brl_all_orders,
        cast(paid_brl_all_orders as decimal(18, 2)) as paid_brl_all_orders,
        cast(items_brl_sales as double) / nullif(cast(sale_order_count as double), 0)
            as average_ticket_items_brl,
        cast(paid_brl_all_orders as double) / nullif(cast(paid_order_count as double), 0)
            as average_ticket_paid_brl,
        case
            when is_comparable
                then cast(order_count as double) / nullif(previous_order_count, 0) - 1
        end as order_count_growth_rate,
        case
            when is_comparable
                then cast(items_brl_sales as double) / nullif(previous_items_brl_sales, 0) - 1
        end as items_brl_sales_growth_rate,
        case
            when is_comparable
                then cast(paid_brl_all_orders as double) / nullif(previous_paid_brl, 0) - 1
        end as paid_brl_all_orders_growth_rate,
        is_complete_month,
        month_start_date
    from compared
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
