-- Grain: one row per product category with at least one sale, by the category the product had when
-- it was sold. Money counts per item; reviews and lateness count once per order and category.
with

sold as (
    select * from {{ ref('obt_order_items') }} where counts_as_sale
),

sales as (
    select
        category_name,
        max(category_label) as category_label,
        max(category_group) as category_group,
        count(*) as item_count,
        count(distinct product_id) as product_count,
        count(distinct seller_id) as seller_count,
        sum(price_brl) as items_brl,
        sum(freight_brl) as freight_brl,
        median(cast(price_brl as double)) as median_price_brl
    from sold
    group by category_name
),

category_orders as (
    select distinct
        category_name,
        order_id,
        order_review_score,
        is_late_by_day
    from sold
),

judgements as (
    select
        category_name,
        count(*) as order_count,
        count(order_review_score) as reviewed_order_count,
        avg(cast(order_review_score as double)) as average_review_score,
        count(is_late_by_day) as measured_order_count,
        count(case when is_late_by_day then 1 end) as late_by_day_order_count
    from category_orders
    group by category_name
),

final as (
    select
        sales.category_name,
        sales.category_label,
        sales.category_group,
        cast(
            row_number() over (order by sales.items_brl desc nulls last, sales.category_name) as int
        ) as sales_rank,
        cast(sales.item_count as bigint) as item_count,
        cast(judgements.order_count as bigint) as order_count,
        cast(sales.product_count as bigint) as product_count,
        cast(sales.seller_count as bigint) as seller_count,
        cast(judgements.reviewed_order_count as bigint) as reviewed_order_count,
        cast(judgements.measured_order_count as bigint) as measured_order_count,
        cast(sales.items_brl as decimal(18, 2)) as items_brl,
        cast(sales.freight_brl as decimal(18, 2)) as freight_brl,
        cast(sales.items_brl as double) / nullif(cast(sales.item_count as double), 0)
            as average_price_brl,
        {{ rounded('sales.median_price_brl', 4) }} as median_price_brl,
        cast(sales.items_brl as double)
        / nullif(cast(sum(sales.items_brl) over () as double), 0) as items_brl_share,
        cast(sales.freight_brl as double)
        / nullif(cast(sales.items_brl + sales.freight_brl as double), 0) as freight_share,
        cast(judgements.late_by_day_order_count as double)
        / nullif(cast(judgements.measured_order_count as double), 0) as late_by_day_share,
        cast(judgements.average_review_score as double) as average_review_score
    from sales
    inner join judgements on sales.category_name = judgements.category_name
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
