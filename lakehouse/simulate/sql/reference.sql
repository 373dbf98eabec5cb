-- Small tables every other script joins: distributions, places, days, products, sellers, defects.

-- ------------------------------------------------------------------------------ distributions
create or replace table slots as
select measure, key, unnest(range(slot_from, slot_to))::integer as slot, value
from (
    select measure, coalesce(key, '') as key, coalesce(value, '') as value,
        round(4000 * (coalesce(sum(weight) over before, 0)) / sum(weight) over whole)::bigint
            as slot_from,
        round(4000 * (coalesce(sum(weight) over before, 0) + weight) / sum(weight) over whole)
            ::bigint as slot_to
    from (
        from weights where measure not in ('month', 'weekday', 'lead_month')
        union all by name
        select 'customer_place' as measure, '' as key, place::varchar as value,
            customers as weight from cities
        union all by name
        select 'seller_place' as measure, '' as key, place::varchar as value,
            sellers as weight from cities
        union all by name
        select kind as measure, mood as key, text as value, 1 as weight from texts
    )
    where weight > 0
    window
        whole as (partition by measure, key),
        before as (
            partition by measure, key order by value
            rows between unbounded preceding and 1 preceding)
);
create or replace table curves as
select measure, key, unnest(range(40))::integer as bucket,
    unnest(list_transform(range(40), lambda k: points[k + 1])) as lo,
    unnest(list_transform(range(40), lambda k: points[k + 2])) as hi
from (
    select measure, coalesce(key, '') as key,
        list_transform(string_split(points, ' '), lambda p: p::double) as points
    from quantiles
);

-- -------------------------------------------------------------------------------------- places
-- how many prefixes of a city's range are in use depends on the size asked for
create or replace table places as
select *, greatest(1, least(width, round(getvariable('prefixes') * customers / total)))::bigint
    as prefixes
from (
    select place, city, state, zip_from::bigint as zip_from,
        zip_to::bigint - zip_from::bigint + 1 as width, lat, lng, spread, customers,
        sum(customers::decimal(12, 1)) over () as total
    from cities
);

-- ---------------------------------------------------------------------------------------- days
-- orders are numbered in the order of purchase, so a day is a range of numbers
create or replace table days as
select *, lag(i_to, 1, 0) over (order by day) as i_from
from (
    select day, day_weight,
        (getvariable('orders') * sum(day_weight) over (order by day)
            // sum(day_weight) over ())::bigint as i_to
    from (
        select day, round(month.weight / day(last_day(day)) * weekday.weight)::bigint
            as day_weight
        from (
            select unnest(generate_series(
                getvariable('start_day'), getvariable('end_day'), interval 1 day))::date as day
        )
        join (
            select value as month, weight from weights where measure = 'month'
            -- months after the measured ones go on at the level of the last three
            union all
            select strftime(m, '%Y-%m'), 6300 from (
                select unnest(generate_series(
                    date '2018-09-01', date '2040-12-01', interval 1 month)) as m)
        ) as month on month.month = strftime(day, '%Y-%m')
        join (select value, weight from weights where measure = 'weekday') as weekday
            on weekday.value = dayofweek(day)::varchar
    )
);

-- ------------------------------------------------------------------------------------- defects
-- the victims: which order, product, seller, point or lead gets which defect; one each,
-- the rarest that falls on it
create or replace table victims as
with counted as (
    select d.*, row_number() over (order by code) as number,
        case entity
            when 'order' then getvariable('orders')
            when 'product' then getvariable('products')
            when 'seller' then getvariable('sellers')
            when 'point' then getvariable('points')
            else getvariable('leads') end as total
    from defects as d
    where getvariable('with_defects')
),

picked as (
    select *, unnest(range(greatest(1, round(rate * total)::bigint))) as pick,
        -- not at the very ends, so that the defect has come to pass when the history is
        -- delivered; points: after those that give each prefix its first one
        if(entity = 'point', 0.3, 0.05) as least_share,
        if(entity = 'point', 0.65, 0.8) as share
    from counted
)

select entity, id, rarest.code, rarest.status
from (
    select entity,
        floor(total * (least_share + share * u('victim', pick * 1000 + number)))::bigint as id,
        min({'rate': rate, 'code': code, 'status': status}) as rarest
    from picked
    group by all
);
