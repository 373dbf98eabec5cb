{{ config(
    incremental_strategy='delete+insert',
    unique_key='order_id',
    pre_hook="{{ delete_vanished('int_orders', ['order_id']) }}",
) }}

-- Grain: one row per order: what was ordered, paid and said of it, added up. A table of its own, because `fct_orders`
-- with these sums and all its joins in one statement takes more memory than a laptop has.
with

touched as (
    {{ touched_keys('int_orders__records', 'order_id') }}
    union
    {{ touched_keys('int_order_items__records', 'order_id') }}
    union
    {{ touched_keys('int_order_payments__records', 'order_id') }}
    union
    {{ touched_keys('int_order_reviews__records', 'order_id') }}
),

-- Most orders have one item; counting what is distinct is dear, and only done where there is something to count.
several as (
    select
        order_id,
        count(distinct product_id) as product_count,
        count(distinct seller_id) as seller_count
    from {{ ref('int_order_items') }}
    where order_id in (select items.order_id from {{ ref('int_order_items') }} as items where items.order_item_id > 1)
    {{ only_touched('order_id', keyword='and') }}
    group by order_id
),

latest_reviews as (
    select
        order_id,
        review_score,
        -- The latest that has a score.
        row_number() over (
            partition by order_id
            order by case when review_score is null then 1 else 0 end, answered_at desc nulls last, review_id desc
        ) as recency
    from {{ ref('int_order_reviews') }}
    {{ only_touched('order_id') }}
),

-- Under one another: one sum takes a third of the memory of three and their joins.
lines as (
    select
        'order' as kind,
        order_id,
        cast(null as int) as product_count,
        cast(null as int) as seller_count,
        cast(null as int) as installment_count,
        cast(null as int) as review_score,
        cast(null as int) as latest_review_score,
        cast(null as decimal(12, 2)) as amount_brl,
        cast(null as decimal(12, 2)) as freight_brl,
        cast(null as timestamp) as shipping_limit_at
    from {{ ref('int_orders') }}
    {{ only_touched('order_id') }}
    union all
    select
        'item' as kind,
        order_id,
        case when product_id is not null then 1 end as product_count,
        case when seller_id is not null then 1 end as seller_count,
        null as installment_count,
        null as review_score,
        null as latest_review_score,
        price_brl as amount_brl,
        freight_brl,
        case when is_limit_plausible then shipping_limit_at end as shipping_limit_at
    from {{ ref('int_order_items') }}
    {{ only_touched('order_id') }}
    union all
    select
        'payment' as kind,
        order_id,
        null as product_count,
        null as seller_count,
        installment_count,
        null as review_score,
        null as latest_review_score,
        payment_brl as amount_brl,
        null as freight_brl,
        null as shipping_limit_at
    from {{ ref('int_order_payments') }}
    {{ only_touched('order_id') }}
    union all
    select
        'review' as kind,
        order_id,
        null as product_count,
        null as seller_count,
        null as installment_count,
        review_score,
        case when recency = 1 then review_score end as latest_review_score,
        null as amount_brl,
        null as freight_brl,
        null as shipping_limit_at
    from latest_reviews
),

totals as (
    select
        order_id,
        count(case when kind = 'item' then 1 end) as item_count,
        max(product_count) as product_count,
        max(seller_count) as seller_count,
        count(case when kind = 'payment' then 1 end) as payment_count,
        max(installment_count) as max_installment_count,
        count(case when kind = 'review' then 1 end) as review_count,
        max(latest_review_score) as latest_review_score,
        sum(case when kind = 'item' then amount_brl end) as items_brl,
        sum(freight_brl) as freight_brl,
        sum(case when kind = 'payment' then amount_brl end) as paid_brl,
        avg(cast(review_score as double)) as average_review_score,
        max(shipping_limit_at) as last_shipping_limit_at
    from lines
    group by order_id
    having max(case when kind = 'order' then 1 end) = 1
),

final as (
    select
        totals.order_id,
        cast(totals.item_count as int) as item_count,
        cast(coalesce(several.product_count, totals.product_count, 0) as int) as product_count,
        cast(coalesce(several.seller_count, totals.seller_count, 0) as int) as seller_count,
        cast(totals.payment_count as int) as payment_count,
        totals.max_installment_count,
        cast(totals.review_count as int) as review_count,
        totals.latest_review_score,
        cast(coalesce(totals.items_brl, 0) as decimal(18, 2)) as items_brl,
        cast(coalesce(totals.freight_brl, 0) as decimal(18, 2)) as freight_brl,
        cast(coalesce(totals.paid_brl, 0) as decimal(18, 2)) as paid_brl,
        totals.average_review_score,
        totals.last_shipping_limit_at
    from totals
    left join several on totals.order_id = several.order_id
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
