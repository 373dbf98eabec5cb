{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='order_id',
    pre_hook="{{ delete_vanished('int_order_reviews', ['review_id', 'order_id']) }}",
) }}

-- Grain: one row per review and order (transaction fact). One survey may cover several orders of a split basket:
-- `survey_weight` counts it once.
with

touched as (
    {{ touched_keys('fct_orders', 'order_id') }}
    union
    -- One survey may cover several orders: they count each other.
    select order_id
    from {{ ref('int_order_reviews__records') }}
    where review_id in ({{ touched_keys('int_order_reviews__records', 'review_id') }})
),

-- What a touched order's reviews are compared with: the other reviews of the order, the other orders of the survey.
touched_surveys as (
    select review_id
    from {{ ref('int_order_reviews') }}
    {{ only_touched('order_id') }}
),

reviews as (
    select
        *,
        count(*) over (partition by review_id) as survey_order_count,
        row_number() over (
            partition by order_id order by answered_at desc nulls last, review_id desc
        ) = 1 as is_latest_of_order
    from {{ ref('int_order_reviews') }}
    {{ only_touched('review_id', among='touched_surveys') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

final as (
    select
        {{ surrogate_key(['reviews.review_id', 'reviews.order_id']) }} as order_review_key,
        orders.order_key,
        orders.customer_key,
        orders.purchase_date_key,
        cast({{ date_key('reviews.survey_sent_date') }} as int) as survey_date_key,
        cast({{ date_key('reviews.answered_at') }} as int) as answer_date_key,
        reviews.review_id,
        reviews.order_id,
        reviews.comment_title,
        reviews.comment_message,
        reviews.review_score,
        cast(length(reviews.comment_message) as int) as comment_length,
        cast(reviews.survey_order_count as int) as survey_order_count,
        cast(1 as double) / reviews.survey_order_count as survey_weight,
        {{ days_after('cast(reviews.survey_sent_date as timestamp)', 'reviews.answered_at') }} as answer_days,
        reviews.comment_title is not null as has_title,
        reviews.comment_message is not null as has_comment,
        reviews.is_latest_of_order,
        coalesce(reviews.survey_sent_date < cast(orders.delivered_at as date), true) as is_sent_before_delivery,
        reviews.survey_sent_date,
        reviews.answered_at
    from reviews
    inner join orders on reviews.order_id = orders.order_id
    {{ only_touched('reviews.order_id', 'order_id') }}
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
