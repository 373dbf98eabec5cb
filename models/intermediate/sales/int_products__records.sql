-- Grain: one row per landed product record, typed and judged; `int_products` holds the current ones.
{% set columns = {
    'product_id': ['product_id', 'string'],
    'product_category_name': ['product_category_name', 'string'],
    'name_length': ['product_name_lenght', 'int'],
    'description_length': ['product_description_lenght', 'int'],
    'photo_count': ['product_photos_qty', 'int'],
    'weight_g': ['product_weight_g', 'double'],
    'length_cm': ['product_length_cm', 'double'],
    'height_cm': ['product_height_cm', 'double'],
    'width_cm': ['product_width_cm', 'double'],
} %}

with

records as (
    {{ landed_records('stg_marketplace__products') }}
),

categories as (
    select * from {{ ref('int_product_categories') }}
),

typed as (
    select
        categories.product_category_name is not null as has_known_category,
        {{ read_columns(columns) }}
    from records
    left join categories on nullif(trim(records.product_category_name), '') = categories.product_category_name
),

{{ judge('typed', key=['product_id']) }}
