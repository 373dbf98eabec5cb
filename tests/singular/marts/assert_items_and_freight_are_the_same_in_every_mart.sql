-- The number of items sold and their freight are the same by route and by category as in the fact.
with

fact as (
    select
        count(*) as item_count,
        sum(freight_brl) as freight_brl
    from {{ ref('fct_order_items') }}
    where counts_as_sale
),

readings as (
    select
        'mart_delivery_routes' as mart,
        sum(item_count) as item_count,
        sum(freight_brl) as freight_brl
    from {{ ref('mart_delivery_routes') }}
    union all
    select
        'mart_product_categories',
        sum(item_count),
        sum(freight_brl)
    from {{ ref('mart_product_categories') }}
)

select
    readings.mart,
    readings.item_count as mart_item_count,
    fact.item_count as fact_item_count,
    readings.freight_brl as mart_freight_brl,
    fact.freight_brl as fact_freight_brl
from readings
cross join fact
where
    coalesce(readings.item_count, 0) <> fact.item_count
    or coalesce(readings.freight_brl, 0) <> coalesce(fact.freight_brl, 0)
