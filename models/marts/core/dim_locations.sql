-- Grain: one row per postcode prefix, and the unknown place.
with

locations as (
    select * from {{ ref('int_locations') }}
),

final as (
    select
        {{ surrogate_key(['zip_code_prefix']) }} as location_key,
        zip_code_prefix,
        city,
        state_code,
        state_name,
        region_name,
        coordinate_source,
        latitude,
        longitude,
        point_count,
        is_in_several_states
    from locations

    union all

    select {{ unknown_key() }}, null, null, null, 'Unknown', 'Unknown', null, null, null, 0, false
)

{{ keep_stamps('final', 'location_key') }}
