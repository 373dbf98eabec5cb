{{ config(materialized='table') }}

-- Grain: one row per product category. The seed's reviewed names come first; a category that only the source knows
-- keeps the source's name and waits in the group "Other" until somebody reviews it.
with

reviewed as (
    select * from {{ ref('seed_product_categories') }}
),

translations as (
    select * from {{ ref('int_category_translations') }}
),

final as (
    select
        coalesce(reviewed.product_category_name, translations.product_category_name) as product_category_name,
        coalesce(reviewed.category_name_english, translations.category_name_english) as category_name_english,
        coalesce(
            reviewed.category_label_en, translations.category_name_english, translations.product_category_name
        ) as category_label,
        coalesce(reviewed.category_label_pt, translations.product_category_name) as category_label_pt,
        coalesce(reviewed.category_group, 'Other') as category_group,
        translations.category_name_english as source_category_name_english,
        reviewed.product_category_name is not null as is_reviewed
    from reviewed
    full outer join translations
        on reviewed.product_category_name = translations.product_category_name
)

{{ keep_stamps('final', 'product_category_name') }}
