-- Grain: one row per landed product category record, typed and judged;
-- `int_category_translations` holds the current ones.
{% set key = ['product_category_name'] %}
{% set columns = {
    'product_category_name': ['product_category_name', 'string'],
    'category_name_english': ['product_category_name_english', 'string'],
} %}

with

records as (
    {{ new_records('stg_marketplace__product_category_translations', columns) }}
),

typed as (
    select
        {{ read_columns(columns) }}
    from records
),

touched as (
    {{ touched_records('typed', columns, key) }}
),

{{ judge('touched', key) }}
