-- Grain: one row per landed deal: a lead that was won record, typed and judged; `int_deals` holds the current ones.
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
    {{ landed_records('stg_marketing__closed_deals') }}
),

leads as (
    select * from {{ ref('int_leads') }}
),

sellers as (
    select * from {{ ref('int_sellers') }}
),

typed as (
    select
        leads.lead_id is not null as has_lead,
        leads.first_contact_date,
        sellers.seller_id is not null as has_seller,
        {{ read_columns(columns) }}
    from records
    left join leads on nullif(trim(records.mql_id), '') = leads.lead_id
    left join sellers on nullif(trim(records.seller_id), '') = sellers.seller_id
),

{{ judge('typed', key=['lead_id']) }}
