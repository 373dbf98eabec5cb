-- Grain: one row per person with at least one order that counts as a sale.
-- Recency, frequency and money (RFM), recency against the data's own last day. People who tie get one score, so
-- a fifth is one only as far as ties allow; orders are too unequal for fifths (nearly everybody has one) and capped.
with

orders as (
    select * from {{ ref('fct_orders') }}
),

current_customers as (
    select * from {{ ref('dim_customers') }} where is_current
),

last_day as (
    select max(cast(purchased_at as date)) as as_of_date from orders
),

bought as (
    select
        customer_unique_id,
        count(*) as order_count,
        sum(order_total_brl) as order_total_brl,
        min(cast(purchased_at as date)) as first_purchase_date,
        max(cast(purchased_at as date)) as last_purchase_date
    from orders
    where counts_as_sale and customer_unique_id is not null
    group by customer_unique_id
),

-- Ranks of the days and sums there are, not of people: many share one, and a sort of everybody is dear.
recency_ranks as (
    select
        last_purchase_date,
        sum(count(*)) over (order by last_purchase_date desc nulls last) - count(*) + 1 as recency_rank,
        sum(count(*)) over () as customer_count
    from bought
    group by last_purchase_date
),

money_ranks as (
    select
        order_total_brl,
        sum(count(*)) over (order by order_total_brl desc nulls last) - count(*) + 1 as money_rank
    from bought
    group by order_total_brl
),

ranked as (
    select
        bought.*,
        recency_ranks.recency_rank,
        recency_ranks.customer_count,
        money_ranks.money_rank,
        last_day.as_of_date,
        {{ days_between('bought.last_purchase_date', 'last_day.as_of_date') }} as recency_days
    from bought
    inner join recency_ranks on bought.last_purchase_date = recency_ranks.last_purchase_date
    inner join money_ranks on bought.order_total_brl = money_ranks.order_total_brl
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
    left join current_customers on named.customer_unique_id = current_customers.customer_unique_id
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
