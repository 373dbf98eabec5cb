-- Grain: one row per seller (its latest version), with or without sales.
-- The first version of the scorecards, for readers who still need the city. It leaves on its deprecation date.
with

scorecards as (
    select * from {{ ref('mart_seller_scorecards', v=2) }}
),

sellers as (
    select * from {{ ref('dim_sellers') }}
),

final as (
    select
        scorecards.*,
        sellers.city
    from scorecards
    inner join sellers on scorecards.seller_key = sellers.seller_key
)

select * from final
