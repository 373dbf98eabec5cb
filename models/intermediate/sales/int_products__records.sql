-- Grain: one row per landed product record, typed and judged; `int_products` holds the current ones.
{% set key = ['product_id'] %}
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
    {{ new_records('stg_marketplace__products', columns) }}
),

categories as (
    select * from {{ ref('int_product_categories') }}
),

typed as (
    select
        {{ read_columns(columns) }}
    from records
),

touched as (
    {{ touched_records('typed', columns, key, parents={
        'int_category_translations__records': 'product_category_name',
    }) }}
),

checked as (
    select
        touched.*,
        categories.product_category_name is not null as has_known_category
    from touched
    left join categories on touched.product_category_name = categories.product_category_name
),

{{ judge('checked', key) }}
