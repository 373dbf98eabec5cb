-- Question: Who are the top sellers, and how concentrated are sales?
-- Reading: The ten sellers with the greatest sales, with the part of all sales that they and all
-- before them make. Class A are the sellers that make the first 80 % of sales.
-- Finding: The ten first sellers make {last.cumulative_items_brl_share:.1%} of sales, and 80 % are
-- made by {first.class_a_seller_count:,} of {first.selling_seller_count:,} sellers that sell
-- ({first.class_a_seller_share:.1%}).
-- Hidden: class_a_seller_count, selling_seller_count, class_a_seller_share
with

scorecards as (
    select * from {{ ref('mart_seller_scorecards') }}
),

classes as (
    select
        count(case when abc_class = 'A' then 1 end) as class_a_seller_count,
        count(case when abc_class <> 'no sales' then 1 end) as selling_seller_count
    from scorecards
),

final as (
    select
        scorecards.sales_rank,
        scorecards.seller_id,
        scorecards.state_code,
        scorecards.order_count,
        scorecards.items_brl,
        scorecards.cumulative_items_brl_share,
        scorecards.late_shipment_share,
        scorecards.late_delivery_share,
        scorecards.average_review_score,
        classes.class_a_seller_count,
        classes.selling_seller_count,
        cast(classes.class_a_seller_count as double)
        / nullif(cast(classes.selling_seller_count as double), 0) as class_a_seller_share
    from scorecards
    cross join classes
    where scorecards.sales_rank <= 10
)

select * from final
order by sales_rank
