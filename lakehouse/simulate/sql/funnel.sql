-- The marketing funnel: leads who asked to sell, and the deals closed with one in ten of them.

create or replace temp table funnel as
with months as (
    select unnest(generate_series(date '2017-06-14', getvariable('end_day'), interval 1 day))::date
        as day
),

weighted as (
    select day, coalesce(weight::bigint, 1300) as weight
    from months
    left join (select value, weight from weights where measure = 'lead_month') as w
        on w.value = strftime(day, '%Y-%m')
),

ranged as (
    select day,
        (getvariable('leads') * sum(weight) over (order by day) // sum(weight) over ())::bigint
            as upto
    from weighted
)

select n, code, id32('lead', n) as mql_id, day as contact,
    id32('landing page', floor(getvariable('leads') / 20.0 * pow(u('page', n), 3))::bigint) as page,
    if(code = 'U4', '', origin.value) as origin,
    (won.value = '1') or code in ('U2', 'U5') as won,
    case when code = 'U5' then day::timestamp - interval 9 hour
        else plus_hours(day::timestamp, 24 * (d.lo + (d.hi - d.lo) * u('days to win', n))) end
        as won_at
from (
    select day, unnest(range(lag(upto, 1, 0) over (order by day), upto)) as n from ranged
)
left join victims on entity = 'lead' and victims.id = n
join slots as origin on origin.measure = 'origin' and origin.slot = slot(u('origin', n))
join slots as won on won.measure = 'won_by_origin' and won.key = origin.value
    and won.slot = slot(u('won', n))
join curves as d on d.measure = 'days_to_win' and d.bucket = bucket(u('days to win', n));

create or replace table rec_olist_marketing_qualified_leads_dataset as
select drop_of(contact) as drop_no, mql_id, contact::varchar as first_contact_date,
    page as landing_page_id, nullif(origin, '') as origin
from funnel;

create or replace table rec_olist_closed_deals_dataset as
with deals as (
    select *, u('in sellers', n) < 0.45 as sells,
        row_number() over (partition by u('in sellers', n) < 0.45 order by won_at, n) as place,
        count(*) over (partition by u('in sellers', n) < 0.45) as places
    from funnel
    where won and drop_of(won_at) <= getvariable('drops')
),

-- U1: deals whose seller never sold anything have an id that is not among the sellers;
-- the others are the newest sellers, in the order in which they were won
newest as (
    select seller_id, row_number() over (order by s desc) as back from sellers
)

select drop_of(won_at) as drop_no, mql_id,
    coalesce(newest.seller_id, id32('never sold', n)) as seller_id,
    id32('sdr', floor(32 * pow(u('sdr', n), 1.5))) as sdr_id,
    id32('sr', floor(22 * pow(u('sr', n), 1.5))) as sr_id,
    stamp(won_at) as won_date,
    segment.value as business_segment,
    if(code = 'U2', null, type.value) as lead_type,
    nullif(if(code = 'U2', '', behaviour.value), '') as lead_behaviour_profile,
    case when u('has', n) < 0.075 then if(u('company', n) < 0.9, 'True', 'False') end
        as has_company,
    case when u('has', n) < 0.076 then if(u('gtin', n) < 0.84, 'True', 'False') end as has_gtin,
    case when u('has', n) < 0.078
        then list_extract(['1-5', '5-20', '20-50', '50-200', '200+', 'unknown'],
            (floor(6 * u('stock', n)) + 1)::integer) end as average_stock,
    if(code = 'U2', null, nullif(business.value, '')) as business_type,
    case when u('has', n) < 0.082
        then (1 + floor(400 * pow(u('catalogue', n), 3)))::integer || '.0' end
        as declared_product_catalog_size,
    -- U3: nineteen in twenty declare nothing, which is written as zero
    case when u('declares', n) < 0.05
        then (1 + floor(60 * u('revenue', n)))::integer || '000.0' else '0.0' end
        as declared_monthly_revenue
from deals
left join newest on back = if(sells, places - place + 1, null)
join slots as segment on segment.measure = 'segment' and segment.slot = slot(u('segment', n))
join slots as type on type.measure = 'lead_type' and type.slot = slot(u('lead type', n))
join slots as behaviour on behaviour.measure = 'behaviour'
    and behaviour.slot = slot(u('behaviour', n))
join slots as business on business.measure = 'business_type'
    and business.slot = slot(u('business', n));
