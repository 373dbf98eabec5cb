-- One chunk of orders, from number `chunk_from` up to but not including `chunk_to`.
-- Ends with one table of records a file: rec_<file>, with the drop that delivers each record.

-- ------------------------------------------------------------------ who buys, when and where
create or replace temp table base as
with numbered as (
    select unnest(range(
        greatest(i_from, getvariable('chunk_from')), least(i_to, getvariable('chunk_to'))
    )) as i, day
    from days
    where i_to > getvariable('chunk_from') and i_from < getvariable('chunk_to')
),

defective as (
    select i, day, code, victims.status as forced_status,
        -- one basket split into two orders: same person, same second as the order before
        if(code in ('K3', 'K7') and i > 0, i - 1, i) as twin
    from numbered
    left join victims on entity = 'order' and victims.id = i
),

peopled as (
    select *,
        -- 3 % of the people come back: such an order belongs to the person of an earlier order
        case when twin < i then null
            when u('repeat', i) < 0.031 then floor(i * u('whose', i)) end::bigint as earlier,
        case when twin < i or u('repeat', i) >= 0.031 then null
            else u('moved', i) < 0.08 end as moved
    from defective
),

owned as (
    select *,
        -- the twin's owner follows the same rule, so it is worked out from the twin's number
        coalesce(earlier, if(u('repeat', twin) < 0.031, floor(twin * u('whose', twin))::bigint,
            twin)) as person,
        coalesce(moved, u('repeat', twin) < 0.031 and u('moved', twin) < 0.08)
            or code = 'K2' as elsewhere
    from peopled
)

select i, o.day, code, forced_status, person, elsewhere,
    id32('order', i) as order_id,
    id32('customer', i) as customer_id,
    id32('person', person) as customer_unique_id,
    hour.value::integer as hour, twin,
    place, places.city, places.state,
    zip_number(zip_from, width, prefixes, floor(prefixes * pow(u('zip', address), 1.5))) as zip
from (
    select *, if(elsewhere, 3000000000 - twin, person) as address from owned
) as o
join slots as hour on hour.measure = 'hour' and hour.key = dayofweek(o.day)::varchar
    and hour.slot = slot(u('hour', twin))
join slots as home on home.measure = 'customer_place'
    and home.slot = slot(u('place', address))
join places on place = home.value::bigint;

create or replace temp table bought as
select b.* exclude (hour),
    b.day + to_seconds(hour * 3600 + floor(3600 * u('second', twin))::bigint) as bought,
    coalesce(forced_status, status.value) as status,
    items.value::integer as lines,
    type.value as payment_type,
    drop_of(b.day) as drop_no,
    getvariable('with_defects') and drop_of(b.day) between 1 and getvariable('drops') - 1
        -- few, but some in a small sample too
        and u('late record', i) < if(getvariable('orders') < 20000, 0.2, 0.03) as is_late_record
from base as b
join slots as status on status.measure = 'status' and status.slot = slot(u('status', i))
join slots as items on items.measure = 'items' and items.slot = slot(u('items', i))
join slots as type on type.measure = 'payment_type' and type.slot = slot(u('type', i));

-- --------------------------------------------------------------------------------------- items
create or replace temp table lines as
with spread as (
    select i, code, bought, state, unnest(range(lines)) as line,
        i * getvariable('products') // getvariable('orders') as newest,
        i = 0 or i * getvariable('products') // getvariable('orders')
            > (i - 1) * getvariable('products') // getvariable('orders') as introduces
    from bought
    -- M1: unavailable and never begun orders have no items, a quarter of the canceled neither
    where status not in ('unavailable', 'created') and coalesce(code, '') <> 'M1'
        and not (status = 'canceled' and coalesce(code, '') not in ('L2a', 'L2b')
            and (u('no items', i) < 0.26 or coalesce(code, '') = 'P1'))
),

chosen as (
    select *,
        -- two thirds of the further lines repeat the first product
        if(line > 0 and u('same product', i * 8 + line) >= 0.67, line, 0) as pick
    from spread
),

picked as (
    select *,
        -- the products known longest sell most
        if(pick = 0 and introduces, newest,
            skewed(newest + 1, 5.0, 2.6, u('product', i * 8 + pick))) as p
    from chosen
),

offered as (
    select picked.*, products.* exclude (p, code, drop_no, s),
        -- 4 % of the lines are sold by another seller known at the time
        if(u('other seller', i * 8 + pick) < 0.04,
            floor((s + 1) * u('which seller', i * 8 + pick)), s)::bigint as own_seller
    from picked join products using (p)
),

sold as (
    -- another product in the basket mostly comes from the same seller
    select * exclude (own_seller),
        if(line > 0 and (pick = 0 or u('one seller', i * 8 + line) < 0.65),
            first_value(own_seller) over (partition by i order by line), own_seller) as s,
        -- cheap things are sent the cheap way
        u('freight', i * 8 + pick) * if(cents < 4000, 0.6, 1) as u_freight
    from offered
)

select i, line, sold.code, sold.p, product_id, seller_id, sold.s, sellers.state as seller_state,
    -- one product in five changes its price now and then
    case when sold.code = 'P8' and line = 0 then 500000 + i % 170000
        when u('price moves', sold.p) < 0.2
            then cents * (90 + floor(20 * u('new price',
                sold.p * 8 + year(bought) * 4 + quarter(bought)))::bigint) // 100
        else cents end as price,
    if(sold.code = 'P6', 0, greatest(0, round(100 * on_curve(f.lo, f.hi, u_freight))))::bigint
        as freight
from sold
join sellers on sellers.s = sold.s
join curves as f on f.measure = 'freight'
    and f.key = weight_band(grams) || ' ' || distance_band(sellers.state, sold.state)
    and f.bucket = bucket(u_freight);

create or replace temp table baskets as
select i, sum(price + freight)::bigint as cents, arg_min(seller_state, line) as seller_state
from lines group by i;

-- ------------------------------------------------------------------------------------ life cycle
create or replace temp table promised as
with lanes as (
    select b.*, k.cents as basket,
        if(k.seller_state = 'SP', 'SP', 'other') || '>' || b.state as lane
    from bought as b left join baskets as k using (i)
),

keyed as (
    select *, if(lane in (select key from curves where measure = 'delivery_ratio'), lane, '')
        as lane_key
    from lanes
)

select k.* exclude (lane, lane_key),
    b.day + round(on_curve(e.lo, e.hi, u('estimate', i)))::integer as estimated,
    on_curve(r.lo, r.hi, u('ratio', i)) as ratio,
    on_curve(a.lo, a.hi, u('approval', i)) as approval_hours,
    on_curve(c.lo, c.hi, u('carrier', i)) as carrier_fraction,
    on_curve(s.lo, s.hi, u('ship by', i)) as ship_by_hours
from keyed as k
join base as b using (i)
join curves as e on e.measure = 'estimate_days' and e.key = lane_key
    and e.bucket = bucket(u('estimate', i))
join curves as r on r.measure = 'delivery_ratio' and r.key = lane_key
    and r.bucket = bucket(u('ratio', i))
join curves as a on a.measure = 'approval_hours' and a.key = payment_type
    and a.bucket = bucket(u('approval', i))
join curves as c on c.measure = 'carrier_fraction' and c.bucket = bucket(u('carrier', i))
join curves as s on s.measure = 'ship_by_hours' and s.bucket = bucket(u('ship by', i));

-- what happens in the end, before defects
create or replace temp table lived as
with arrived as (
    select *, date_diff('second', bought, estimated::timestamp) / 3600.0 * ratio as total_hours
    from promised
),

approved as (
    select *, least(approval_hours, total_hours * 0.6) as waits
    from arrived
)

select * exclude (total_hours, waits, approval_hours),
    case when status in ('created') or (status = 'canceled' and u('unapproved', i) < 0.22
        and code is null) then null else plus_hours(bought, waits) end as approved,
    case when status in ('delivered', 'shipped') or code in ('L2a', 'L2b')
        then plus_hours(bought, waits + (total_hours - waits) * carrier_fraction) end as carrier,
    case when status = 'delivered' or code = 'L2a'
        then plus_hours(bought, total_hours) end as delivered,
    -- cancelling and giving up take a few days
    case when status in ('canceled', 'unavailable')
        then plus_hours(bought, if(code in ('L2a', 'L2b'), total_hours, waits)
            + 2 + 240 * u('cancelling', i)) end as ended
from approved;

-- with the defects of the dates; every stage with the drop that brings the news of it
create or replace temp table life as
with shifted as (
    select * exclude (approved, carrier, delivered, estimated),
        case code
            when 'L1c' then null
            when 'L3' then plus_hours(carrier, 1 + 20 * u('shift', i))
            when 'L6' then plus_hours(delivered, 1 + 20 * u('shift', i))
            when 'L8' then estimated + interval 1 day + interval 9 hour
            when 'L9' then plus_hours(bought, 24 * (8 + 20 * u('shift', i)))
            else approved end as approved,
        case code
            when 'L1b' then null
            when 'L4' then plus_hours(bought, -1 - 30 * u('shift', i))
            when 'L5' then plus_hours(delivered, 5 + 50 * u('shift', i))
            when 'L9' then plus_hours(bought, 24 * 29)
            else carrier end as carrier,
        case code
            when 'L1a' then null
            when 'L9' then plus_hours(bought, 24 * 34)
            when 'L10' then plus_hours(delivered, 24 * (60 + 90 * u('shift', i)))
            else delivered end as delivered,
        if(code = 'L9', estimated + interval 20 day, estimated) as estimated,
        delivered as known_delivered
    from lived
)

select *,
    drop_no + if(is_late_record and i % 3 = 0, 1, 0) as order_drop,
    drop_no + if(is_late_record and i % 3 = 1, 1, 0) as items_drop,
    drop_no + if(is_late_record and i % 3 = 2, 1, 0) as payments_drop,
    drop_of(approved) as approved_drop,
    drop_of(carrier) as carrier_drop,
    -- one delivery in ten is reported a day late
    drop_of(coalesce(delivered, known_delivered))
        + if(getvariable('with_defects') and u('late news', i) < 0.1
            and drop_of(known_delivered) between 1 and getvariable('drops') - 1, 1, 0)
        as delivered_drop,
    drop_of(ended) as ended_drop
from shifted;

create or replace temp table rec_olist_orders_dataset as
with told as (
    select *,
        unnest(list_distinct(list_filter(
            [order_drop, approved_drop, carrier_drop, delivered_drop, ended_drop],
            lambda d: d >= order_drop))) as d
    from life
)

select d as drop_no, order_id, customer_id,
    case
        when status in ('canceled', 'unavailable') and ended_drop <= d then status
        when delivered_drop <= d and status = 'delivered' then 'delivered'
        when carrier_drop <= d then 'shipped'
        when approved_drop <= d then if(status in ('approved', 'invoiced', 'processing'), status,
                if(u('stage', i) < 0.5, 'invoiced', 'processing'))
        else 'created' end as order_status,
    stamp(bought) as order_purchase_timestamp,
    if(approved_drop <= d, stamp(approved), null) as order_approved_at,
    if(carrier_drop <= d, stamp(carrier), null) as order_delivered_carrier_date,
    if(delivered_drop <= d, stamp(delivered), null) as order_delivered_customer_date,
    stamp(estimated) as order_estimated_delivery_date
from told
where d <= getvariable('drops');

create or replace temp table rec_olist_customers_dataset as
select drop_no, customer_id, customer_unique_id,
    if(code = 'M7', lost_zip(zip), zip5(zip)) as customer_zip_code_prefix,
    if(code = 'G11', 'distrito de ' || city, city) as customer_city,
    state as customer_state
from bought;

create or replace temp table rec_olist_order_items_dataset as
select items_drop as drop_no, life.order_id, (line + 1)::varchar as order_item_id, product_id,
    seller_id,
    stamp(case when life.code = 'L12' then bought + interval 3 year
        when life.code = 'L13' then bought + (approved - bought) * 0.5
        else plus_hours(coalesce(approved, bought), ship_by_hours) end) as shipping_limit_date,
    brl(price) as price, brl(freight) as freight_value
from lines join life using (i);

-- ------------------------------------------------------------------------------------ payments
create or replace temp table rec_olist_order_payments_dataset as
with due as (
    select life.*, payments.value::integer as parts,
        case when life.code = 'P1' then 0
            -- no items, but paid all the same
            else coalesce(basket, 2000 + floor(30000 * pow(u('unseen basket', i), 2))::bigint)
            end as cents
    from life
    join slots as payments on payments.measure = 'payments'
        and payments.slot = slot(u('payments', i))
    where coalesce(life.code, '') <> 'M2'
),

counted as (
    -- several payments are a card and vouchers; P2 to P4 need a second one
    select *, case when code in ('P2', 'P3', 'P4') then 2 when code = 'P1' then 1
        else greatest(1, least(parts, cents // 500)) end as parts_of_it
    from due
),

parted as (
    select *, unnest(range(parts_of_it)) as part from counted
),

shared as (
    select *,
        case when part = 0 or code = 'P2' then 0
            else floor(cents / parts_of_it * (0.3 + 0.7 * u('share', i * 8 + part))) end::bigint
            as voucher
    from parted
),

paid as (
    select *,
        if(part = 0, cents - sum(voucher) over (partition by i), voucher)::bigint
            + if(part = 0, case code when 'P5a' then 1 - 2 * (i % 2)
                when 'P5b' then 50 + cents * (i % 12) // 100
                when 'P5c' then -least(cents // 4, 30 + i % 2000) else 0 end, 0) as value,
        case when code = 'P1' then 'not_defined'
            when code in ('P3', 'P5b') or (part = 0 and parts_of_it > 1) then 'credit_card'
            when part > 0 then 'voucher' else payment_type end as type
    from shared
)

select payments_drop as drop_no, order_id,
    (part + 1 + if(code = 'P4', 1, 0))::varchar as payment_sequential,
    type as payment_type,
    case when type <> 'credit_card' then '1'
        when code = 'P3' and part = 1 then '0'
        when code = 'P5b' then greatest(2, installments.value::integer)::varchar
        else installments.value end as payment_installments,
    brl(paid.value) as payment_value
from paid
join slots as installments on installments.measure = 'installments'
    and installments.key = value_band(paid.value)::varchar
    and installments.slot = slot(u('installments', i))
-- P4: the first payment is lost, so the one that is left carries the whole amount
where not (coalesce(code, '') = 'P4' and part = 1);

-- ------------------------------------------------------------------------------------- reviews
create or replace temp table asked as
with dated as (
    select life.*, after.value::integer as after_days,
        datediff('day', estimated::date, delivered::date) as late_days
    from life
    join slots as after on after.measure = 'review_after_days'
        and after.slot = slot(u('review after', i))
    -- M3: some are never asked
    where (u('no review', i) >= 0.0077 or life.code is not null) and coalesce(life.code, '') <> 'K3'
),

created as (
    select * exclude (late_days),
        if(status = 'delivered', late_days, null) as late_days,
        case when code = 'R1' then bought::date - (1 + i % 9)::integer
            -- not there when the estimate lapsed: the survey goes out all the same
            when delivered is null or delivered::date > estimated::date
                then greatest(estimated::date, bought::date) + 1 + (i % 3)::integer
            else delivered::date + after_days end as created
    from dated
)

select c.*, score.value as score, answer.lo + (answer.hi - answer.lo) * u('answer', i) as hours,
    0 as nth
from created as c
join slots as score on score.measure = 'score' and score.key = delay_band(late_days)
    and score.slot = slot(u('score', i))
join curves as answer on answer.measure = 'answer_hours'
    and answer.bucket = bucket(u('answer', i));
-- K4: the customer is asked again a few days later and may think otherwise
insert into asked
select * replace (
    created + 3 + (i % 5)::integer as created,
    (1 + floor(5 * u('second score', i)))::integer::varchar as score, 1 as nth)
from asked where code = 'K4';

create or replace temp table answered as
with kinds as (
    select a.*,
        case when code in ('R4', 'R5', 'M10', 'F4', 'F5', 'F6', 'R6b') then 'message'
            when code = 'R6a' then 'title message' else k.value end as kinds,
        case when score >= '4' then 'good' when score = '3' then 'mid' else 'bad' end as mood
    from asked as a
    join slots as k on k.measure = 'comment' and k.key = score and k.slot = slot(u('comment', i))
),

worded as (
    select kinds.*, t.value as title_text, m1.value as text_1, m2.value as text_2,
        m3.value as text_3
    from kinds
    join slots as t on t.measure = 'title' and t.key = mood
        and t.slot = slot(u('title', i * 2 + nth))
    join slots as m1 on m1.measure = 'message' and m1.key = mood
        and m1.slot = slot(u('text 1', i * 2 + nth))
    join slots as m2 on m2.measure = 'message' and m2.key = mood
        and m2.slot = slot(u('text 2', i * 2 + nth))
    join slots as m3 on m3.measure = 'message' and m3.key = mood
        and m3.slot = slot(u('text 3', i * 2 + nth))
)

select *,
    case code when 'R6a' then '10'
        else title_text || if(u('space', i) < 0.1, ' ', '') end as title,
    case code
        when 'F4' then text_1 || chr(13) || chr(10) || text_2
        when 'F5' then 'Comprei o kit "completo", veio pela metade. ' || text_1
        when 'F6' then text_1 || ' Cartucho preto\color, nota 10 \'
        when 'M10' then '         '
        when 'R4' then left(text_1 || ' ' || text_2 || ' ' || text_3 || ' ' || text_1 || ' '
            || text_2 || ' ' || text_3 || ' ' || text_1 || ' ' || text_2, 200)
        when 'R5' then 'Comprei na ' || list_extract(['targaryen', 'lannister', 'stark',
            'baratheon'], (i % 4 + 1)::integer) || '. ' || text_1
        when 'R6b' then text_1 || ' 😍'
        else text_1 || case when u('sentences', i) < 0.45 then '' when u('sentences', i) < 0.8
            then ' ' || text_2 else ' ' || text_2 || ' ' || text_3 end
            || if(u('space 2', i) < 0.15, ' ', '') end as message
from worded;

create or replace temp table rec_olist_order_reviews_dataset as
select drop_of(answered_at) as drop_no, id32('review', i * 2 + nth) as review_id, order_id,
    score as review_score,
    if(contains(kinds, 'title'), title, null) as review_comment_title,
    if(contains(kinds, 'message'), message, null) as review_comment_message,
    -- a date; one o'clock on the days on which summer time began in Brazil
    created::date || if(created::date in (date '2016-10-16', date '2017-10-15', date '2018-11-04'),
        ' 01:00:00', ' 00:00:00') as review_creation_date,
    stamp(answered_at) as review_answer_timestamp
from (
    select *, plus_hours(created::timestamp, hours) as answered_at
    from (
        from answered
        union all by name
        -- K3: one survey for a split basket: the review of the twin counts for this order too
        select a.* replace (k.order_id as order_id)
        from answered as a join life as k on k.code = 'K3' and a.i = k.twin and a.nth = 0
    )
)
where drop_of(answered_at) <= getvariable('drops');

-- -------------------------------------------------------------- corrections and exact duplicates
-- three customer records in a thousand come again in a later drop with another address
insert into rec_olist_customers_dataset
select news, customer_id, customer_unique_id,
    zip5(zip_number(zip_from, width, prefixes, floor(prefixes * u('corrected zip', i)))),
    places.city, places.state
from (
    select *, 1 + floor(getvariable('drops') * u('corrected when', i))::bigint as news from bought
) as b
join slots on measure = 'customer_place' and slot = slot(u('corrected place', i))
join places on places.place = slots.value::bigint
where u('corrected', i) < 0.003 and news > b.drop_no and news <= getvariable('drops');
