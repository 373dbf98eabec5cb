{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='order_id',
    pre_hook="{{ delete_vanished('int_orders', ['order_id']) }}",
) }}

-- Grain: one row per order (accumulating snapshot): its milestones, the days between them and against the promise,
-- and what was ordered, paid and said about it.
with

order_customers as (
    select * from {{ ref('int_customers') }}
),

touched_orders as (
    {{ touched_keys('int_orders__records', 'order_id') }}
    union
    {{ touched_keys('int_order_totals', 'order_id') }}
),

touched_persons as (
    {{ touched_keys('dim_customers', 'customer_unique_id') }}
    union
    {{ touched_keys('int_customers__records', 'customer_unique_id') }}
    union
    select customers.customer_unique_id
    from {{ ref('int_customers__records') }} as customers
    inner join {{ ref('int_orders__records') }} as records on customers.customer_id = records.customer_id
    where records.order_id in (select touched_orders.order_id from touched_orders)
),

-- A person's orders are numbered, so one touched order touches them all.
touched as (
    select order_id from touched_orders
    union
    select records.order_id
    from {{ ref('int_orders__records') }} as records
    inner join {{ ref('int_customers__records') }} as customers on records.customer_id = customers.customer_id
    where customers.customer_unique_id in (select touched_persons.customer_unique_id from touched_persons)
),

orders as (
    select *
    from {{ ref('int_orders') }}
    {{ only_touched('order_id') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

locations as (
    select * from {{ ref('dim_locations') }}
),

order_statuses as (
    select * from {{ ref('seed_order_statuses') }}
),

totals as (
    select * from {{ ref('int_order_totals') }}
),

ranked as (
    select
        orders.*,
        order_customers.customer_unique_id,
        order_customers.zip_code_prefix,
        case
            when order_customers.customer_unique_id is not null then row_number() over (
                partition by order_customers.customer_unique_id order by orders.purchased_at, orders.order_id
            )
        end as customer_order_number
    from orders
    left join order_customers on orders.customer_id = order_customers.customer_id
),

final as (
    select
        {{ surrogate_key(['ranked.order_id']) }} as order_key,
        coalesce(customers.customer_key, {{ unknown_key() }}) as customer_key,
        coalesce(locations.location_key, {{ unknown_key() }}) as customer_location_key,
        cast({{ date_key('ranked.purchased_at') }} as int) as purchase_date_key,
        cast({{ date_key('ranked.approved_at') }} as int) as approval_date_key,
        cast({{ date_key('ranked.shipped_at') }} as int) as shipping_date_key,
        cast({{ date_key('ranked.delivered_at') }} as int) as delivery_date_key,
        cast({{ date_key('ranked.estimated_delivery_at') }} as int) as estimated_delivery_date_key,
        ranked.order_id,
        ranked.customer_unique_id,
        ranked.order_status,
        cast(ranked.customer_order_number as int) as customer_order_number,
        coalesce(totals.item_count, 0) as item_count,
        coalesce(totals.product_count, 0) as product_count,
        coalesce(totals.seller_count, 0) as seller_count,
        coalesce(totals.payment_count, 0) as payment_count,
        totals.max_installment_count,
        coalesce(totals.review_count, 0) as review_count,
        totals.latest_review_score,
        totals.average_review_score,
        cast(coalesce(totals.items_brl, 0) as decimal(18, 2)) as items_brl,
        cast(coalesce(totals.freight_brl, 0) as decimal(18, 2)) as freight_brl,
        cast(coalesce(totals.items_brl + totals.freight_brl, 0) as decimal(18, 2)) as order_total_brl,
        cast(coalesce(totals.paid_brl, 0) as decimal(18, 2)) as paid_brl,
        {{ days_after('ranked.purchased_at', 'ranked.approved_at') }} as approval_days,
        -- A stage that would end before it began has no length: the source's times contradict each other.
        case
            when ranked.shipped_at >= ranked.approved_at
                then {{ days_after('ranked.approved_at', 'ranked.shipped_at') }}
        end as handling_days,
        case
            when ranked.delivered_at >= ranked.shipped_at
                then {{ days_after('ranked.shipped_at', 'ranked.delivered_at') }}
        end as transit_days,
        {{ days_after('ranked.purchased_at', 'ranked.delivered_at') }} as delivery_days,
        {{ days_between('ranked.purchased_at', 'ranked.delivered_at') }} as delivery_calendar_days,
        {{ days_between('ranked.purchased_at', 'ranked.estimated_delivery_at') }} as promised_calendar_days,
        {{ days_between('ranked.estimated_delivery_at', 'ranked.delivered_at') }} as delay_calendar_days,
        ranked.order_status = 'delivered' as is_delivered,
        ranked.order_status = 'canceled' as is_canceled,
        coalesce(order_statuses.counts_as_sale, false) as counts_as_sale,
        coalesce(totals.item_count, 0) > 0 as has_items,
        ranked.delivered_at > ranked.estimated_delivery_at as is_late_by_timestamp,
        cast(ranked.delivered_at as date) > cast(ranked.estimated_delivery_at as date) as is_late_by_day,
        ranked.shipped_at > totals.last_shipping_limit_at as is_shipped_late,
        ranked._warnings is null as is_consistent,
        ranked._warnings as inconsistencies,
        ranked.purchased_at,
        ranked.approved_at,
        ranked.shipped_at,
        ranked.delivered_at,
        cast(ranked.estimated_delivery_at as date) as estimated_delivery_date
    from ranked
    left join order_statuses on ranked.order_status = order_statuses.order_status
    left join customers
        on ranked.customer_unique_id = customers.customer_unique_id
        and {{ valid_at('customers', 'ranked.purchased_at') }}
    left join locations on ranked.zip_code_prefix = locations.zip_code_prefix
    left join totals on ranked.order_id = totals.order_id
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
