{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='seller_id',
    pre_hook="{{ delete_vanished('int_sellers', ['seller_id']) }}",
) }}

-- Grain: one row per seller and version of the address (SCD type 2), and the unknown seller. The postcode decides
-- where a seller is, because what sellers type as city and state contradicts it now and then; what they typed is
-- kept as `declared_`.
with

touched as (
    {{ touched_keys('int_sellers__records', 'seller_id') }}
    union
    select seller_id
    from {{ ref('int_sellers__records') }}
    where zip_code_prefix in ({{ touched_keys('dim_locations', 'zip_code_prefix') }})
),

events as (
    select *
    from {{ ref('int_sellers__records') }}
    -- A withdrawn member leaves gold with its history.
    where seller_id in (select living.seller_id from {{ ref('int_sellers') }} as living)
    {{ only_touched('seller_id', keyword='and') }}
),

{{ versions('events', 'seller_id', ['zip_code_prefix', 'raw_city', 'state_code']) }},

states as (
    select * from {{ ref('seed_states') }}
),

locations as (
    select * from {{ ref('dim_locations') }}
),

located as (
    select
        versions.*,
        locations.location_key,
        coalesce(locations.city, versions.city) as located_city,
        coalesce(locations.state_code, versions.state_code) as located_state_code
    from versions
    left join locations on versions.zip_code_prefix = locations.zip_code_prefix
),

final as (
    select
        {{ surrogate_key(['located.seller_id', 'located.version_number']) }} as seller_key,
        coalesce(located.location_key, {{ unknown_key() }}) as location_key,
        located.seller_id,
        located.zip_code_prefix,
        located.located_city as city,
        located.located_state_code as state_code,
        states.state_name,
        states.region_name,
        located.raw_city as declared_city,
        located.state_code as declared_state_code,
        located.version_number,
        located.is_current,
        located.valid_from,
        located.valid_to
    from located
    left join states on located.located_state_code = states.state_code

    {%- if not is_incremental() %}

    union all

    select
        {{ unknown_key() }}, {{ unknown_key() }}, null, null, null, null, 'Unknown', 'Unknown', null, null, 1, true,
        cast('1900-01-01 00:00:00' as timestamp), null
    {%- endif %}
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
