-- Grain: one row per person with at least one order that counts as a sale.
-- Recency, frequency and money (RFM), recency against the data's own last day. People who tie get one score, so
-- a fifth is one only as far as ties allow; orders are too unequal for fifths (nearly everybody has one) and capped.
with

orders as (
    select * from {{ ref('fct_orders') }}
),

customers as (
    select * from {{ ref('dim_customers') }} where customer_unique_id is not null
),

last_day as (
    select max(cast(purchased_at as date)) as as_of_date from orders
),

bought as (
    select
        customers.customer_unique_id,
        count(*) as order_count,
        sum(orders.order_total_brl) as order_total_brl,
        min(cast(orders.purchased_at as date)) as first_purchase_date,
        max(cast(orders.purchased_at as date)) as last_purchase_date
    from orders
    inner join customers on orders.customer_key = customers.customer_key
    where orders.counts_as_sale
    group by customers.customer_unique_id
),

ranked as (
    select
        bought.*,
        last_day.as_of_date,
        {{ days_between('bought.last_purchase_date', 'last_day.as_of_date') }} as recency_days,
        rank() over (order by bought.last_purchase_date desc nulls last) as recency_rank,
        rank() over (order by bought.order_total_brl desc nulls last) as money_rank,
        count(*) over () as customer_count
    from bought
    cross join last_day
),

scored as (
    select
        *,
        cast(5 - floor(5 * (recency_rank - 1) / cast(customer_count as double)) as int) as recency_score,
        cast(least(order_count, 5) as int) as frequency_score,
        cast(5 - floor(5 * (money_rank - 1) / cast(customer_count as double)) as int) as money_score
    from ranked
),

named as (
    select
        *,
        case
            when frequency_score >= 2 and recency_score >= 4 and money_score >= 4 then 'Champions'
            when frequency_score >= 2 and recency_score >= 3 then 'Loyal customers'
            when frequency_score >= 2 and money_score = 5 then 'Cannot lose them'
            when frequency_score >= 2 then 'At risk'
            when recency_score >= 4 and money_score >= 4 then 'Potential loyalists'
            when recency_score = 5 then 'New customers'
            when recency_score = 4 then 'Promising'
            when recency_score = 3 and money_score >= 4 then 'Need attention'
            when recency_score = 3 then 'About to sleep'
            when recency_score = 2 then 'Hibernating'
            else 'Lost'
        end as segment_name
    from scored
),

final as (
    select
        current_customers.customer_key,
        named.customer_unique_id,
        named.segment_name,
        named.recency_days,
        cast(named.order_count as int) as order_count,
        named.recency_score,
        named.frequency_score,
        named.money_score,
        cast(named.order_total_brl as decimal(18, 2)) as order_total_brl,
        named.first_purchase_date,
        named.last_purchase_date,
        named.as_of_date
    from named
    left join customers as current_customers
        on named.customer_unique_id = current_customers.customer_unique_id
        and current_customers.is_current
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
