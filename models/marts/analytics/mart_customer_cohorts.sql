-- Grain: one row per cohort (month of a person's first order) and month since, up to the month of
-- the last order; a month in which nobody of the cohort bought has a row of zeros.
with

orders as (
    select
        *,
        cast(date_trunc('month', purchased_at) as date) as order_month_date
    from {{ ref('fct_orders') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

first_orders as (
    select
        *,
        order_month_date as cohort_month_date
    from orders
    where customer_order_number = 1
),

-- Few people buy again, so what has to be looked up or told apart is little.
person_orders as (
    select
        cohort_month_date,
        order_month_date,
        customer_order_number,
        items_brl,
        counts_as_sale,
        cast(null as {{ dbt.type_string() }}) as returning_customer_unique_id
    from first_orders

    union all

    select
        first_orders.cohort_month_date,
        orders.order_month_date,
        orders.customer_order_number,
        orders.items_brl,
        orders.counts_as_sale,
        case
            when orders.order_month_date <> first_orders.cohort_month_date then orders.customer_unique_id
        end as returning_customer_unique_id
    from orders
    inner join first_orders on orders.customer_unique_id = first_orders.customer_unique_id
    where orders.customer_order_number > 1
),

activity as (
    select
        cohort_month_date,
        order_month_date,
        count(case when customer_order_number = 1 then 1 end)
        + count(distinct returning_customer_unique_id) as customer_count,
        count(*) as order_count,
        count(case when customer_order_number = 2 then 1 end) as repeat_customer_count,
        sum(case when counts_as_sale then items_brl end) as items_brl
    from person_orders
    group by cohort_month_date, order_month_date
),

cohorts as (
    select
        cohort_month_date,
        count(*) as cohort_customer_count
    from first_orders
    group by cohort_month_date
),

months as (
    select month_start_date as order_month_date
    from dates
    where month_start_date is not null

    union distinct

    select order_month_date from person_orders
),

span as (
    select max(order_month_date) as last_month_date from person_orders
),

spine as (
    select
        cohorts.*,
        months.order_month_date
    from cohorts
    cross join span
    inner join months
        on months.order_month_date between cohorts.cohort_month_date and span.last_month_date
),

filled as (
    select
        spine.*,
        coalesce(activity.customer_count, 0) as customer_count,
        coalesce(activity.order_count, 0) as order_count,
        coalesce(activity.repeat_customer_count, 0) as repeat_customer_count,
        coalesce(activity.items_brl, 0) as items_brl,
        sum(coalesce(activity.repeat_customer_count, 0)) over (
            partition by spine.cohort_month_date order by spine.order_month_date
            rows between unbounded preceding and current row
        ) as cumulative_repeat_customer_count
    from spine
    left join activity
        on spine.cohort_month_date = activity.cohort_month_date
        and spine.order_month_date = activity.order_month_date
),

final as (
    select
        {{ surrogate_key(['cohort_month_date', 'order_month_date']) }} as customer_cohort_key,
        cast({{ date_key('cohort_month_date') }} as int) as cohort_month_date_key,
        cast({{ date_key('order_month_date') }} as int) as order_month_date_key,
        {{ months_between_starts('cohort_month_date', 'order_month_date') }}
            as months_since_first_order,
        cast(cohort_customer_count as bigint) as cohort_customer_count,
        cast(customer_count as bigint) as customer_count,
        cast(repeat_customer_count as bigint) as repeat_customer_count,
        cast(order_count as bigint) as order_count,
        cast(items_brl as decimal(18, 2)) as items_brl,
        cast(customer_count as double) / nullif(cast(cohort_customer_count as double), 0)
            as retention_share,
        cast(cumulative_repeat_customer_count as double)
        / nullif(cast(cohort_customer_count as double), 0) as cumulative_repeat_share,
        cohort_month_date,
        order_month_date
    from filled
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
