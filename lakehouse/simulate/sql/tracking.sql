-- What carriers tell of the shipments of one chunk of orders: one table, rec_shipment_events, a JSON line and the drop
-- that delivers it. One shipment per order and seller, of orders approved since `tracked_from`. The carriers know what
-- truly happened, so this reads `lived`, before the marketplace's own defects of dates.

create or replace temp table shipments as
with parcels as (
    select i, s, seller_id, row_number() over (partition by i order by s) - 1 as nth
    from (select distinct i, s, seller_id from lines)
),

-- bought a few days before at most
tracked as (
    select * from lived where approved >= getvariable('tracked_from')
),

posted as (
    select i * 16 + nth as n, nth, order_id, p.seller_id, status, o.city, o.state, zip5(o.zip) as zip,
        sellers.city as seller_city, sellers.state as seller_state, zip5(sellers.zip) as seller_zip,
        carrier, delivered, getvariable('with_defects') as spoils,
        approved + (coalesce(carrier, approved + interval 12 hour) - approved)
            * (0.6 * u('label', i * 16 + nth)) as labelled
    from tracked as o
    join parcels as p using (i)
    join sellers on sellers.s = p.s
    -- nobody prints a label for half of what is never sent
    where nth < 16 and (carrier is not null or u('no label', i) < 0.5)
),

sent as (
    select *,
        case when carrier is not null then greatest(labelled + interval 10 minute,
            carrier + to_minutes(floor(80 * u('handed over', n))::bigint - 20)) end as posted,
        case when carrier is null then 'none'
            when status = 'delivered' then 'delivered'
            -- a cancelled order turns round on its way
            when status = 'canceled' then 'returned'
            when u('fate', n) < 0.45 then 'lost' when u('fate', n) < 0.8 then 'returned'
            else 'silent' end as fate
    from posted
),

arriving as (
    select *,
        case fate
            -- an order is delivered when its last parcel is
            when 'delivered' then delivered - if(nth = 0, interval 0 hour,
                (delivered - posted) * (0.2 * u('earlier parcel', n)))
            when 'returned' then plus_hours(posted, 24 * (9 + 9 * u('turns round', n)))
            when 'lost' then plus_hours(posted, 24 * (18 + 14 * u('given up', n)))
            when 'silent' then plus_hours(posted, 24 * 8) end as ends
    from sent
),

attempted as (
    select *,
        case when fate = 'delivered' then greatest(posted + interval 30 minute,
            plus_hours(ends, -1.5 - 7 * u('van', n))) end as last_out,
        least(
            case when fate = 'returned' and status = 'shipped' then 3
                when fate <> 'delivered' then 0
                when u('absent', n) < 0.012 then 2 when u('absent', n) < 0.075 then 1 else 0 end,
            greatest(0, date_diff('hour', posted, ends) // 26 - 1))::bigint as failures,
        date_diff('hour', posted, ends) < 120 as is_fast
    from arriving
)

select *,
    coalesce(last_out, ends) - to_hours(26 * failures) as first_out,
    if(seller_state = state, floor(3 * u('hubs', n)), 1 + floor(4 * u('hubs', n)))::bigint as hubs,
    case when u('service', n) < if(is_fast, 0.25, 0.70) then 'Correios' when u('service', n)
        < if(is_fast, 0.70, 0.78) then 'Correios' when u('service', n) < if(is_fast, 0.88, 0.79)
        then 'Loggi' else 'Jadlog' end as carrier_name,
    case when u('service', n) < if(is_fast, 0.25, 0.70) then 'PAC' when u('service', n)
        < if(is_fast, 0.70, 0.78) then 'SEDEX' when u('service', n) < if(is_fast, 0.88, 0.79)
        then 'Express' else 'Package' end as service,
    'BR' || lpad((n * 387420489 % 999999937)::varchar, 9, '0') as shipment_id,
    if(spoils and u('order unknown', n) < 0.004, id32('no order', n), order_id) as named_order
from attempted;

create or replace temp table hub_places as
select row_number() over (order by customers desc, place) - 1 as hub, city, state,
    zip5(zip_number(zip_from, width, prefixes, 0)) as zip
from places qualify hub < 12;

-- ------------------------------------------------------------------------------ what happens
create or replace temp table happened as
with events as (
    select n, 0 as e, 'label_created' as type, labelled as occurred, seller_city as at_city,
        seller_state as at_state, seller_zip as at_zip from shipments
    union all
    select n, 1, 'posted', posted, seller_city, seller_state, seller_zip from shipments
    union all
    -- near the seller first, near the customer last, one of the large hubs between
    select n, 2 + h, 'in_transit',
        posted + (first_out - posted) * ((h + 0.2 + 0.6 * u('hub', n * 8 + h)) / hubs),
        case when h = 0 and hubs > 1 then seller_city when h = hubs - 1 then p.city else hub.city end,
        case when h = 0 and hubs > 1 then seller_state when h = hubs - 1 then p.state
            else hub.state end,
        case when h = 0 and hubs > 1 then seller_zip when h = hubs - 1 then p.zip else hub.zip end
    from (select *, unnest(range(hubs)) as h from shipments where posted is not null) as p
    join hub_places as hub on hub.hub = floor(12 * u('which hub', n * 8 + h))::bigint
    union all
    select n, 10 + 2 * a, 'out_for_delivery', first_out + to_hours(26 * a) - interval 4 hour,
        city, state, zip
    from (select *, unnest(range(failures)) as a from shipments)
    union all
    select n, 11 + 2 * a, 'delivery_failed',
        plus_hours(first_out + to_hours(26 * a), -3 * u('nobody there', n * 4 + a)), city, state, zip
    from (select *, unnest(range(failures)) as a from shipments)
    union all
    select n, 20, 'out_for_delivery', last_out, city, state, zip from shipments
    union all
    select n, 21, 'delivered', ends, city, state, zip from shipments where fate = 'delivered'
    union all
    select n, 22, 'returned', ends, seller_city, seller_state, seller_zip from shipments
    where fate = 'returned'
    union all
    -- nobody knows where
    select n, 23, 'lost', ends, null, null, null from shipments where fate = 'lost'
),

told as (
    select events.*, n * 32 + e as event, spoils, shipment_id, named_order, seller_id, carrier_name,
        service, posted, spoils and u('scanner offline', n * 32 + e) < 0.03 as is_late,
        spoils and u('sent late', n * 32 + e) < 0.02 as is_sent_late
    from events join shipments using (n)
    where occurred is not null
)

select * exclude (type, occurred),
    if(spoils and u('unknown type', event) < 0.003, 'object_scanned', type) as type,
    -- delivered before it was posted: a clock that is wrong
    if(spoils and e = 21 and u('wrong clock', event) < 0.01, plus_hours(posted, -5 - 25
        * u('how wrong', event)), date_trunc('second', occurred)) as occurred,
    date_trunc('second', plus_hours(occurred, 0.02 + 0.23 * u('recorded', event)
        + if(is_late, 20 + 90 * u('how late', event), 0))) as recorded
from told;

-- --------------------------------------------------------------------------------- how it is told
create or replace macro offset_hours(state) as case when state = 'AC' then -5
    when state in ('AM', 'MT', 'MS', 'RO', 'RR') then -4 else -3 end;
create or replace macro event_line(event_id, h, moment, noted) as
    '{"event_id":"' || event_id || '","shipment_id":"' || h.shipment_id
    || '","order_id":"' || h.named_order || '","seller_id":"' || h.seller_id
    || '","type":"' || h.type || '","carrier":{"name":"' || h.carrier_name || '","service":"'
    || h.service || '"},"place":' || if(h.at_city is null, 'null', '{"city":"' || h.at_city
        || '","state":"' || h.at_state || '","zip_code_prefix":"' || h.at_zip || '"}')
    || ',"occurred_at":"' || strftime(moment + to_hours(3 + offset_hours(h.at_state)),
        '%Y-%m-%dT%H:%M:%S') || '-0' || -offset_hours(h.at_state) || ':00'
    || '","recorded_at":"' || strftime(noted, '%Y-%m-%dT%H:%M:%S') || '-03:00"}';

create or replace temp table rec_shipment_events as
with first_told as (
    select left(id32('shipment event', event), 16) as event_id, h as told, event, spoils, occurred,
        recorded, drop_of(recorded)
            + is_sent_late::bigint as drop_no
    from happened as h
),

all_told as (
    select event_id, drop_no, recorded, event_line(event_id, told, occurred, recorded) as line
    from first_told
    union all
    -- the same event twice, in the same drop or in the next
    select event_id, drop_no + event % 2, recorded, event_line(event_id, told, occurred, recorded)
    from first_told where spoils and u('event twice', event) < 0.008
    union all
    -- a correction: the same event, told better later
    select event_id, drop_of(later), later, event_line(event_id, told,
        occurred - to_minutes(20 + floor(100 * u('by how much', event))::bigint), later)
    from (
        select *, if(drop_no = 0, plus_hours(recorded, 3 + 40 * u('corrected after', event)),
            greatest(plus_hours(recorded, 3 + 40 * u('corrected after', event)),
                getvariable('first_drop') + to_days(drop_no::integer))) as later
        from first_told where spoils and u('event corrected', event) < 0.008
    )
)

from all_told where drop_no <= getvariable('drops');

-- a line that breaks off, in each daily drop
insert into rec_shipment_events
select 'broken', drop_no, max(recorded), left(min(line), 90) from rec_shipment_events
where drop_no > 0 and getvariable('with_defects') group by drop_no;
