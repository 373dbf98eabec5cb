{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='product_id',
    pre_hook="{{ delete_vanished('int_products', ['product_id']) }}",
) }}

-- Grain: one row per product and version of its attributes (SCD type 2), and the unknown product. A weight of zero
-- and a missing category are not facts about a product: the first is null, the second is "Uncategorized".
with

touched as (
    {{ touched_keys('int_products__records', 'product_id') }}
    union
    select product_id
    from {{ ref('int_products__records') }}
    where product_category_name in ({{ touched_keys('int_product_categories', 'product_category_name') }})
),

events as (
    select
        {{ all_except(['weight_g']) }},
        nullif(weight_g, 0) as weight_g
    from {{ ref('int_products__records') }}
    -- A withdrawn member leaves gold with its history.
    where product_id in (select living.product_id from {{ ref('int_products') }} as living)
    {{ only_touched('product_id', keyword='and') }}
),

{{ versions('events', 'product_id', ['product_category_name', 'name_length', 'description_length', 'photo_count',
    'weight_g', 'length_cm', 'height_cm', 'width_cm']) }},

categories as (
    select * from {{ ref('int_product_categories') }}
),

final as (
    select
        {{ surrogate_key(['versions.product_id', 'versions.version_number']) }} as product_key,
        versions.product_id,
        versions.product_category_name,
        coalesce(categories.category_name_english, 'uncategorized') as category_name,
        coalesce(categories.category_label, 'Uncategorized') as category_label,
        coalesce(categories.category_label_pt, 'Sem categoria') as category_label_pt,
        coalesce(categories.category_group, 'Uncategorized') as category_group,
        versions.name_length,
        versions.description_length,
        versions.photo_count,
        versions.weight_g,
        versions.length_cm,
        versions.height_cm,
        versions.width_cm,
        versions.length_cm * versions.height_cm * versions.width_cm as volume_cm3,
        versions.version_number,
        versions.is_current,
        versions.valid_from,
        versions.valid_to
    from versions
    left join categories on versions.product_category_name = categories.product_category_name

    {%- if not is_incremental() %}

    union all

    select
        {{ unknown_key() }}, null, null, 'unknown', 'Unknown', 'Desconhecida', 'Unknown', null, null, null, null,
        null, null, null, null, 1, true, cast('1900-01-01 00:00:00' as timestamp), null
    {%- endif %}
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
