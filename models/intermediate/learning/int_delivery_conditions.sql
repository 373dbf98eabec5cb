-- Grain: one row per day with a purchase: how fast deliveries were in the days before it, in the whole country.
with

orders as (
    select * from {{ ref('int_delivery_baskets') }}
),

purchase_days as (
    select
        purchase_date,
        count(*) as order_count,
        count(case when delivery_calendar_days <= 4 then 1 end) as in_4_days_count,
        count(case when delivery_calendar_days <= 7 then 1 end) as in_7_days_count
    from orders
    group by purchase_date
),

delivery_days as (
    select
        delivery_date,
        count(*) as order_count,
        sum(delivery_calendar_days) as delivery_days
    from orders
    where delivery_calendar_days is not null
    group by delivery_date
),

pairs as (
    select
        days.purchase_date,
        earlier.order_count,
        earlier.in_4_days_count,
        earlier.in_7_days_count,
        {{ days_between('earlier.purchase_date', 'days.purchase_date') }} as days_ago
    from purchase_days as days
    inner join purchase_days as earlier on days.purchase_date > earlier.purchase_date
),

-- An order of 5 (8) days ago has had its 4 (7) days by the day before.
shares as (
    select
        purchase_date,
        cast(sum(case when days_ago <= 11 then in_4_days_count end) as double)
        / sum(case when days_ago <= 11 then order_count end) as share_in_4_days,
        cast(sum(case when days_ago >= 8 then in_7_days_count end) as double)
        / sum(case when days_ago >= 8 then order_count end) as share_in_7_days
    from pairs
    where days_ago between 5 and 14
    group by purchase_date
),

delivered as (
    select
        days.purchase_date,
        cast(sum(delivery_days.delivery_days) as double) / sum(delivery_days.order_count) as delivery_days
    from purchase_days as days
    inner join delivery_days
        on days.purchase_date > delivery_days.delivery_date
        and days.purchase_date - 14 <= delivery_days.delivery_date
    group by days.purchase_date
),

final as (
    select
        days.purchase_date,
        {{ rounded('delivered.delivery_days', 6) }} as country_delivery_days,
        {{ rounded('shares.share_in_4_days', 6) }} as country_share_in_4_days,
        {{ rounded('shares.share_in_7_days', 6) }} as country_share_in_7_days
    from purchase_days as days
    left join delivered on days.purchase_date = delivered.purchase_date
    left join shares on days.purchase_date = shares.purchase_date
)

select * from final
