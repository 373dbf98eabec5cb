-- Grain: one row per seller and month, from the seller's first sale to the last month of the data (periodic
-- snapshot); a month without sales has a row of zeros. Money is of orders that count as a sale.
with

orders as (
    select * from {{ ref('fct_orders') }}
),

-- What counts orders counts these rows: counting what is distinct among items takes twice as long.
seller_orders as (
    select
        sellers.seller_id,
        items.order_key,
        count(*) as item_count,
        sum(items.price_brl) as items_brl,
        sum(items.freight_brl) as freight_brl
    from {{ ref('fct_order_items') }} as items
    inner join {{ ref('dim_sellers') }} as sellers on items.seller_key = sellers.seller_key
    where sellers.seller_id is not null and items.counts_as_sale
    group by sellers.seller_id, items.order_key
),

sellers as (
    select * from {{ ref('dim_sellers') }} where is_current
),

months as (
    select distinct month_start_date from {{ ref('dim_dates') }} where date_key > 0
),

sales as (
    select
        seller_orders.seller_id,
        cast(date_trunc('month', orders.purchased_at) as date) as month_start_date,
        sum(seller_orders.item_count) as item_count,
        count(*) as order_count,
        count(case when orders.is_late_by_day then 1 end) as late_order_count,
        count(case when orders.is_delivered then 1 end) as delivered_order_count,
        sum(seller_orders.items_brl) as items_brl,
        sum(seller_orders.freight_brl) as freight_brl,
        sum(seller_orders.item_count * cast(orders.latest_review_score as double))
        / sum(case when orders.latest_review_score is not null then seller_orders.item_count end)
            as average_review_score
    from seller_orders
    inner join orders on seller_orders.order_key = orders.order_key
    group by seller_orders.seller_id, cast(date_trunc('month', orders.purchased_at) as date)
),

spans as (
    select
        seller_id,
        min(month_start_date) as first_month_date,
        max(max(month_start_date)) over () as last_month_date
    from sales
    group by seller_id
),

final as (
    select
        {{ surrogate_key(['spans.seller_id', 'months.month_start_date']) }} as seller_month_key,
        coalesce(sellers.seller_key, {{ unknown_key() }}) as seller_key,
        cast({{ date_key('months.month_start_date') }} as int) as month_date_key,
        spans.seller_id,
        cast(coalesce(sales.item_count, 0) as int) as item_count,
        cast(coalesce(sales.order_count, 0) as int) as order_count,
        cast(coalesce(sales.delivered_order_count, 0) as int) as delivered_order_count,
        cast(coalesce(sales.late_order_count, 0) as int) as late_order_count,
        {{ months_between_starts('spans.first_month_date', 'months.month_start_date') }} as months_since_first_sale,
        cast(coalesce(sales.items_brl, 0) as decimal(18, 2)) as items_brl,
        cast(coalesce(sales.freight_brl, 0) as decimal(18, 2)) as freight_brl,
        cast(sum(coalesce(sales.items_brl, 0)) over (
            partition by spans.seller_id order by months.month_start_date
            rows between unbounded preceding and current row
        ) as decimal(18, 2)) as cumulative_items_brl,
        sales.average_review_score,
        sales.seller_id is not null as is_active,
        months.month_start_date
    from spans
    inner join months
        on months.month_start_date between spans.first_month_date and spans.last_month_date
    left join sales
        on spans.seller_id = sales.seller_id
        and months.month_start_date = sales.month_start_date
    left join sellers on spans.seller_id = sellers.seller_id
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
