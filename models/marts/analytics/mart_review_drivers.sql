-- Grain: one row per driver (something about an order that may move its review score) and bucket of
-- it. Long form: every driver sorts the same reviews once, so never add up over drivers.
{% set drivers = {
    'delivery delay': [
        ['not delivered', 'delay_calendar_days is null'],
        ['15 or more days early', 'delay_calendar_days <= -15'],
        ['8 to 14 days early', 'delay_calendar_days <= -8'],
        ['1 to 7 days early', 'delay_calendar_days <= -1'],
        ['on the promised day', 'delay_calendar_days = 0'],
        ['1 to 3 days late', 'delay_calendar_days <= 3'],
        ['4 to 7 days late', 'delay_calendar_days <= 7'],
        ['8 or more days late', 'true'],
    ],
    'delivery days': [
        ['not delivered', 'delivery_days is null'],
        ['up to 7 days', 'delivery_days <= 7'],
        ['over 7 to 14 days', 'delivery_days <= 14'],
        ['over 14 to 21 days', 'delivery_days <= 21'],
        ['over 21 to 30 days', 'delivery_days <= 30'],
        ['over 30 days', 'true'],
    ],
    'distance': [
        ['unknown', 'distance_km is null'],
        ['under 100 km', 'distance_km < 100'],
        ['100 to 499 km', 'distance_km < 500'],
        ['500 to 999 km', 'distance_km < 1000'],
        ['1000 to 1999 km', 'distance_km < 2000'],
        ['2000 km and more', 'true'],
    ],
    'freight share': [
        ['no items', 'freight_share is null'],
        ['under 10 %', 'freight_share < 0.1'],
        ['10 to 19 %', 'freight_share < 0.2'],
        ['20 to 29 %', 'freight_share < 0.3'],
        ['30 to 49 %', 'freight_share < 0.5'],
        ['50 % and more', 'true'],
    ],
    'order value': [
        ['no items', 'item_count = 0'],
        ['under 50 BRL', 'order_total_brl < 50'],
        ['50 to 99 BRL', 'order_total_brl < 100'],
        ['100 to 199 BRL', 'order_total_brl < 200'],
        ['200 to 499 BRL', 'order_total_brl < 500'],
        ['500 BRL and more', 'true'],
    ],
    'items in the order': [
        ['no items', 'item_count = 0'],
        ['1 item', 'item_count = 1'],
        ['2 items', 'item_count = 2'],
        ['3 items and more', 'true'],
    ],
    'sellers in the order': [
        ['no items', 'seller_count = 0'],
        ['1 seller', 'seller_count = 1'],
        ['2 sellers', 'seller_count = 2'],
        ['3 sellers and more', 'true'],
    ],
    'customer': [
        ['unknown', 'customer_order_number is null'],
        ['first order', 'customer_order_number = 1'],
        ['later order', 'true'],
    ],
} %}

with

reviews as (
    select * from {{ ref('fct_order_reviews') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

-- Most orders have one item; only the others are grouped.
order_contents as (
    select
        order_id,
        distance_km,
        category_group
    from {{ ref('obt_order_items') }}
    where order_item_count = 1

    union all

    select
        order_id,
        max(distance_km) as distance_km,
        case when min(category_group) = max(category_group) then min(category_group) else 'several groups' end
            as category_group
    from {{ ref('obt_order_items') }}
    where order_item_count > 1
    group by order_id
),

reviewed as (
    select
        reviews.review_score,
        orders.item_count,
        orders.seller_count,
        orders.customer_order_number,
        orders.order_total_brl,
        orders.delivery_days,
        orders.delay_calendar_days,
        order_contents.distance_km,
        cast(orders.freight_brl as double) / nullif(cast(orders.order_total_brl as double), 0)
            as freight_share,
        coalesce(order_contents.category_group, 'no items') as category_group
    from reviews
    inner join orders on reviews.order_key = orders.order_key
    left join order_contents on reviews.order_id = order_contents.order_id
),

-- Counted once by all drivers together: what is sorted into buckets below are some thousand kinds of reviews.
kinds as (
    select
        category_group,
        review_score,
        {%- for buckets in drivers.values() %}
        case
            {%- for name, condition in buckets %}
            when {{ condition }} then {{ loop.index }}
            {%- endfor %}
        end as bucket_{{ loop.index }},
        {%- endfor %}
        count(*) as review_count
    from reviewed
    group by all
),

bucketed as (
    {%- for driver, buckets in drivers.items() %}
    {%- set bucket = 'bucket_' ~ loop.index %}
    select
        '{{ driver }}' as driver_name,
        {{ bucket }} as bucket_number,
        case {{ bucket }}
            {%- for name, condition in buckets %}
            when {{ loop.index }} then '{{ name }}'
            {%- endfor %}
        end as bucket_name,
        review_score,
        review_count
    from kinds

    union all
    {% endfor %}
    select
        'category group' as driver_name,
        dense_rank() over (order by category_group nulls last) as bucket_number,
        category_group as bucket_name,
        review_score,
        review_count
    from kinds
),

scored as (
    select
        driver_name,
        bucket_number,
        bucket_name,
        sum(review_count) as review_count,
        sum(case when review_score <= 2 then review_count else 0 end) as low_review_count,
        sum(case when review_score = 5 then review_count else 0 end) as top_review_count,
        cast(sum(review_score * review_count) as double)
        / sum(case when review_score is not null then review_count end) as average_review_score,
        cast(sum(review_score * review_score * review_count) as double)
        / sum(case when review_score is not null then review_count end) as average_square
    from bucketed
    group by driver_name, bucket_number, bucket_name
),

final as (
    select
        {{ surrogate_key(['driver_name', 'bucket_name']) }} as review_driver_key,
        driver_name,
        bucket_name,
        cast(bucket_number as int) as bucket_number,
        cast(review_count as bigint) as review_count,
        cast(low_review_count as bigint) as low_review_count,
        cast(top_review_count as bigint) as top_review_count,
        cast(average_review_score as double) as average_review_score,
        -- From sums of whole numbers, so that every engine and run gives the same last digit.
        sqrt(greatest(average_square - pow(average_review_score, 2), cast(0 as double)))
            as review_score_deviation,
        cast(review_count as double)
        / nullif(cast(sum(review_count) over (partition by driver_name) as double), 0)
            as review_share,
        cast(low_review_count as double) / nullif(cast(review_count as double), 0)
            as low_review_share,
        cast(top_review_count as double) / nullif(cast(review_count as double), 0)
            as top_review_share
    from scored
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
