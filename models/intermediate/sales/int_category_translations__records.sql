-- Grain: one row per landed product category record, typed and judged; `int_category_translations` holds the current ones.
{% set columns = {
    'product_category_name': ['product_category_name', 'string'],
    'category_name_english': ['product_category_name_english', 'string'],
} %}

with

records as (
    {{ landed_records('stg_marketplace__product_category_translations') }}
),

typed as (
    select
        {{ read_columns(columns) }}
    from records
),

{{ judge('typed', key=['product_category_name']) }}
