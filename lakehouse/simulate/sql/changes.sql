-- What the daily drops bring besides new business: sellers that move, products that change.
-- At least one of each a day; never in the drop that introduces them.

insert into later_olist_sellers_dataset by name
select drop_no, r.seller_id, zip5(zip_number(zip_from, width, prefixes,
    floor(prefixes * u('new zip', s + drop_no)))) as seller_zip_code_prefix, p.city as seller_city,
    p.state as seller_state
from (
    select distinct d as drop_no,
        floor(getvariable('sellers') * u('seller moves', d * 100000 + pick))::bigint as s
    from range(1, getvariable('drops') + 1) as days(d),
        range(greatest(1, getvariable('sellers') // 3000)) as picks(pick)
) as moves
join (select s, seller_id, drop_no as known from sellers) as r using (s)
join slots on measure = 'seller_place' and slot = slot(u('new place', s + drop_no))
join places as p on p.place = slots.value::bigint
where known < drop_no;

insert into later_olist_products_dataset by name
select picked.drop_no, r.* exclude (drop_no) replace (
    (c.photos + 1)::varchar as product_photos_qty,
    (50 + c.grams * 11 // 10)::varchar as product_weight_g,
    (c.description_length + 120)::varchar as product_description_lenght)
from (
    select distinct d as drop_no,
        floor(getvariable('products') * u('product changes', d * 100000 + pick))::bigint as p
    from range(1, getvariable('drops') + 1) as days(d),
        range(greatest(2, getvariable('products') // 2000)) as picks(pick)
) as picked
join (select * exclude (drop_no), drop_no as known from products where code is null) as c using (p)
join rec_olist_products_dataset as r using (product_id)
where known < picked.drop_no;
