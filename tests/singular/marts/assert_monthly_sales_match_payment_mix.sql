-- The payments of each month are the same to the cent in mart_monthly_sales, which takes them from
-- the orders, and in mart_payment_mix, which takes them from the payments.
with

sales as (
    select
        month_start_date,
        paid_brl_all_orders
    from {{ ref('mart_monthly_sales') }}
),

mix as (
    select
        purchase_month_date,
        sum(paid_brl) as paid_brl
    from {{ ref('mart_payment_mix') }}
    group by purchase_month_date
)

select
    coalesce(sales.month_start_date, mix.purchase_month_date) as month_start_date,
    sales.paid_brl_all_orders,
    mix.paid_brl
from sales
full outer join mix on sales.month_start_date = mix.purchase_month_date
where coalesce(sales.paid_brl_all_orders, 0) <> coalesce(mix.paid_brl, 0)
