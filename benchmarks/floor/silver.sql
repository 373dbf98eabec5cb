-- The floor's silver: typed, the latest record of each key (all records where gold needs the history), what breaks a
-- quarantine rule left out by a plain `where`. No dispositions to account for, no quarantine, no counts.
-- run.py puts in what is in braces.
create schema silver;
{seeds}

create table silver.int_customers__records as
with typed as (
    select
        nullif(trim(customer_id), '') as customer_id,
        nullif(trim(customer_unique_id), '') as customer_unique_id,
        nullif(trim(customer_zip_code_prefix), '') as zip_code_prefix,
        nullif(trim(regexp_replace(translate(lower(customer_city), 'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn'), '\s+', ' ', 'g')), '') as city,
        upper(trim(customer_state)) as state_code,
        _source_file, _source_row, _source_size_bytes, _source_modified_at, _delivered_at, _loaded_at, _record_hash
    from bronze.stg_marketplace__customers
)

select
    typed.*,
    true as has_known_state,
    cast(null as varchar) as _warnings,
    case when row_number() over (partition by customer_id order by typed._delivered_at desc, typed._source_file desc, typed._source_row desc) = 1 then 'current' else 'superseded' end as _disposition,
    cast('{now}' as timestamp) as _processed_at
from typed
inner join silver.seed_states as states on typed.state_code = states.state_code
where customer_id is not null and customer_unique_id is not null;
create view silver.int_customers as select * from silver.int_customers__records where _disposition = 'current';

create table silver.int_sellers__records as
with typed as (
    select
        nullif(trim(seller_id), '') as seller_id,
        nullif(trim(seller_zip_code_prefix), '') as zip_code_prefix,
        nullif(trim(seller_city), '') as raw_city,
        coalesce(city_corrections.city, nullif(trim(regexp_replace(translate(lower(seller_city), 'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn'), '\s+', ' ', 'g')), '')) as city,
        upper(trim(seller_state)) as state_code,
        _source_file, _source_row, _source_size_bytes, _source_modified_at, _delivered_at, _loaded_at, _record_hash
    from bronze.stg_marketplace__sellers
    left join silver.seed_city_corrections as city_corrections
        on nullif(trim(regexp_replace(translate(lower(seller_city), 'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn'), '\s+', ' ', 'g')), '') = city_corrections.raw_city
)

select
    typed.*,
    true as has_known_state,
    cast(null as varchar) as _warnings,
    case when row_number() over (partition by seller_id order by typed._delivered_at desc, typed._source_file desc, typed._source_row desc) = 1 then 'current' else 'superseded' end as _disposition,
    cast('{now}' as timestamp) as _processed_at
from typed
inner join silver.seed_states as states on typed.state_code = states.state_code
where seller_id is not null;
create view silver.int_sellers as select * from silver.int_sellers__records where _disposition = 'current';

create table silver.int_category_translations__records as
with typed as (
    select
        nullif(trim(product_category_name), '') as product_category_name,
        nullif(trim(product_category_name_english), '') as category_name_english,
        _source_file, _source_row, _source_size_bytes, _source_modified_at, _delivered_at, _loaded_at, _record_hash
    from bronze.stg_marketplace__product_category_translations
)

select
    typed.*,
    cast(null as varchar) as _warnings,
    'current' as _disposition,
    cast('{now}' as timestamp) as _processed_at
from typed
where product_category_name is not null and category_name_english is not null
qualify row_number() over (partition by product_category_name order by typed._delivered_at desc, typed._source_file desc, typed._source_row desc) = 1;
create view silver.int_category_translations as select * from silver.int_category_translations__records where _disposition = 'current';

create table silver.int_product_categories as
{int_product_categories};

create table silver.int_products__records as
with typed as (
    select
        nullif(trim(product_id), '') as product_id,
        nullif(trim(product_category_name), '') as product_category_name,
        try_cast(product_name_lenght as int) as name_length,
        try_cast(product_description_lenght as int) as description_length,
        try_cast(product_photos_qty as int) as photo_count,
        try_cast(product_weight_g as double) as weight_g,
        try_cast(product_length_cm as double) as length_cm,
        try_cast(product_height_cm as double) as height_cm,
        try_cast(product_width_cm as double) as width_cm,
        _source_file, _source_row, _source_size_bytes, _source_modified_at, _delivered_at, _loaded_at, _record_hash
    from bronze.stg_marketplace__products
)

select
    typed.*,
    cast(null as varchar) as _warnings,
    case when row_number() over (partition by product_id order by typed._delivered_at desc, typed._source_file desc, typed._source_row desc) = 1 then 'current' else 'superseded' end as _disposition,
    cast('{now}' as timestamp) as _processed_at
from typed
where product_id is not null and coalesce(weight_g >= 0 and length_cm >= 0 and height_cm >= 0 and width_cm >= 0, true);
create view silver.int_products as select * from silver.int_products__records where _disposition = 'current';

create table silver.int_location_points__records as
with typed as (
    select
        nullif(trim(geolocation_zip_code_prefix), '') as zip_code_prefix,
        try_cast(geolocation_lat as double) as latitude,
        try_cast(geolocation_lng as double) as longitude,
        coalesce(city_corrections.city, nullif(trim(regexp_replace(translate(lower(geolocation_city), 'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn'), '\s+', ' ', 'g')), '')) as city,
        upper(trim(geolocation_state)) as state_code,
        _source_file, _source_row, _source_size_bytes, _source_modified_at, _delivered_at, _loaded_at, _record_hash
    from bronze.stg_marketplace__geolocation
    left join silver.seed_city_corrections as city_corrections
        on nullif(trim(regexp_replace(translate(lower(geolocation_city), 'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn'), '\s+', ' ', 'g')), '') = city_corrections.raw_city
)

select
    typed.*,
    cast(null as varchar) as _warnings,
    'current' as _disposition,
    cast('{now}' as timestamp) as _processed_at
from typed
inner join silver.seed_states as states on typed.state_code = states.state_code
where length(zip_code_prefix) = 5 and latitude between -34 and 5.5 and longitude between -74 and -34
qualify row_number() over (partition by typed._record_hash order by typed._delivered_at desc, typed._source_file desc, typed._source_row desc) = 1;
create view silver.int_location_points as select * from silver.int_location_points__records where _disposition = 'current';

create table silver.int_orders__records as
with typed as (
    select
        nullif(trim(order_id), '') as order_id,
        nullif(trim(customer_id), '') as customer_id,
        nullif(trim(order_status), '') as order_status,
        try_cast(order_purchase_timestamp as timestamp) as purchased_at,
        try_cast(order_approved_at as timestamp) as approved_at,
        try_cast(order_delivered_carrier_date as timestamp) as shipped_at,
        try_cast(order_delivered_customer_date as timestamp) as delivered_at,
        try_cast(order_estimated_delivery_date as timestamp) as estimated_delivery_at,
        _source_file, _source_row, _source_size_bytes, _source_modified_at, _delivered_at, _loaded_at, _record_hash
    from bronze.stg_marketplace__orders
)

select
    typed.*,
    cast(null as varchar) as _warnings,
    'current' as _disposition,
    cast('{now}' as timestamp) as _processed_at
from typed
inner join silver.seed_order_statuses as order_statuses on typed.order_status = order_statuses.order_status
where order_id is not null and customer_id is not null and purchased_at is not null
qualify row_number() over (partition by order_id order by typed._delivered_at desc, typed._source_file desc, typed._source_row desc) = 1;
create view silver.int_orders as select * from silver.int_orders__records where _disposition = 'current';

create table silver.int_order_items__records as
with typed as (
    select
        nullif(trim(order_id), '') as order_id,
        try_cast(order_item_id as int) as order_item_id,
        nullif(trim(product_id), '') as product_id,
        nullif(trim(seller_id), '') as seller_id,
        try_cast(shipping_limit_date as timestamp) as shipping_limit_at,
        try_cast(price as decimal(12, 2)) as price_brl,
        try_cast(freight_value as decimal(12, 2)) as freight_brl,
        _source_file, _source_row, _source_size_bytes, _source_modified_at, _delivered_at, _loaded_at, _record_hash
    from bronze.stg_marketplace__order_items
)

select
    typed.*,
    coalesce(typed.shipping_limit_at < orders.purchased_at + interval '180' day, true) as is_limit_plausible,
    cast(null as varchar) as _warnings,
    'current' as _disposition,
    cast('{now}' as timestamp) as _processed_at
from typed
inner join silver.int_orders as orders on typed.order_id = orders.order_id
where typed.order_item_id is not null and price_brl >= 0 and freight_brl >= 0
qualify row_number() over (partition by typed.order_id, typed.order_item_id order by typed._delivered_at desc, typed._source_file desc, typed._source_row desc) = 1;
create view silver.int_order_items as select * from silver.int_order_items__records where _disposition = 'current';

create table silver.int_order_payments__records as
with typed as (
    select
        nullif(trim(order_id), '') as order_id,
        try_cast(payment_sequential as int) as payment_sequential,
        nullif(trim(payment_type), '') as payment_type,
        try_cast(payment_installments as int) as installment_count,
        try_cast(payment_value as decimal(12, 2)) as payment_brl,
        _source_file, _source_row, _source_size_bytes, _source_modified_at, _delivered_at, _loaded_at, _record_hash
    from bronze.stg_marketplace__order_payments
)

select
    typed.*,
    cast(null as varchar) as _warnings,
    'current' as _disposition,
    cast('{now}' as timestamp) as _processed_at
from typed
inner join silver.seed_payment_types as payment_types on typed.payment_type = payment_types.payment_type
where payment_sequential is not null and payment_brl >= 0 and order_id in (select order_id from silver.int_orders)
qualify row_number() over (partition by order_id, payment_sequential order by typed._delivered_at desc, typed._source_file desc, typed._source_row desc) = 1;
create view silver.int_order_payments as select * from silver.int_order_payments__records where _disposition = 'current';

create table silver.int_order_reviews__records as
with typed as (
    select
        nullif(trim(review_id), '') as review_id,
        nullif(trim(order_id), '') as order_id,
        try_cast(review_score as int) as review_score,
        nullif(trim(review_comment_title), '') as comment_title,
        nullif(trim(review_comment_message), '') as comment_message,
        cast(try_cast(review_creation_date as timestamp) as date) as survey_sent_date,
        try_cast(review_answer_timestamp as timestamp) as answered_at,
        _source_file, _source_row, _source_size_bytes, _source_modified_at, _delivered_at, _loaded_at, _record_hash
    from bronze.stg_marketplace__order_reviews
)

select
    typed.*,
    cast(null as varchar) as _warnings,
    'current' as _disposition,
    cast('{now}' as timestamp) as _processed_at
from typed
where review_id is not null and review_score between 1 and 5 and order_id in (select order_id from silver.int_orders)
qualify row_number() over (partition by review_id, order_id order by typed._delivered_at desc, typed._source_file desc, typed._source_row desc) = 1;
create view silver.int_order_reviews as select * from silver.int_order_reviews__records where _disposition = 'current';

create table silver.int_leads__records as
with typed as (
    select
        nullif(trim(mql_id), '') as lead_id,
        cast(try_cast(first_contact_date as timestamp) as date) as first_contact_date,
        nullif(trim(landing_page_id), '') as landing_page_id,
        coalesce(nullif(lower(trim(origin)), ''), 'unknown') as origin,
        _source_file, _source_row, _source_size_bytes, _source_modified_at, _delivered_at, _loaded_at, _record_hash
    from bronze.stg_marketing__marketing_qualified_leads
)

select
    typed.*,
    cast(null as varchar) as _warnings,
    'current' as _disposition,
    cast('{now}' as timestamp) as _processed_at
from typed
where lead_id is not null and first_contact_date is not null
qualify row_number() over (partition by lead_id order by typed._delivered_at desc, typed._source_file desc, typed._source_row desc) = 1;
create view silver.int_leads as select * from silver.int_leads__records where _disposition = 'current';

create table silver.int_deals__records as
with typed as (
    select
        nullif(trim(mql_id), '') as lead_id,
        nullif(trim(seller_id), '') as seller_id,
        nullif(trim(sdr_id), '') as sales_development_representative_id,
        nullif(trim(sr_id), '') as sales_representative_id,
        try_cast(won_date as timestamp) as won_at,
        nullif(trim(business_segment), '') as business_segment,
        nullif(trim(lead_type), '') as lead_type,
        nullif(trim(lead_behaviour_profile), '') as lead_behaviour_profile,
        try_cast(has_company as boolean) as has_company,
        try_cast(has_gtin as boolean) as has_gtin,
        nullif(trim(average_stock), '') as average_stock,
        nullif(trim(business_type), '') as business_type,
        try_cast(declared_product_catalog_size as double) as declared_catalog_size,
        try_cast(declared_monthly_revenue as decimal(12, 2)) as declared_monthly_revenue_brl,
        _source_file, _source_row, _source_size_bytes, _source_modified_at, _delivered_at, _loaded_at, _record_hash
    from bronze.stg_marketing__closed_deals
)

select
    typed.*,
    seller_id in (select seller_id from silver.int_sellers) as has_seller,
    cast(null as varchar) as _warnings,
    'current' as _disposition,
    cast('{now}' as timestamp) as _processed_at
from typed
where won_at is not null and lead_id in (select lead_id from silver.int_leads)
qualify row_number() over (partition by lead_id order by typed._delivered_at desc, typed._source_file desc, typed._source_row desc) = 1;
create view silver.int_deals as select * from silver.int_deals__records where _disposition = 'current';

create table silver.int_locations as
{int_locations};

create table silver.int_order_totals as
{int_order_totals};
