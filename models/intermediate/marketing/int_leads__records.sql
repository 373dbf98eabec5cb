-- Grain: one row per landed lead record, typed and judged; `int_leads` holds the current ones.
{% set key = ['lead_id'] %}
{% set columns = {
    'lead_id': ['mql_id', 'string'],
    'first_contact_date': ['first_contact_date', 'date'],
    'landing_page_id': ['landing_page_id', 'string'],
    'origin': "coalesce(nullif(lower(" ~ trimmed('records.origin') ~ "), ''), 'unknown')",
} %}

with

records as (
    {{ new_records('stg_marketing__marketing_qualified_leads', columns) }}
),

typed as (
    select
        {{ read_columns(columns) }}
    from records
),

touched as (
    {{ touched_records('typed', columns, key) }}
),

{{ judge('touched', key) }}
