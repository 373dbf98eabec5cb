-- Grain: one row per landed lead record, typed and judged; `int_leads` holds the current ones.
{% set columns = {
    'lead_id': ['mql_id', 'string'],
    'first_contact_date': ['first_contact_date', 'date'],
    'landing_page_id': ['landing_page_id', 'string'],
} %}

with

records as (
    {{ landed_records('stg_marketing__marketing_qualified_leads') }}
),

typed as (
    select
        coalesce(nullif(lower(trim(records.origin)), ''), 'unknown') as origin,
        {{ read_columns(columns) }}
    from records
),

{{ judge('typed', key=['lead_id']) }}
