-- The new customers of a month in mart_monthly_sales are the size of that month's cohort.
with

sales as (
    select
        month_start_date,
        new_customer_count
    from {{ ref('mart_monthly_sales') }}
),

cohorts as (
    select
        cohort_month_date,
        cohort_customer_count
    from {{ ref('mart_customer_cohorts') }}
    where months_since_first_order = 0
)

select
    coalesce(sales.month_start_date, cohorts.cohort_month_date) as month_start_date,
    sales.new_customer_count,
    cohorts.cohort_customer_count
from sales
full outer join cohorts on sales.month_start_date = cohorts.cohort_month_date
where coalesce(sales.new_customer_count, 0) <> coalesce(cohorts.cohort_customer_count, 0)
