-- Shares of a whole add up to 1 within it: of a month's payments, of all sellers' and all
-- categories' sales, of the reviews of a driver. Floating point is allowed its last digits.
with

wholes as (
    select
        'mart_payment_mix by value' as whole,
        cast(purchase_month_date as {{ dbt.type_string() }}) as part_of,
        sum(paid_brl_share) as share_sum
    from {{ ref('mart_payment_mix') }}
    group by purchase_month_date
    union all
    select
        'mart_payment_mix by number',
        cast(purchase_month_date as {{ dbt.type_string() }}),
        sum(payment_count_share)
    from {{ ref('mart_payment_mix') }}
    group by purchase_month_date
    union all
    select
        'mart_seller_scorecards',
        'all sellers',
        sum(items_brl_share)
    from {{ ref('mart_seller_scorecards') }}
    union all
    select
        'mart_product_categories',
        'all categories',
        sum(items_brl_share)
    from {{ ref('mart_product_categories') }}
    union all
    select
        'mart_review_drivers',
        driver_name,
        sum(review_share)
    from {{ ref('mart_review_drivers') }}
    group by driver_name
)

select *
from wholes
where abs(share_sum - 1) > 0.000001
