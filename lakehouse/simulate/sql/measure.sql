-- Aggregates of the real files. Input: one table a file, all columns varchar.

-- one region per state: freight and delivery times depend on it
create macro region(state) as case
    when state in ('SP', 'RJ', 'MG', 'ES') then 'southeast'
    when state in ('PR', 'SC', 'RS') then 'south'
    when state in ('DF', 'GO', 'MS', 'MT') then 'centre'
    when state in ('BA', 'SE', 'AL', 'PE', 'PB', 'RN', 'CE', 'PI', 'MA') then 'northeast'
    else 'north' end;
create macro distance_band(a, b) as case
    when a = b then 'same_state' when region(a) = region(b) then 'same_region' else 'far' end;
create macro weight_band(grams) as case
    when grams is null or grams <= 300 then 1 when grams <= 700 then 2 when grams <= 1500 then 3
    when grams <= 4000 then 4 when grams <= 10000 then 5 else 6 end;
create macro delay_band(days) as case
    when days is null then 'never' when days <= 0 then 'on_time' when days <= 3 then 'late_3'
    when days <= 7 then 'late_7' else 'late_more' end;
create macro value_band(amount) as case
    when amount < 50 then 1 when amount < 100 then 2 when amount < 200 then 3
    when amount < 500 then 4 else 5 end;
create macro hours(a, b) as (epoch(b) - epoch(a)) / 3600;

create table o as
select
    order_id, customer_id, order_status as status,
    order_purchase_timestamp::timestamp as bought, order_approved_at::timestamp as approved,
    order_delivered_carrier_date::timestamp as carrier,
    order_delivered_customer_date::timestamp as delivered,
    order_estimated_delivery_date::timestamp as estimated,
    customer_state as state
from orders join customers using (customer_id);

create table i as
select
    order_id, order_item_id::int as n, product_id, seller_id, price::double as price,
    freight_value::double as freight, shipping_limit_date::timestamp as ship_by,
    coalesce(product_category_name, 'none') as category, product_weight_g::int as grams,
    seller_state
from items join products using (product_id) join sellers using (seller_id);

create table p as
select order_id, payment_sequential::int as n, payment_type as type,
    payment_installments::int as installments, payment_value::double as value
from payments;

create table first_item as select * from i where n = 1;

create table o2 as
select o.*, if(f.seller_state = 'SP', 'SP', 'other') || '>' || o.state as lane,
    datediff('day', estimated::date, delivered::date) as late_days,
    t.type
from o
left join first_item as f using (order_id)
left join (select order_id, arg_min(type, n) as type from p group by 1) as t using (order_id);

-- ------------------------------------------------------------------ categorical distributions
create table weights (measure varchar, key varchar, value varchar, weight double);
insert into weights
select 'month', '', strftime(bought, '%Y-%m'), count(*) from o
where bought < '2018-09-01' group by all;
insert into weights
select 'weekday', '', dayofweek(bought), count(*) from o group by all;
insert into weights
select 'hour', dayofweek(bought), hour(bought), count(*) from o group by all;
insert into weights
select 'items', '', least(k, 8), count(*)
from (select order_id, count(*) as k from i group by 1) group by all;
insert into weights
select 'status', '', status, count(*) from o where bought < '2018-09-01' group by all;
insert into weights
select 'category', '', coalesce(product_category_name, 'none'), count(*) from products
where product_category_name is not null group by all;
insert into weights
select 'payment_type', '', type, count(*) from p
where n = 1 and type <> 'not_defined' group by all;
insert into weights
select 'installments', value_band(value), installments, count(*) from p
where type = 'credit_card' and installments > 0 group by all having count(*) >= 5;
insert into weights
select 'payments', '', least(k, 6), count(*)
from (select order_id, count(*) as k from p group by 1) group by all;
insert into weights
select 'score', delay_band(late_days), review_score, count(*)
from reviews join o2 using (order_id) group by all;
insert into weights
select 'comment', review_score,
    if(review_comment_title is null, '', 'title ')
    || if(review_comment_message is null, '', 'message'), count(*)
from reviews group by all;
insert into weights
select 'review_after_days', '',
    datediff('day', delivered::date, review_creation_date::date), count(*)
from reviews join o2 using (order_id)
where delivered is not null and review_creation_date::date >= delivered::date
group by all having count(*) >= 50;
insert into weights
select 'photos', '', product_photos_qty, count(*) from products
where product_photos_qty is not null group by all having count(*) >= 5;
insert into weights
select 'origin', '', coalesce(origin, ''), count(*) from leads group by all;
insert into weights
select 'won_by_origin', coalesce(origin, ''), (d.mql_id is not null)::int, count(*)
from leads left join deals as d using (mql_id) group by all;
insert into weights
select 'lead_month', '', first_contact_date[:7], count(*) from leads group by all;
insert into weights
select 'segment', '', business_segment, count(*) from deals
where business_segment is not null group by all;
insert into weights
select 'lead_type', '', lead_type, count(*) from deals where lead_type is not null group by all;
insert into weights
select 'behaviour', '', coalesce(lead_behaviour_profile, ''), count(*) from deals group by all;
insert into weights
select 'business_type', '', coalesce(business_type, ''), count(*) from deals group by all;

-- ------------------------------------------------------------------- numeric distributions
-- 41 points from 0 to 1 in steps of 2.5 %; the ends are cut so that no single record shows
create macro points() as list_transform(
    range(41), k -> case k when 0 then 0.005 when 40 then 0.995 else k / 40.0 end);
create macro curve(x) as list_transform(quantile_cont(x, (
    [0.005, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.225, 0.25, 0.275, 0.3, 0.325,
     0.35, 0.375, 0.4, 0.425, 0.45, 0.475, 0.5, 0.525, 0.55, 0.575, 0.6, 0.625, 0.65, 0.675,
     0.7, 0.725, 0.75, 0.775, 0.8, 0.825, 0.85, 0.875, 0.9, 0.925, 0.95, 0.975, 0.995])),
    lambda v: round(v, 3));
create table q as
select 'approval_hours' as measure, type as key, curve(hours(bought, approved)) as c
from o2 where approved >= bought and type <> 'not_defined' group by all
union all
select 'carrier_fraction', '', curve(hours(approved, carrier) / hours(approved, delivered))
from o2 where approved <= carrier and carrier < delivered group by all
union all
select 'estimate_days', lane, curve(datediff('day', bought::date, estimated::date)::double)
from o2 where lane is not null group by all having count(*) >= 25
union all
select 'delivery_ratio', lane, curve(hours(bought, delivered) / hours(bought, estimated))
from o2 where delivered is not null and lane is not null group by all having count(*) >= 25
union all
select 'estimate_days', '', curve(datediff('day', bought::date, estimated::date)::double) from o2
union all
select 'delivery_ratio', '', curve(hours(bought, delivered) / hours(bought, estimated))
from o2 where delivered is not null
union all
select 'price', category, curve(price) from i group by all having count(*) >= 25
union all
select 'price', '', curve(price) from i
union all
select 'grams', product_category_name, curve(product_weight_g::double) from products
where product_category_name is not null and product_weight_g is not null group by all
having count(*) >= 15
union all
select 'grams', '', curve(product_weight_g::double) from products
union all
select 'side_cm_' || side, weight_band(grams)::varchar, curve(cm)
from (
    select product_weight_g::int as grams,
        unnest(['length', 'height', 'width']) as side,
        unnest([product_length_cm, product_height_cm, product_width_cm])::double as cm
    from products where product_weight_g is not null
) group by all
union all
select 'freight', weight_band(grams) || ' ' || distance_band(seller_state, state), curve(freight)
from i join o using (order_id) group by all
union all
select 'ship_by_hours', '', curve(hours(approved, ship_by)) from i join o using (order_id)
where n = 1 and ship_by > approved
union all
select 'answer_hours', '',
    curve(hours(review_creation_date::timestamp, review_answer_timestamp::timestamp))
from reviews
union all
select 'name_length', '', curve(product_name_lenght::double) from products
union all
select 'description_length', '', curve(product_description_lenght::double) from products
union all
select 'days_to_win', '',
    curve(datediff('hour', first_contact_date::timestamp, won_date::timestamp) / 24.0)
from leads join deals using (mql_id);
create table quantiles as
select measure, key, array_to_string(c, ' ') as points from q where c is not null;

-- ------------------------------------------------------------------------------------ cities
create table g as
select
    geolocation_zip_code_prefix as zip, geolocation_lat::double as lat,
    geolocation_lng::double as lng, geolocation_state as state,
    strip_accents(geolocation_city) as city
from geolocation
where geolocation_lat::double between -34 and 5.5
    and geolocation_lng::double between -74 and -34;
-- runs of neighbouring prefixes that belong to one city; the longest run is the city's range
create table prefix as
select zip, mode(city || '|' || state) as place, median(lat) as lat, median(lng) as lng
from g group by 1;
create table island as
select place, min(zip) as zip_from, max(zip) as zip_to, count(*) as prefixes
from (
    select *, row_number() over (order by zip)
        - row_number() over (partition by place order by zip) as island
    from prefix
)
group by place, island;
create table customer_city as
select strip_accents(customer_city) || '|' || customer_state as place, count(*) as customers
from customers group by 1;
create table seller_city as
select strip_accents(seller_city) || '|' || seller_state as place, count(*) as sellers
from sellers group by 1;
create table ranked as
select place, split_part(place, '|', 2) as state, coalesce(customers, 0) as customers,
    coalesce(sellers, 0) as sellers, lat, lng, spread,
    row_number() over (order by customers desc nulls last, place) as by_customers,
    row_number() over (order by sellers desc nulls last, place) as by_sellers,
    row_number() over (partition by state order by customers desc nulls last, place) as in_state
from (
    select place, round(median(lat), 4) as lat, round(median(lng), 4) as lng,
        round(least(greatest(quantile_cont(abs(lat - m), 0.8), 0.005), 0.15), 4) as spread
    from (select *, median(lat) over (partition by place) as m from prefix) group by 1
)
left join customer_city using (place) left join seller_city using (place);
create table kept as
select * from ranked where by_customers <= 220 or by_sellers <= 90 or in_state <= 4;
-- a state's total is shared out over the cities kept, so that the states weigh what they weigh
create table cities as
select split_part(place, '|', 1) as city, k.state, zip_from, zip_to, k.lat, k.lng, k.spread,
    round(k.customers * sc.n / sum(k.customers) over (partition by k.state), 1) as customers,
    round(k.sellers * coalesce(ss.n, 0)
        / greatest(sum(k.sellers) over (partition by k.state), 1), 1) as sellers
from kept as k
join (select place, arg_max(zip_from, prefixes) as zip_from, arg_max(zip_to, prefixes) as zip_to
      from island group by 1) using (place)
join (select customer_state as state, count(*) as n from customers group by 1) as sc
    on sc.state = k.state
left join (select seller_state as state, count(*) as n from sellers group by 1) as ss
    on ss.state = k.state;
