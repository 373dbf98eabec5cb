-- Grain: one row per landed point of a postcode prefix record, typed and judged;
-- `int_location_points` holds the current ones.
{% set key = ['_record_hash'] %}
{% set columns = {
    'zip_code_prefix': ['geolocation_zip_code_prefix', 'string'],
    'latitude': ['geolocation_lat', 'double'],
    'longitude': ['geolocation_lng', 'double'],
    'city': 'coalesce(city_corrections.city, ' ~ normalized_name('records.geolocation_city') ~ ')',
    'state_code': 'upper(' ~ trimmed('records.geolocation_state') ~ ')',
} %}

with

records as (
    {{ new_records('stg_marketplace__geolocation', columns) }}
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
    left join city_corrections on {{ normalized_name('records.geolocation_city') }} = city_corrections.raw_city
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
