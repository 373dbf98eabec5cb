-- A shipment's events are those of the fact, its late ones too; and every posted shipment is counted once in the mart.
with

events as (
    select
        shipment_key,
        count(*) as event_count,
        count(case when is_late_news then 1 end) as late_event_count
    from {{ ref('fct_shipment_events') }}
    group by shipment_key
),

unlike as (
    select count(*) as shipment_count
    from {{ ref('fct_shipments') }} as shipments
    full outer join events on shipments.shipment_key = events.shipment_key
    where
        coalesce(shipments.event_count, 0) <> coalesce(events.event_count, 0)
        or coalesce(shipments.late_event_count, 0) <> coalesce(events.late_event_count, 0)
),

facts as (
    select
        count(posted_at) as posted_count,
        count(case when posted_at is not null and is_delivered then 1 end) as delivered_count,
        count(case when posted_at is not null and not is_late_by_day then 1 end) as on_time_count
    from {{ ref('fct_shipments') }}
),

mart as (
    select
        coalesce(sum(shipment_count), 0) as posted_count,
        coalesce(sum(delivered_shipment_count), 0) as delivered_count,
        coalesce(sum(on_time_shipment_count), 0) as on_time_count
    from {{ ref('mart_shipment_performance') }}
)

select
    unlike.shipment_count as shipments_unlike_their_events,
    facts.posted_count,
    mart.posted_count as posted_in_mart,
    facts.delivered_count,
    mart.delivered_count as delivered_in_mart
from unlike
cross join facts
cross join mart
where
    unlike.shipment_count > 0
    or facts.posted_count <> mart.posted_count
    or facts.delivered_count <> mart.delivered_count
    or facts.on_time_count <> mart.on_time_count
