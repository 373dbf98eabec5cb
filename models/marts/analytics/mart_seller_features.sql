-- Grain: one row per seller and month from its first sale on, to the month after the data's last purchase.
-- Feature table: a row holds what was known when its day, the first of the month, began. An order is known from its
-- purchase, shipment and delivery from their time, a review from its answer. A cancellation has no time: not used.
with

orders as (
    select * from {{ ref('fct_orders') }} where purchased_at is not null
),

seller_orders as (
    select
        sellers.seller_id,
        items.order_key,
        count(*) as item_count,
        sum(items.price_brl) as items_brl,
        sum(items.freight_brl) as freight_brl,
        max(items.shipping_limit_at) as shipping_limit_at
    from {{ ref('fct_order_items') }} as items
    inner join {{ ref('dim_sellers') }} as sellers on items.seller_key = sellers.seller_key
    where sellers.seller_id is not null
    group by sellers.seller_id, items.order_key
),

sales as (
    select
        seller_orders.*,
        orders.purchased_at,
        orders.shipped_at,
        orders.delivered_at,
        orders.handling_days,
        orders.delivery_days,
        orders.is_late_by_day
    from seller_orders
    inner join orders on seller_orders.order_key = orders.order_key
),

reviews as (
    select
        sales.seller_id,
        reviews.review_score,
        reviews.answered_at,
        sales.purchased_at
    from {{ ref('fct_order_reviews') }} as reviews
    inner join sales on reviews.order_key = sales.order_key
),

past_months as (
    select distinct month_start_date as as_of_date
    from {{ ref('dim_dates') }}
    where date_key > 0 and month_start_date <= (select max(orders.purchased_at) + interval 1 month from orders)
),

known as (
    select
        sales.*,
        past_months.as_of_date,
        {{ days_between('sales.purchased_at', 'past_months.as_of_date') }} <= 90 as is_recent,
        coalesce(sales.shipped_at < past_months.as_of_date, false) as is_shipped,
        coalesce(sales.delivered_at < past_months.as_of_date, false) as is_delivered
    from sales
    inner join past_months on sales.purchased_at < past_months.as_of_date
),

sold as (
    select
        seller_id,
        as_of_date,
        count(*) as order_count,
        count(case when is_recent then 1 end) as recent_order_count,
        sum(item_count) as item_count,
        count(case when is_shipped then 1 end) as shipped_order_count,
        count(case when is_shipped and shipped_at > shipping_limit_at then 1 end) as late_shipment_count,
        count(case when is_delivered then 1 end) as delivered_order_count,
        count(case when is_delivered and is_late_by_day then 1 end) as late_order_count,
        sum(items_brl) as items_brl,
        sum(case when is_recent then items_brl else 0 end) as recent_items_brl,
        sum(freight_brl) as freight_brl,
        {{ exact_average('case when is_shipped then handling_days end') }} as average_handling_days,
        {{ exact_average('case when is_delivered then delivery_days end') }} as average_delivery_days,
        min(cast(purchased_at as date)) as first_sale_date,
        max(cast(purchased_at as date)) as last_sale_date
    from known
    group by seller_id, as_of_date
),

reviewed as (
    select
        reviews.seller_id,
        past_months.as_of_date,
        count(*) as review_count,
        avg(cast(reviews.review_score as double)) as average_review_score
    from reviews
    -- Some are answered before the purchase that they are about, which nobody knew of yet.
    inner join past_months
        on reviews.answered_at < past_months.as_of_date
        and reviews.purchased_at < past_months.as_of_date
    group by reviews.seller_id, past_months.as_of_date
),

final as (
    select
        {{ surrogate_key(['sold.seller_id', 'sold.as_of_date']) }} as seller_feature_key,
        sold.seller_id,
        {%- for column in ['order_count', 'recent_order_count', 'item_count', 'shipped_order_count',
            'late_shipment_count', 'delivered_order_count'] %}
        cast(sold.{{ column }} as int) as {{ column }},
        {%- endfor %}
        cast(sold.order_count - sold.delivered_order_count as int) as undelivered_order_count,
        cast(sold.late_order_count as int) as late_order_count,
        cast(coalesce(reviewed.review_count, 0) as int) as review_count,
        cast(reviewed.average_review_score as double) as average_review_score,
        cast(sold.items_brl as decimal(18, 2)) as items_brl,
        cast(sold.recent_items_brl as decimal(18, 2)) as recent_items_brl,
        cast(sold.freight_brl as decimal(18, 2)) as freight_brl,
        sold.average_handling_days,
        sold.average_delivery_days,
        {{ days_between('sold.first_sale_date', 'sold.as_of_date') }} as days_since_first_sale,
        {{ days_between('sold.last_sale_date', 'sold.as_of_date') }} as days_since_last_sale,
        sold.as_of_date
    from sold
    left join reviewed on sold.seller_id = reviewed.seller_id and sold.as_of_date = reviewed.as_of_date
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
