-- Question: What does Black Friday do to sales and to deliveries?
-- Reading: The newest Black Friday of the data, in weeks that begin on it (week 0) and around it. A
-- week's orders are followed to their delivery, whenever that was.
-- Finding: In the week of {first.black_friday_date} customers placed
-- {first.peak_order_count:,} orders, {first.peak_growth_rate:+.0%} against the mean of the four
-- weeks before, and the share delivered late went from {first.late_before_share:.1%} to
-- {first.late_peak_share:.1%}.
-- Hidden: black_friday_date, peak_order_count, peak_growth_rate, late_before_share,
-- late_peak_share
with

orders as (
    select
        *,
        cast(purchased_at as date) as purchase_date
    from {{ ref('fct_orders') }}
),

black_fridays as (
    select max(dates.calendar_date) as black_friday_date
    from {{ ref('dim_dates') }} as dates
    inner join orders on dates.date_key = orders.purchase_date_key
    where dates.commercial_date_name = 'Black Friday'
),

weekly as (
    select
        black_fridays.black_friday_date,
        cast(floor(
            {{ days_between('black_fridays.black_friday_date', 'orders.purchase_date') }} / 7.0
        ) as int) as week_number,
        orders.*
    from orders
    cross join black_fridays
),

weeks as (
    select
        black_friday_date,
        week_number,
        min(purchase_date) as from_date,
        count(*) as order_count,
        sum(case when counts_as_sale then items_brl else 0 end) as items_brl,
        avg(case when is_delivered then delivery_days end) as average_delivery_days,
        count(case when is_delivered and is_late_by_day is not null then 1 end)
            as measured_order_count,
        count(case when is_delivered and is_late_by_day then 1 end) as late_by_day_order_count,
        avg(cast(latest_review_score as double)) as average_review_score
    from weekly
    where week_number between -4 and 4
    group by black_friday_date, week_number
),

effect as (
    select
        max(case when week_number = 0 then order_count end) as peak_order_count,
        avg(case when week_number < 0 then cast(order_count as double) end)
            as before_order_count,
        cast(sum(case when week_number < 0 then late_by_day_order_count end) as double)
        / nullif(cast(sum(case when week_number < 0 then measured_order_count end) as double), 0)
            as late_before_share,
        cast(sum(case when week_number = 0 then late_by_day_order_count end) as double)
        / nullif(cast(sum(case when week_number = 0 then measured_order_count end) as double), 0)
            as late_peak_share
    from weeks
),

final as (
    select
        weeks.week_number,
        weeks.from_date,
        weeks.order_count,
        weeks.items_brl,
        weeks.average_delivery_days,
        cast(weeks.late_by_day_order_count as double)
        / nullif(cast(weeks.measured_order_count as double), 0) as late_by_day_share,
        weeks.average_review_score,
        weeks.black_friday_date,
        effect.peak_order_count,
        effect.peak_order_count / nullif(effect.before_order_count, 0) - 1 as peak_growth_rate,
        effect.late_before_share,
        effect.late_peak_share
    from weeks
    cross join effect
)

select * from final
order by week_number
