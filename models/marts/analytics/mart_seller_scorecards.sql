-- Grain: one row per seller (its latest version), with or without sales. A seller is judged by its
-- own part of an order: its items, its shipping limit; delivery and review are the whole order's.
with

sellers as (
    select * from {{ ref('dim_sellers') }}
),

items as (
    select * from {{ ref('obt_order_items') }} where seller_id is not null
),

judged as (
    select
        seller_id,
        counts_as_sale,
        order_review_score as latest_review_score,
        count(*) as item_count,
        sum(price_brl) as items_brl,
        sum(freight_brl) as freight_brl,
        shipped_at > max(shipping_limit_at) as is_shipped_late,
        case when is_delivered then is_late_by_day end as is_late_by_day,
        cast(purchased_at as date) as purchase_date
    from items
    group by
        seller_id, order_id, counts_as_sale, order_review_score, shipped_at, is_delivered, is_late_by_day, purchased_at
),

totals as (
    select
        seller_id,
        count(*) as all_order_count,
        count(case when counts_as_sale then 1 end) as order_count,
        count(case when not counts_as_sale then 1 end) as canceled_order_count,
        count(is_shipped_late) as shipped_order_count,
        count(case when is_shipped_late then 1 end) as late_shipment_count,
        count(is_late_by_day) as delivered_order_count,
        count(case when is_late_by_day then 1 end) as late_delivery_count,
        count(latest_review_score) as reviewed_order_count,
        sum(case when counts_as_sale then item_count end) as item_count,
        sum(case when counts_as_sale then items_brl end) as items_brl,
        sum(case when counts_as_sale then freight_brl end) as freight_brl,
        avg(cast(latest_review_score as double)) as average_review_score,
        min(case when counts_as_sale then purchase_date end) as first_sale_date,
        max(case when counts_as_sale then purchase_date end) as last_sale_date
    from judged
    group by seller_id
),

latest_sellers as (
    select *
    from sellers
    where seller_id is not null
    qualify row_number() over (
        partition by seller_id order by version_number desc nulls last
    ) = 1
),

ranked as (
    select
        latest_sellers.*,
        {%- for column in ['all_order_count', 'order_count', 'canceled_order_count',
            'shipped_order_count', 'late_shipment_count', 'delivered_order_count',
            'late_delivery_count', 'reviewed_order_count', 'item_count'] %}
        cast(coalesce(totals.{{ column }}, 0) as bigint) as {{ column }},
        {%- endfor %}
        cast(coalesce(totals.items_brl, 0) as decimal(18, 2)) as items_brl,
        cast(coalesce(totals.freight_brl, 0) as decimal(18, 2)) as freight_brl,
        totals.average_review_score,
        totals.first_sale_date,
        totals.last_sale_date,
        row_number() over (
            order by coalesce(totals.items_brl, 0) desc nulls last, latest_sellers.seller_id
        ) as sales_rank,
        sum(coalesce(totals.items_brl, 0)) over (
            order by coalesce(totals.items_brl, 0) desc nulls last, latest_sellers.seller_id
            rows between unbounded preceding and current row
        ) as cumulative_items_brl,
        sum(coalesce(totals.items_brl, 0)) over () as all_items_brl
    from latest_sellers
    left join totals on latest_sellers.seller_id = totals.seller_id
),

shared as (
    select
        *,
        cast(items_brl as double) / nullif(cast(all_items_brl as double), 0) as items_brl_share,
        cast(cumulative_items_brl as double) / nullif(cast(all_items_brl as double), 0)
            as cumulative_items_brl_share,
        cast(cumulative_items_brl - items_brl as double) / nullif(cast(all_items_brl as double), 0)
            as better_sellers_share
    from ranked
),

final as (
    select
        seller_key,
        seller_id,
        state_code,
        case
            when order_count = 0 then 'no sales'
            when better_sellers_share < 0.8 then 'A'
            when better_sellers_share < 0.95 then 'B'
            else 'C'
        end as abc_class,
        cast(sales_rank as int) as sales_rank,
        all_order_count,
        order_count,
        canceled_order_count,
        delivered_order_count,
        reviewed_order_count,
        item_count,
        items_brl,
        freight_brl,
        cast(items_brl as double) / nullif(cast(order_count as double), 0)
            as average_ticket_items_brl,
        items_brl_share,
        cumulative_items_brl_share,
        cast(late_shipment_count as double) / nullif(cast(shipped_order_count as double), 0)
            as late_shipment_share,
        cast(late_delivery_count as double) / nullif(cast(delivered_order_count as double), 0)
            as late_delivery_share,
        cast(canceled_order_count as double) / nullif(cast(all_order_count as double), 0)
            as cancel_share,
        cast(average_review_score as double) as average_review_score,
        is_current,
        first_sale_date,
        last_sale_date
    from shared
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
