-- Grain: one row per month of posting, carrier, service and state of destination.
-- How well carriers deliver, from what they report themselves: whether and how fast parcels arrive, at which attempt,
-- and against the promise of the order. `mart_delivery_performance` says the same of orders, by the dates of orders.
with

shipments as (
    select * from {{ ref('fct_shipments') }}
),

locations as (
    select * from {{ ref('dim_locations') }}
),

located as (
    select
        shipments.*,
        coalesce(locations.state_code, 'unknown') as destination_state_code,
        cast(date_trunc('month', shipments.posted_at) as date) as posting_month_date
    from shipments
    inner join locations on shipments.customer_location_key = locations.location_key
    -- What the carrier has never had says nothing of the carrier.
    where shipments.posted_at is not null
),

counted as (
    select
        posting_month_date,
        coalesce(carrier_name, 'unknown') as carrier_name,
        coalesce(carrier_service, 'unknown') as carrier_service,
        destination_state_code,
        count(*) as shipment_count,
        count(case when is_delivered then 1 end) as delivered_shipment_count,
        count(case when is_returned then 1 end) as returned_shipment_count,
        count(case when is_lost then 1 end) as lost_shipment_count,
        count(case when not is_consistent then 1 end) as inconsistent_shipment_count,
        count(case when first_attempt_at is not null then 1 end) as attempted_shipment_count,
        count(case when is_delivered_at_first_attempt then 1 end) as first_attempt_shipment_count,
        count(is_late_by_day) as measured_shipment_count,
        count(case when not is_late_by_day then 1 end) as on_time_shipment_count,
        median(transit_days) as median_transit_days,
        percentile_cont(0.9) within group (order by transit_days) as slowest_tenth_transit_days
    from located
    group by
        posting_month_date,
        coalesce(carrier_name, 'unknown'),
        coalesce(carrier_service, 'unknown'),
        destination_state_code
),

final as (
    select
        {{ surrogate_key(['posting_month_date', 'carrier_name', 'carrier_service', 'destination_state_code']) }}
            as shipment_performance_key,
        cast({{ date_key('posting_month_date') }} as int) as posting_month_date_key,
        carrier_name,
        carrier_service,
        destination_state_code,
        cast(shipment_count as bigint) as shipment_count,
        cast(delivered_shipment_count as bigint) as delivered_shipment_count,
        cast(returned_shipment_count as bigint) as returned_shipment_count,
        cast(lost_shipment_count as bigint) as lost_shipment_count,
        cast(inconsistent_shipment_count as bigint) as inconsistent_shipment_count,
        cast(attempted_shipment_count as bigint) as attempted_shipment_count,
        cast(first_attempt_shipment_count as bigint) as first_attempt_shipment_count,
        cast(measured_shipment_count as bigint) as measured_shipment_count,
        cast(on_time_shipment_count as bigint) as on_time_shipment_count,
        cast(delivered_shipment_count as double) / shipment_count as delivered_share,
        cast(first_attempt_shipment_count as double) / nullif(attempted_shipment_count, 0) as first_attempt_share,
        cast(on_time_shipment_count as double) / nullif(measured_shipment_count, 0) as on_time_share,
        {{ rounded('median_transit_days', 4) }} as median_transit_days,
        {{ rounded('slowest_tenth_transit_days', 4) }} as slowest_tenth_transit_days,
        posting_month_date
    from counted
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
