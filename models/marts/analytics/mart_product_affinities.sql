{{ config(tags=['learning']) }}

-- Grain: one row per level (category, product) and pair of items that at least five orders have together.
-- Publishes int_affinities, and names the categories of the products.
with

affinities as (
    select * from {{ ref('int_affinities') }}
),

products as (
    select
        product_id,
        category_name
    from {{ ref('dim_products') }}
    where is_current and product_id is not null
),

final as (
    select
        {{ surrogate_key(['affinities.item_level', 'affinities.first_item', 'affinities.second_item']) }}
            as product_affinity_key,
        affinities.item_level,
        affinities.first_item,
        affinities.second_item,
        case
            when affinities.item_level = 'category' then affinities.first_item else first_products.category_name
        end as first_category_name,
        case
            when affinities.item_level = 'category' then affinities.second_item else second_products.category_name
        end as second_category_name,
        affinities.order_count,
        affinities.basket_count,
        affinities.first_order_count,
        affinities.second_order_count,
        affinities.first_basket_count,
        affinities.second_basket_count,
        affinities.pair_order_count,
        affinities.tested_pair_count,
        affinities.basket_tested_pair_count,
        affinities.pair_share,
        affinities.first_to_second_share,
        affinities.second_to_first_share,
        affinities.expected_pair_order_count,
        affinities.lift,
        affinities.chance_probability,
        affinities.adjusted_probability,
        affinities.basket_expected_pair_order_count,
        affinities.basket_lift,
        affinities.basket_chance_probability,
        affinities.basket_adjusted_probability,
        affinities.is_significant,
        affinities.is_significant_in_baskets
    from affinities
    left join products as first_products on affinities.first_item = first_products.product_id
    left join products as second_products on affinities.second_item = second_products.product_id
)

{{ keep_stamps('final', 'product_affinity_key') }}
