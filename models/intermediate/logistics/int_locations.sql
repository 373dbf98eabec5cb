{{ config(materialized='table') }}

-- Grain: one row per postcode prefix seen anywhere: in the geolocation, a customer's or a seller's address.
-- The centre is the median of the points inside Brazil, which a few wild points cannot move; a prefix without
-- points takes the centre of its city, else of its state, and says so in `coordinate_source`.
with

points as (
    select * from {{ ref('int_location_points') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

sellers as (
    select * from {{ ref('int_sellers') }}
),

states as (
    select * from {{ ref('seed_states') }}
),

-- What each source calls the place, and how often: the geolocation's word counts before anybody else's.
names as (
    select
        zip_code_prefix,
        city,
        state_code,
        1 as source_rank,
        count(*) as mention_count
    from points
    group by all
    union all
    select
        zip_code_prefix,
        city,
        state_code,
        2 as source_rank,
        count(*) as mention_count
    from customers
    where zip_code_prefix is not null and has_known_state
    group by all
    union all
    select
        zip_code_prefix,
        city,
        state_code,
        3 as source_rank,
        count(*) as mention_count
    from sellers
    where zip_code_prefix is not null and has_known_state
    group by all
),

places as (
    select
        zip_code_prefix,
        city,
        state_code,
        source_rank
    from names
    qualify row_number() over (
        partition by zip_code_prefix order by source_rank, mention_count desc, state_code, city nulls last
    ) = 1
),

centres as (
    select
        zip_code_prefix,
        median(latitude) as latitude,
        median(longitude) as longitude,
        count(*) as point_count,
        count(distinct state_code) as state_count
    from points
    group by zip_code_prefix
),

city_centres as (
    select
        places.city,
        places.state_code,
        median(centres.latitude) as latitude,
        median(centres.longitude) as longitude
    from places
    inner join centres on places.zip_code_prefix = centres.zip_code_prefix
    group by places.city, places.state_code
),

final as (
    select
        places.zip_code_prefix,
        places.city,
        places.state_code,
        states.state_name,
        states.region_name,
        coalesce(centres.latitude, city_centres.latitude, states.centroid_latitude) as latitude,
        coalesce(centres.longitude, city_centres.longitude, states.centroid_longitude) as longitude,
        case
            when centres.latitude is not null then 'postcode'
            when city_centres.latitude is not null then 'city'
            else 'state'
        end as coordinate_source,
        cast(coalesce(centres.point_count, 0) as bigint) as point_count,
        coalesce(centres.state_count > 1, false) as is_in_several_states
    from places
    left join states on places.state_code = states.state_code
    left join centres on places.zip_code_prefix = centres.zip_code_prefix
    left join city_centres
        on places.city = city_centres.city
        and places.state_code = city_centres.state_code
)

{{ keep_stamps('final', 'zip_code_prefix') }}
