-- Grain: one row per landed review of an order record, typed and judged; `int_order_reviews` holds the current ones.
{% set columns = {
    'review_id': ['review_id', 'string'],
    'order_id': ['order_id', 'string'],
    'review_score': ['review_score', 'int'],
    'comment_title': ['review_comment_title', 'string'],
    'comment_message': ['review_comment_message', 'string'],
    'survey_sent_date': ['review_creation_date', 'date'],
    'answered_at': ['review_answer_timestamp', 'timestamp'],
} %}

with

records as (
    {{ landed_records('stg_marketplace__order_reviews') }}
),

orders as (
    select * from {{ ref('int_orders') }}
),

typed as (
    select
        orders.order_id is not null as has_order,
        orders.purchased_at as order_purchased_at,
        {{ read_columns(columns) }}
    from records
    left join orders on nullif(trim(records.order_id), '') = orders.order_id
),

{{ judge('typed', key=['review_id', 'order_id']) }}
