-- Question: Which states wait longest against the promise?
-- Reading: The ten states with the greatest share of orders delivered on a later day than promised,
-- of those with at least 30 deliveries. Slack is how many days the promise leaves on average: a
-- state can wait long and still be served on time.
-- Finding: {first.customer_state_code} is late most often, with {first.late_by_day_share:.1%} of
-- {first.measured_order_count:,} deliveries, though its promise leaves
-- {first.slack_days:.1f} days of slack; the whole country is late with
-- {first.country_late_by_day_share:.1%}.
-- Hidden: country_late_by_day_share
with

performance as (
    select * from {{ ref('mart_delivery_performance') }}
),

states as (
    select
        customer_state_code,
        sum(measured_order_count) as measured_order_count,
        sum(late_by_day_order_count) as late_by_day_order_count,
        sum(average_delivery_days * measured_order_count) as delivery_days,
        sum(average_promised_days * measured_order_count) as promised_days,
        sum(average_delay_days * measured_order_count) as delay_days
    from performance
    group by customer_state_code
),

country as (
    select
        cast(sum(late_by_day_order_count) as double)
        / nullif(cast(sum(measured_order_count) as double), 0) as late_by_day_share
    from performance
),

final as (
    select
        states.customer_state_code,
        states.measured_order_count,
        cast(states.late_by_day_order_count as double)
        / cast(states.measured_order_count as double) as late_by_day_share,
        states.delivery_days / cast(states.measured_order_count as double)
            as average_delivery_days,
        states.promised_days / cast(states.measured_order_count as double)
            as average_promised_days,
        -states.delay_days / cast(states.measured_order_count as double) as slack_days,
        country.late_by_day_share as country_late_by_day_share
    from states
    cross join country
    where states.measured_order_count >= 30
)

select * from final
order by late_by_day_share desc, customer_state_code
limit 10
