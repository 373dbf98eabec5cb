-- Grain: one row per landed seller record, typed and judged; `int_sellers` holds the current ones.
{% set key = ['seller_id'] %}
{% set columns = {
    'seller_id': ['seller_id', 'string'],
    'zip_code_prefix': ['seller_zip_code_prefix', 'string'],
    'raw_city': ['seller_city', 'string'],
    'city': 'coalesce(city_corrections.city, ' ~ normalized_name('records.seller_city') ~ ')',
    'state_code': 'upper(' ~ trimmed('records.seller_state') ~ ')',
} %}

with

records as (
    {{ new_records('stg_marketplace__sellers', columns) }}
),

states as (
    select * from {{ ref('seed_states') }}
),

city_corrections as (
    select * from {{ ref('seed_city_corrections') }}
),

typed as (
    select
        {{ read_columns(columns) }}
    from records
    left join city_corrections on {{ normalized_name('records.seller_city') }} = city_corrections.raw_city
),

touched as (
    {{ touched_records('typed', columns, key) }}
),

checked as (
    select
        touched.*,
        states.state_code is not null as has_known_state
    from touched
    left join states on touched.state_code = states.state_code
),

{{ judge('checked', key) }}
