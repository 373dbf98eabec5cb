-- The floor's bronze: every field as text, with its file, a row number, the drop's date and a hash of the record.
-- One statement a source, DuckDB's own CSV reader, no count against the raw text. run.py puts in what is in braces.
create schema bronze;

create table bronze.stg_marketplace__orders as
select
    order_id, customer_id, order_status, order_purchase_timestamp, order_approved_at, order_delivered_carrier_date, order_delivered_customer_date, order_estimated_delivery_date,
    filename[{root_length}:] as _source_file,
    row_number() over () as _source_row,
    cast(null as bigint) as _source_size_bytes,
    cast(null as timestamp) as _source_modified_at,
    cast(regexp_extract(filename, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as timestamp) as _delivered_at,
    cast('{now}' as timestamp) as _loaded_at,
    md5(concat_ws(chr(31), order_id, customer_id, order_status, order_purchase_timestamp, order_approved_at, order_delivered_carrier_date, order_delivered_customer_date, order_estimated_delivery_date)) as _record_hash
from {files of olist_orders_dataset};

create table bronze.stg_marketplace__order_items as
select
    order_id, order_item_id, product_id, seller_id, shipping_limit_date, price, freight_value,
    filename[{root_length}:] as _source_file,
    row_number() over () as _source_row,
    cast(null as bigint) as _source_size_bytes,
    cast(null as timestamp) as _source_modified_at,
    cast(regexp_extract(filename, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as timestamp) as _delivered_at,
    cast('{now}' as timestamp) as _loaded_at,
    md5(concat_ws(chr(31), order_id, order_item_id, product_id, seller_id, shipping_limit_date, price, freight_value)) as _record_hash
from {files of olist_order_items_dataset};

create table bronze.stg_marketplace__order_payments as
select
    order_id, payment_sequential, payment_type, payment_installments, payment_value,
    filename[{root_length}:] as _source_file,
    row_number() over () as _source_row,
    cast(null as bigint) as _source_size_bytes,
    cast(null as timestamp) as _source_modified_at,
    cast(regexp_extract(filename, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as timestamp) as _delivered_at,
    cast('{now}' as timestamp) as _loaded_at,
    md5(concat_ws(chr(31), order_id, payment_sequential, payment_type, payment_installments, payment_value)) as _record_hash
from {files of olist_order_payments_dataset};

create table bronze.stg_marketplace__order_reviews as
select
    review_id, order_id, review_score, review_comment_title, review_comment_message, review_creation_date, review_answer_timestamp,
    filename[{root_length}:] as _source_file,
    row_number() over () as _source_row,
    cast(null as bigint) as _source_size_bytes,
    cast(null as timestamp) as _source_modified_at,
    cast(regexp_extract(filename, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as timestamp) as _delivered_at,
    cast('{now}' as timestamp) as _loaded_at,
    md5(concat_ws(chr(31), review_id, order_id, review_score, review_comment_title, review_comment_message, review_creation_date, review_answer_timestamp)) as _record_hash
from {files of olist_order_reviews_dataset};

create table bronze.stg_marketplace__customers as
select
    customer_id, customer_unique_id, customer_zip_code_prefix, customer_city, customer_state,
    filename[{root_length}:] as _source_file,
    row_number() over () as _source_row,
    cast(null as bigint) as _source_size_bytes,
    cast(null as timestamp) as _source_modified_at,
    cast(regexp_extract(filename, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as timestamp) as _delivered_at,
    cast('{now}' as timestamp) as _loaded_at,
    md5(concat_ws(chr(31), customer_id, customer_unique_id, customer_zip_code_prefix, customer_city, customer_state)) as _record_hash
from {files of olist_customers_dataset};

create table bronze.stg_marketplace__sellers as
select
    seller_id, seller_zip_code_prefix, seller_city, seller_state,
    filename[{root_length}:] as _source_file,
    row_number() over () as _source_row,
    cast(null as bigint) as _source_size_bytes,
    cast(null as timestamp) as _source_modified_at,
    cast(regexp_extract(filename, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as timestamp) as _delivered_at,
    cast('{now}' as timestamp) as _loaded_at,
    md5(concat_ws(chr(31), seller_id, seller_zip_code_prefix, seller_city, seller_state)) as _record_hash
from {files of olist_sellers_dataset};

create table bronze.stg_marketplace__products as
select
    product_id, product_category_name, product_name_lenght, product_description_lenght, product_photos_qty, product_weight_g, product_length_cm, product_height_cm, product_width_cm,
    filename[{root_length}:] as _source_file,
    row_number() over () as _source_row,
    cast(null as bigint) as _source_size_bytes,
    cast(null as timestamp) as _source_modified_at,
    cast(regexp_extract(filename, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as timestamp) as _delivered_at,
    cast('{now}' as timestamp) as _loaded_at,
    md5(concat_ws(chr(31), product_id, product_category_name, product_name_lenght, product_description_lenght, product_photos_qty, product_weight_g, product_length_cm, product_height_cm, product_width_cm)) as _record_hash
from {files of olist_products_dataset};

create table bronze.stg_marketplace__geolocation as
select
    geolocation_zip_code_prefix, geolocation_lat, geolocation_lng, geolocation_city, geolocation_state,
    filename[{root_length}:] as _source_file,
    row_number() over () as _source_row,
    cast(null as bigint) as _source_size_bytes,
    cast(null as timestamp) as _source_modified_at,
    cast(regexp_extract(filename, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as timestamp) as _delivered_at,
    cast('{now}' as timestamp) as _loaded_at,
    md5(concat_ws(chr(31), geolocation_zip_code_prefix, geolocation_lat, geolocation_lng, geolocation_city, geolocation_state)) as _record_hash
from {files of olist_geolocation_dataset};

create table bronze.stg_marketplace__product_category_translations as
select
    product_category_name, product_category_name_english,
    filename[{root_length}:] as _source_file,
    row_number() over () as _source_row,
    cast(null as bigint) as _source_size_bytes,
    cast(null as timestamp) as _source_modified_at,
    cast(regexp_extract(filename, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as timestamp) as _delivered_at,
    cast('{now}' as timestamp) as _loaded_at,
    md5(concat_ws(chr(31), product_category_name, product_category_name_english)) as _record_hash
from {files of product_category_name_translation};

create table bronze.stg_marketing__marketing_qualified_leads as
select
    mql_id, first_contact_date, landing_page_id, origin,
    filename[{root_length}:] as _source_file,
    row_number() over () as _source_row,
    cast(null as bigint) as _source_size_bytes,
    cast(null as timestamp) as _source_modified_at,
    cast(regexp_extract(filename, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as timestamp) as _delivered_at,
    cast('{now}' as timestamp) as _loaded_at,
    md5(concat_ws(chr(31), mql_id, first_contact_date, landing_page_id, origin)) as _record_hash
from {files of olist_marketing_qualified_leads_dataset};

create table bronze.stg_marketing__closed_deals as
select
    mql_id, seller_id, sdr_id, sr_id, won_date, business_segment, lead_type, lead_behaviour_profile, has_company, has_gtin, average_stock, business_type, declared_product_catalog_size, declared_monthly_revenue,
    filename[{root_length}:] as _source_file,
    row_number() over () as _source_row,
    cast(null as bigint) as _source_size_bytes,
    cast(null as timestamp) as _source_modified_at,
    cast(regexp_extract(filename, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as timestamp) as _delivered_at,
    cast('{now}' as timestamp) as _loaded_at,
    md5(concat_ws(chr(31), mql_id, seller_id, sdr_id, sr_id, won_date, business_segment, lead_type, lead_behaviour_profile, has_company, has_gtin, average_stock, business_type, declared_product_catalog_size, declared_monthly_revenue)) as _record_hash
from {files of olist_closed_deals_dataset};
