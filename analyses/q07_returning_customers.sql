-- Question: How many customers come back, and after how long?
-- Reading: Persons by the months between their first and their second order, as a share of all
-- persons; the last column adds up. In the same month, some second orders are one basket that the
-- checkout split in two. Persons whose first order is young had less time to come back.
-- Finding: {last.cumulative_repeat_share:.2%} of {first.all_customer_count:,} persons ordered a
-- second time, {first.repeat_share:.2%} already in the month of their first order.
-- Hidden: span_number, all_customer_count
with

cohorts as (
    select * from {{ ref('mart_customer_cohorts') }}
),

persons as (
    select sum(case when months_since_first_order = 0 then customer_count end) as customer_count
    from cohorts
),

spans as (
    select
        case
            when months_since_first_order <= 3 then months_since_first_order
            when months_since_first_order <= 6 then 4
            when months_since_first_order <= 12 then 5
            else 6
        end as span_number,
        case
            when months_since_first_order = 0 then 'same month'
            when months_since_first_order = 1 then 'next month'
            when months_since_first_order = 2 then 'after 2 months'
            when months_since_first_order = 3 then 'after 3 months'
            when months_since_first_order <= 6 then 'after 4 to 6 months'
            when months_since_first_order <= 12 then 'after 7 to 12 months'
            else 'after more than a year'
        end as second_order,
        repeat_customer_count
    from cohorts
),

summed as (
    select
        span_number,
        second_order,
        sum(repeat_customer_count) as repeat_customer_count
    from spans
    group by span_number, second_order
),

final as (
    select
        summed.span_number,
        summed.second_order,
        summed.repeat_customer_count,
        cast(summed.repeat_customer_count as double)
        / nullif(cast(persons.customer_count as double), 0) as repeat_share,
        cast(
            sum(summed.repeat_customer_count) over (
                order by summed.span_number nulls last
                rows between unbounded preceding and current row
            ) as double
        ) / nullif(cast(persons.customer_count as double), 0) as cumulative_repeat_share,
        persons.customer_count as all_customer_count
    from summed
    cross join persons
)

select * from final
order by span_number
