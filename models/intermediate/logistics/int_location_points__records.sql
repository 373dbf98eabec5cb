-- Grain: one row per landed point of a postcode prefix record, typed and judged; `int_location_points` holds the current ones.
{% set columns = {
    'zip_code_prefix': ['geolocation_zip_code_prefix', 'string'],
    'latitude': ['geolocation_lat', 'double'],
    'longitude': ['geolocation_lng', 'double'],
} %}

with

records as (
    {{ landed_records('stg_marketplace__geolocation') }}
),

states as (
    select * from {{ ref('seed_states') }}
),

city_corrections as (
    select * from {{ ref('seed_city_corrections') }}
),

typed as (
    select
        coalesce(city_corrections.city, {{ normalized_name('records.geolocation_city') }}) as city,
        upper(trim(records.geolocation_state)) as state_code,
        states.state_code is not null as has_known_state,
        {{ read_columns(columns) }}
    from records
    left join states on upper(trim(records.geolocation_state)) = states.state_code
    left join city_corrections on {{ normalized_name('records.geolocation_city') }} = city_corrections.raw_city
),

{{ judge('typed', key=['_record_hash']) }}
