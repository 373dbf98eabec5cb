-- What was sold is one figure, to the cent, whichever way it is cut: by month, by route, by
-- category, by seller (with the items of sellers not delivered yet), by seller and month, by cohort
-- (with the orders of unknown persons).
with

fact as (
    select sum(price_brl) as items_brl from {{ ref('fct_order_items') }}
    where counts_as_sale
),

unknown_sellers as (
    select sum(items.price_brl) as items_brl
    from {{ ref('fct_order_items') }} as items
    inner join {{ ref('dim_sellers') }} as sellers on items.seller_key = sellers.seller_key
    where items.counts_as_sale and sellers.seller_id is null
),

unknown_customers as (
    select sum(orders.items_brl) as items_brl
    from {{ ref('fct_orders') }} as orders
    inner join {{ ref('dim_customers') }} as customers
        on orders.customer_key = customers.customer_key
    where orders.counts_as_sale and customers.customer_unique_id is null
),

readings as (
    select
        'mart_monthly_sales' as mart,
        sum(items_brl_sales) as items_brl
    from {{ ref('mart_monthly_sales') }}
    union all
    select
        'mart_delivery_routes',
        sum(items_brl)
    from {{ ref('mart_delivery_routes') }}
    union all
    select
        'mart_product_categories',
        sum(items_brl)
    from {{ ref('mart_product_categories') }}
    union all
    select
        'mart_seller_scorecards',
        coalesce(sum(scorecards.items_brl), 0) + coalesce(max(unknown_sellers.items_brl), 0)
    from {{ ref('mart_seller_scorecards') }} as scorecards
    cross join unknown_sellers
    union all
    select
        'fct_seller_months',
        coalesce(sum(seller_months.items_brl), 0) + coalesce(max(unknown_sellers.items_brl), 0)
    from {{ ref('fct_seller_months') }} as seller_months
    cross join unknown_sellers
    union all
    select
        'mart_customer_cohorts',
        coalesce(sum(cohorts.items_brl), 0) + coalesce(max(unknown_customers.items_brl), 0)
    from {{ ref('mart_customer_cohorts') }} as cohorts
    cross join unknown_customers
)

select
    readings.mart,
    readings.items_brl as mart_items_brl,
    fact.items_brl as fact_items_brl
from readings
cross join fact
where coalesce(readings.items_brl, 0) <> coalesce(fact.items_brl, 0)
