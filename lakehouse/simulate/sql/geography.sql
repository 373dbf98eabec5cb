-- Geolocation points: every prefix in use has at least one, busy ones many.
-- Points 0 .. prefixes - 1 go to the prefixes in turn, the rest wherever the draw says.

create or replace temp table prefixes as
select row_number() over (order by place, j) - 1 as n, place, city, state, lat, lng, spread,
    zip_number(zip_from, width, prefixes, j) as zip, j / prefixes::double as position
from (select *, unnest(range(prefixes)) as j from places);
set variable prefix_count = (select count(*) from prefixes);

create or replace table rec_olist_geolocation_dataset as
with drawn as (
    select k, code, if(code = 'K8', k - 1, k) as look
    from range(
        (getvariable('points')::double
            * getvariable('part') / getvariable('parts'))::bigint,
        (getvariable('points')::double
            * (getvariable('part') + 1) / getvariable('parts'))::bigint) as r(k)
    left join victims on entity = 'point' and victims.id = k
        and victims.id >= getvariable('prefix_count')
),

placed as (
    select drawn.*, prefixes.* exclude (n)
    from drawn
    join prefixes on n = if(k < getvariable('prefix_count'), k,
        floor(getvariable('prefix_count') * pow(u('point', look), 1.4)))
),

pinned as (
    select *,
        -- a prefix has its own spot in the city, its points lie around it
        lat + spread * (2 * u('prefix lat', zip) - 1) + 0.008 * (u('lat', look) - 0.5) as y,
        lng + spread * (2 * u('prefix lng', zip) - 1) + 0.008 * (u('lng', look) - 0.5) as x
    from placed
)

select 0 as drop_no, k as sort_key,
    zip5(zip) as geolocation_zip_code_prefix,
    case code
        when 'F8' then '-0.00004367' || lpad((k % 1000)::varchar, 3, '0')
        else printf('%.14f', case code when 'G1a' then 5.9 + u('lat', look)
            when 'G1b' then list_extract([38.7, 41.4, 28.1, 40.7, 45.5], (k % 5 + 1)::integer)
                + 0.1 * u('lat', look)
            when 'G7' then greatest(y - 1.5, -33) else y end) end as geolocation_lat,
    printf('%.14f', case code when 'G1b'
        then list_extract([-9.1, 2.2, -15.4, -74.0, 9.2], (k % 5 + 1)::integer)
            + 0.1 * u('lng', look)
        else x end) as geolocation_lng,
    case code
        when 'F7' then city || ', brasil'
        when 'G3' then coalesce(accented, city)
        when 'G5' then list_extract(['são paulo', 'sãopaulo', 'sp', 'sa£o paulo'],
            (k % 4 + 1)::integer)
        when 'G6' then list_extract(['maceia³', 'florian&oacute;polis', '* cidade',
            'lambari d%26apos%3boeste', '...arraial do cabo', '´teresopolis',
            'são joão do pau d%26apos%3balho'], (k % 7 + 1)::integer)
        else city end as geolocation_city,
    if(code = 'G2', if(state = 'GO', 'DF', 'GO'), state) as geolocation_state
from pinned
left join accents using (city);

-- a small correction: ten prefixes get one more point in the second daily drop
insert into rec_olist_geolocation_dataset
select 2, n, zip5(zip),
    printf('%.14f', lat + spread * (2 * u('prefix lat', zip) - 1)),
    printf('%.14f', lng + spread * (2 * u('prefix lng', zip) - 1)), city, state
from prefixes
where n < 10 and getvariable('drops') >= 2 and getvariable('part') = 0;
