-- Each person with an order is in one cohort, once: the cohorts' sizes are the persons, their month
-- 0 has all of them, the second orders are the persons with two orders, and no order is lost.
with

cohorts as (
    select
        sum(case when months_since_first_order = 0 then cohort_customer_count end) as size_count,
        sum(case when months_since_first_order = 0 then customer_count end) as customer_count,
        sum(repeat_customer_count) as repeat_customer_count,
        sum(order_count) as order_count
    from {{ ref('mart_customer_cohorts') }}
),

persons as (
    select
        customers.customer_unique_id,
        count(*) as order_count
    from {{ ref('fct_orders') }} as orders
    inner join {{ ref('dim_customers') }} as customers
        on orders.customer_key = customers.customer_key
    where customers.customer_unique_id is not null
    group by customers.customer_unique_id
),

facts as (
    select
        count(*) as customer_count,
        count(case when order_count > 1 then 1 end) as repeat_customer_count,
        sum(order_count) as order_count
    from persons
)

select
    cohorts.*,
    facts.customer_count as fact_customer_count,
    facts.repeat_customer_count as fact_repeat_customer_count,
    facts.order_count as fact_order_count
from cohorts
cross join facts
where
    coalesce(cohorts.size_count, 0) <> facts.customer_count
    or coalesce(cohorts.customer_count, 0) <> facts.customer_count
    or coalesce(cohorts.repeat_customer_count, 0) <> facts.repeat_customer_count
    or coalesce(cohorts.order_count, 0) <> coalesce(facts.order_count, 0)
