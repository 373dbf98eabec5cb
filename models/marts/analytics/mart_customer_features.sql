-- Grain: one row per person and month from the first order on, to the month after the data's last purchase.
-- Feature table: a row holds what was known when its day, the first of the month, began. An order is known from its
-- purchase, a delivery from its arrival, a review from its answer. A cancellation has no time and is not used.
with

orders as (
    select *
    from {{ ref('fct_orders') }}
    where customer_unique_id is not null and purchased_at is not null
),

reviews as (
    select
        reviews.*,
        orders.customer_unique_id,
        orders.purchased_at
    from {{ ref('fct_order_reviews') }} as reviews
    inner join orders on reviews.order_key = orders.order_key
),

past_months as (
    select distinct month_start_date as as_of_date
    from {{ ref('dim_dates') }}
    where date_key > 0 and month_start_date <= (select max(orders.purchased_at) + interval 1 month from orders)
),

ordered as (
    select
        orders.customer_unique_id,
        past_months.as_of_date,
        count(*) as order_count,
        count(case when {{ days_between('orders.purchased_at', 'past_months.as_of_date') }} <= 90 then 1 end)
            as recent_order_count,
        sum(orders.item_count) as item_count,
        max(orders.max_installment_count) as max_installment_count,
        count(case when orders.delivered_at < past_months.as_of_date then 1 end) as delivered_order_count,
        count(case when orders.delivered_at < past_months.as_of_date and orders.is_late_by_day then 1 end)
            as late_order_count,
        sum(orders.items_brl) as items_brl,
        sum(orders.freight_brl) as freight_brl,
        {{ exact_average('case when orders.delivered_at < past_months.as_of_date then orders.delivery_days end') }}
            as average_delivery_days,
        min(cast(orders.purchased_at as date)) as first_purchase_date,
        max(cast(orders.purchased_at as date)) as last_purchase_date
    from orders
    inner join past_months on orders.purchased_at < past_months.as_of_date
    group by orders.customer_unique_id, past_months.as_of_date
),

reviewed as (
    select
        reviews.customer_unique_id,
        past_months.as_of_date,
        count(*) as review_count,
        min(reviews.review_score) as lowest_review_score,
        avg(cast(reviews.review_score as double)) as average_review_score
    from reviews
    -- Some are answered before the purchase that they are about, which nobody knew of yet.
    inner join past_months
        on reviews.answered_at < past_months.as_of_date
        and reviews.purchased_at < past_months.as_of_date
    group by reviews.customer_unique_id, past_months.as_of_date
),

final as (
    select
        {{ surrogate_key(['ordered.customer_unique_id', 'ordered.as_of_date']) }} as customer_feature_key,
        ordered.customer_unique_id,
        cast(ordered.order_count as int) as order_count,
        cast(ordered.recent_order_count as int) as recent_order_count,
        cast(ordered.item_count as int) as item_count,
        cast(ordered.max_installment_count as int) as max_installment_count,
        cast(ordered.delivered_order_count as int) as delivered_order_count,
        cast(ordered.order_count - ordered.delivered_order_count as int) as undelivered_order_count,
        cast(ordered.late_order_count as int) as late_order_count,
        cast(coalesce(reviewed.review_count, 0) as int) as review_count,
        cast(reviewed.lowest_review_score as int) as lowest_review_score,
        cast(reviewed.average_review_score as double) as average_review_score,
        cast(ordered.items_brl as decimal(18, 2)) as items_brl,
        cast(ordered.freight_brl as decimal(18, 2)) as freight_brl,
        ordered.average_delivery_days,
        {{ days_between('ordered.first_purchase_date', 'ordered.as_of_date') }} as days_since_first_purchase,
        {{ days_between('ordered.last_purchase_date', 'ordered.as_of_date') }} as days_since_last_purchase,
        ordered.as_of_date
    from ordered
    left join reviewed
        on ordered.customer_unique_id = reviewed.customer_unique_id
        and ordered.as_of_date = reviewed.as_of_date
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
