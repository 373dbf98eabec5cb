-- Grain: one row per landed order review record, typed and judged; `int_order_reviews` holds the current ones.
{% set key = ['review_id', 'order_id'] %}
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
    {{ new_records('stg_marketplace__order_reviews', columns) }}
),

orders as (
    select * from {{ ref('int_orders') }}
),

typed as (
    select
        {{ read_columns(columns) }}
    from records
),

touched as (
    {{ touched_records('typed', columns, key, parents={
        'int_orders__records': 'order_id',
    }) }}
),

checked as (
    select
        touched.*,
        orders.order_id is not null as has_order,
        coalesce(touched.survey_sent_date >= cast(orders.purchased_at as date), true) as is_survey_after_purchase
    from touched
    left join orders on touched.order_id = orders.order_id
),

{{ judge('checked', key) }}
