-- Orders by month are the same in mart_delivery_performance and mart_monthly_sales, and the late
-- ones, by either definition, are those of the fact.
with

performance as (
    select
        purchase_month_date,
        sum(order_count) as order_count,
        sum(delivered_order_count) as delivered_order_count,
        sum(late_by_timestamp_order_count) as late_by_timestamp_order_count,
        sum(late_by_day_order_count) as late_by_day_order_count
    from {{ ref('mart_delivery_performance') }}
    group by purchase_month_date
),

facts as (
    select
        cast(date_trunc('month', purchased_at) as date) as purchase_month_date,
        count(*) as order_count,
        count(case when is_delivered then 1 end) as delivered_order_count,
        count(case when is_delivered and is_late_by_timestamp then 1 end)
            as late_by_timestamp_order_count,
        count(case when is_delivered and is_late_by_day then 1 end) as late_by_day_order_count
    from {{ ref('fct_orders') }}
    group by cast(date_trunc('month', purchased_at) as date)
)

select
    coalesce(performance.purchase_month_date, facts.purchase_month_date) as purchase_month_date,
    performance.order_count,
    facts.order_count as fact_order_count,
    performance.late_by_day_order_count,
    facts.late_by_day_order_count as fact_late_by_day_order_count
from performance
full outer join facts on performance.purchase_month_date = facts.purchase_month_date
where
    coalesce(performance.order_count, 0) <> coalesce(facts.order_count, 0)
    or coalesce(performance.delivered_order_count, 0) <> coalesce(facts.delivered_order_count, 0)
    or coalesce(performance.late_by_timestamp_order_count, 0)
    <> coalesce(facts.late_by_timestamp_order_count, 0)
    or coalesce(performance.late_by_day_order_count, 0)
    <> coalesce(facts.late_by_day_order_count, 0)
