-- Question: How did sales grow month by month?
-- Reading: Complete months only, the newest 24: the sparse first and last months of the data would
-- look like a boom and a crash. Sales are the price of items of orders neither canceled nor
-- unavailable; growth is against the month before.
-- Finding: A month's sales went from {first.items_brl_sales:,.0f} BRL in {first.month:%B %Y} to
-- {last.items_brl_sales:,.0f} BRL in {last.month:%B %Y}; the best month was
-- {last.best_month:%B %Y} with {last.best_month_brl:,.0f} BRL.
-- Hidden: best_month, best_month_brl
with

sales as (
    select *
    from {{ ref('mart_monthly_sales') }}
    where is_complete_month
),

newest as (
    select
        *,
        row_number() over (order by month_start_date desc nulls last) as age_number,
        row_number() over (
            order by items_brl_sales desc nulls last, month_start_date
        ) as sales_rank
    from sales
),

best as (
    select *
    from newest
    where sales_rank = 1
),

final as (
    select
        newest.month_start_date as month,
        newest.order_count,
        newest.new_customer_count,
        newest.items_brl_sales,
        newest.items_brl_sales_growth_rate,
        newest.average_ticket_items_brl,
        best.month_start_date as best_month,
        best.items_brl_sales as best_month_brl
    from newest
    cross join best
    where newest.age_number <= 24
)

select * from final
order by month
