-- Grain: one row per lead (accumulating snapshot of the funnel): first contact → deal won → first sale.
with

leads as (
    select * from {{ ref('int_leads') }}
),

deals as (
    select * from {{ ref('int_deals') }}
),

sellers as (
    select * from {{ ref('dim_sellers') }} where is_current
),

sales as (
    select
        sellers.seller_id,
        min(items.purchased_at) as first_sale_at,
        count(distinct items.order_id) as order_count,
        sum(items.price_brl) as items_brl
    from {{ ref('fct_order_items') }} as items
    inner join {{ ref('dim_sellers') }} as sellers on items.seller_key = sellers.seller_key
    where
        items.counts_as_sale
        and sellers.seller_id in (select deals.seller_id from deals)
    group by sellers.seller_id
),

final as (
    select
        {{ surrogate_key(['leads.lead_id']) }} as lead_key,
        coalesce(sellers.seller_key, {{ unknown_key() }}) as seller_key,
        cast({{ date_key('leads.first_contact_date') }} as int) as first_contact_date_key,
        cast({{ date_key('deals.won_at') }} as int) as won_date_key,
        cast({{ date_key('sales.first_sale_at') }} as int) as first_sale_date_key,
        leads.lead_id,
        deals.seller_id,
        leads.landing_page_id,
        leads.origin,
        deals.business_segment,
        deals.business_type,
        deals.lead_type,
        deals.lead_behaviour_profile,
        cast(coalesce(sales.order_count, 0) as int) as order_count,
        cast(coalesce(sales.items_brl, 0) as decimal(18, 2)) as items_brl,
        -- The source writes 0 where nothing was declared.
        nullif(deals.declared_monthly_revenue_brl, 0) as declared_monthly_revenue_brl,
        {{ days_between('leads.first_contact_date', 'deals.won_at') }} as days_to_win,
        {{ days_between('deals.won_at', 'sales.first_sale_at') }} as days_to_first_sale,
        deals.lead_id is not null as is_won,
        sales.seller_id is not null as is_selling,
        leads.first_contact_date,
        deals.won_at,
        sales.first_sale_at
    from leads
    left join deals on leads.lead_id = deals.lead_id
    left join sellers on deals.seller_id = sellers.seller_id
    left join sales on deals.seller_id = sales.seller_id
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
