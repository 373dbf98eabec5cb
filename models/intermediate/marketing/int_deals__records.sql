-- Grain: one row per landed deal record, typed and judged; `int_deals` holds the current ones.
{% set key = ['lead_id'] %}
{% set columns = {
    'lead_id': ['mql_id', 'string'],
    'seller_id': ['seller_id', 'string'],
    'sales_development_representative_id': ['sdr_id', 'string'],
    'sales_representative_id': ['sr_id', 'string'],
    'won_at': ['won_date', 'timestamp'],
    'business_segment': ['business_segment', 'string'],
    'lead_type': ['lead_type', 'string'],
    'lead_behaviour_profile': ['lead_behaviour_profile', 'string'],
    'has_company': ['has_company', 'boolean'],
    'has_gtin': ['has_gtin', 'boolean'],
    'average_stock': ['average_stock', 'string'],
    'business_type': ['business_type', 'string'],
    'declared_catalog_size': ['declared_product_catalog_size', 'double'],
    'declared_monthly_revenue_brl': ['declared_monthly_revenue', 'decimal(12,2)'],
} %}

with

records as (
    {{ new_records('stg_marketing__closed_deals', columns) }}
),

leads as (
    select * from {{ ref('int_leads') }}
),

sellers as (
    select * from {{ ref('int_sellers') }}
),

typed as (
    select
        {{ read_columns(columns) }}
    from records
),

touched as (
    {{ touched_records('typed', columns, key, parents={
        'int_leads__records': 'lead_id',
        'int_sellers__records': 'seller_id',
    }) }}
),

checked as (
    select
        touched.*,
        leads.lead_id is not null as has_lead,
        sellers.seller_id is not null as has_seller,
        coalesce(cast(touched.won_at as date) >= leads.first_contact_date, true) as is_won_after_contact
    from touched
    left join leads on touched.lead_id = leads.lead_id
    left join sellers on touched.seller_id = sellers.seller_id
),

{{ judge('checked', key) }}
