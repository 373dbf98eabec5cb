-- Grain: one row per landed seller record, typed and judged; `int_sellers` holds the current ones.
{% set columns = {
    'seller_id': ['seller_id', 'string'],
    'zip_code_prefix': ['seller_zip_code_prefix', 'string'],
    'raw_city': ['seller_city', 'string'],
} %}

with

records as (
    {{ landed_records('stg_marketplace__sellers') }}
),

states as (
    select * from {{ ref('seed_states') }}
),

city_corrections as (
    select * from {{ ref('seed_city_corrections') }}
),

typed as (
    select
        coalesce(city_corrections.city, {{ normalized_name('records.seller_city') }}) as city,
        upper(trim(records.seller_state)) as state_code,
        states.state_code is not null as has_known_state,
        {{ read_columns(columns) }}
    from records
    left join states on upper(trim(records.seller_state)) = states.state_code
    left join city_corrections on {{ normalized_name('records.seller_city') }} = city_corrections.raw_city
),

{{ judge('typed', key=['seller_id']) }}
