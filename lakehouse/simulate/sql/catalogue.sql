-- Sellers and products. Product p is introduced by order p * orders / products, seller s by
-- product s * products / sellers: each of them sells at least once, and never before it is known.

create or replace table sellers as
select s, id32('seller', s) as seller_id, code, drop_of(day) as drop_no, day,
    zip_number(zip_from, width, prefixes, floor(prefixes * u('seller zip', s))) as zip,
    city, state
from (
    select s, (((s * getvariable('products') + getvariable('sellers') - 1)
        // getvariable('sellers')) * getvariable('orders') + getvariable('products') - 1)
        // getvariable('products') as first_order
    from range(getvariable('sellers')) as r(s)
)
asof join (from days where i_to > i_from) as days on first_order >= i_from
join slots on measure = 'seller_place' and slot = slot(u('seller place', s))
join places on place = value::bigint
left join victims on entity = 'seller' and victims.id = s;

create or replace table category_keys as
select value as category,
    if(value in (select key from curves where measure = 'price'), value, '') as price_key,
    if(value in (select key from curves where measure = 'grams'), value, '') as grams_key
from weights where measure = 'category';

create or replace temp table numbered as
select r.*, code, drop_of(day) as drop_no,
    -- K9: every attribute but the id is drawn as for the product before
    if(code = 'K9', p - 1, p) as look,
    p * getvariable('sellers') // getvariable('products') + 1 as known_sellers,
    p = 0 or p * getvariable('sellers') // getvariable('products')
        > (p - 1) * getvariable('sellers') // getvariable('products') as new_seller
from (
    select p, (p * getvariable('orders') + getvariable('products') - 1)
        // getvariable('products') as first_order
    from range(getvariable('products')) as n(p)
) as r
asof join (from days where i_to > i_from) as days on first_order >= i_from
left join victims on entity = 'product' and victims.id = p;

create or replace temp table sorted_out as
select n.*, c.value as category, price_key, grams_key,
    u('grams', look) as u_grams, u('price', look) as u_price
from numbered as n
join slots as c on c.measure = 'category' and c.slot = slot(u('category', look))
join category_keys as k on k.category = c.value;

create or replace temp table weighed as
select n.*,
    round(on_curve(g.lo, g.hi, u_grams))::integer as grams,
    greatest(85, round(100 * on_curve(m.lo, m.hi, u_price)))::bigint as cents,
    if(new_seller, known_sellers - 1,
        skewed(known_sellers, 40.0, 1.5, u('main seller', p)))::bigint as s
from sorted_out as n
join curves as g on g.measure = 'grams' and g.key = grams_key and g.bucket = bucket(u_grams)
join curves as m on m.measure = 'price' and m.key = price_key and m.bucket = bucket(u_price);

create or replace table products as
select p, id32('product', p) as product_id, drop_no, code, s, category, grams,
    -- prices end the way shops write them
    (cents // 100) * 100
        + case when cents < 300 then cents % 100 when u('ending', look) < 0.55 then 90
            when u('ending', look) < 0.85 then 99 else 0 end as cents,
    if(code = 'D2a', 5 + p % 5,
        round(on_curve(nl.lo, nl.hi, u('name length', look)))::integer) as name_length,
    if(code = 'D2b', 4 + p % 16,
        round(on_curve(dl.lo, dl.hi, u('description', look)))::integer) as description_length,
    if(code = 'D2c', 16 + p % 5, photos.value::integer) as photos,
    greatest(1, round(on_curve(l.lo, l.hi, u('length', look))))::integer as length_cm,
    greatest(1, round(on_curve(h.lo, h.hi, u('height', look))))::integer as height_cm,
    greatest(1, round(on_curve(w.lo, w.hi, u('width', look))))::integer as width_cm
from weighed
join slots as photos on photos.measure = 'photos' and photos.slot = slot(u('photos', look))
join curves as nl on nl.measure = 'name_length' and nl.bucket = bucket(u('name length', look))
join curves as dl
    on dl.measure = 'description_length' and dl.bucket = bucket(u('description', look))
join curves as l on l.measure = 'side_cm_length' and l.key = weight_band(grams)::varchar
    and l.bucket = bucket(u('length', look))
join curves as h on h.measure = 'side_cm_height' and h.key = weight_band(grams)::varchar
    and h.bucket = bucket(u('height', look))
join curves as w on w.measure = 'side_cm_width' and w.key = weight_band(grams)::varchar
    and w.bucket = bucket(u('width', look));

-- ----------------------------------------------------------------------------- their records
create or replace table rec_olist_sellers_dataset as
select drop_no, seller_id as seller_id,
    if(code = 'M8', lost_zip(zip), zip5(zip)) as seller_zip_code_prefix,
    case code
        when 'G9' then list_extract([
            lpad(zip::varchar, 8, '0'), 'vendas@lojaexemplo.com.br', 'sao paulo - sp', 'sp / sp',
            'sbc', 'garulhos', 'belo horizont', 'sao paluo', 'ribeirao pretp', 'minas gerais',
            'novo hamburgo, rio grande do sul, brasil', 'rio de janeiro \rio de janeiro',
            'balenario camboriu', 'são paulo', 'sao  paulo'], (s % 15 + 1)::integer)
        when 'G10' then if(city = 'sao paulo', 'campinas', 'sao paulo')
        else city end as seller_city,
    if(code = 'G8', if(state = 'SP', 'PR', 'SP'), state) as seller_state
from sellers;

create or replace table rec_olist_products_dataset as
select drop_no, product_id,
    if(code = 'M4', null, category) as product_category_name,
    if(code = 'M4', null, name_length)::varchar as product_name_lenght,
    if(code = 'M4', null, description_length)::varchar as product_description_lenght,
    if(code = 'M4', null, photos)::varchar as product_photos_qty,
    case code when 'M5' then null when 'D1' then 0 else grams end::varchar as product_weight_g,
    if(code = 'M5', null, length_cm)::varchar as product_length_cm,
    if(code = 'M5', null, height_cm)::varchar as product_height_cm,
    if(code = 'M5', null, width_cm)::varchar as product_width_cm
from products;

create or replace table rec_product_category_name_translation as
select 0 as drop_no, product_category_name, product_category_name_english from translation;
