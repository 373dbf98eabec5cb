-- Question: Which categories earn most, and at what freight share?
-- Reading: The ten categories with the greatest sales. The freight share is what part of the bill
-- (items and freight) goes to the carrier: high for cheap and bulky goods.
-- Finding: {first.category_label} earns most with {first.items_brl:,.0f} BRL
-- ({first.items_brl_share:.1%} of sales) at a freight share of {first.freight_share:.1%}; the ten
-- together make {last.cumulative_items_brl_share:.1%} of sales.
with

categories as (
    select * from {{ ref('mart_product_categories') }}
),

final as (
    select
        sales_rank,
        category_label,
        item_count,
        seller_count,
        items_brl,
        items_brl_share,
        sum(items_brl_share) over (
            order by sales_rank nulls last
            rows between unbounded preceding and current row
        ) as cumulative_items_brl_share,
        median_price_brl,
        freight_share,
        average_review_score
    from categories
)

select * from final
where sales_rank <= 10
order by sales_rank
