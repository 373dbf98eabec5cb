-- Question: Which routes between states fail?
-- Reading: The ten routes from seller state to customer state with the greatest late share, of
-- those with at least 30 deliveries, beside their distance and what they promised.
-- Finding: On the route {first.route_name}, {first.late_by_day_share:.1%} of
-- {first.measured_order_count:,} deliveries came late over {first.average_distance_km:,.0f} km; the
-- ten worst routes hold {first.late_order_share:.1%} of all late deliveries.
-- Hidden: late_order_share
with

routes as (
    select * from {{ ref('mart_delivery_routes') }}
),

worst as (
    select *
    from routes
    where measured_order_count >= 30
    order by late_by_day_share desc, route_name
    limit 10
),

totals as (
    select sum(late_by_day_order_count) as late_by_day_order_count from routes
),

final as (
    select
        worst.route_name,
        worst.measured_order_count,
        worst.late_by_day_order_count,
        worst.late_by_day_share,
        worst.average_distance_km,
        worst.median_delivery_days,
        worst.average_promised_days,
        worst.freight_share,
        cast(sum(worst.late_by_day_order_count) over () as double)
        / nullif(cast(totals.late_by_day_order_count as double), 0) as late_order_share
    from worst
    cross join totals
)

select * from final
order by late_by_day_share desc, route_name
