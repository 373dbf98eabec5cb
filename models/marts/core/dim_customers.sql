{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='customer_unique_id',
    pre_hook="{{ delete_vanished('int_customers', ['customer_unique_id']) }}",
    row_filter=row_filter_by_region('region_name'),
    grants=grants_to_regional_teams(),
) }}

-- Grain: one row per person and version of the address (SCD type 2), and the unknown customer. A person is a
-- `customer_unique_id`; the source's `customer_id` changes with every order. Of several addresses in one delivery
-- the one of the latest order counts; where an order was shipped to is on the order.
with

touched as (
    {{ touched_keys('int_customers__records', 'customer_unique_id') }}
    union
    select customer_unique_id
    from {{ ref('int_customers__records') }}
    where customer_id in ({{ touched_keys('int_orders__records', 'customer_id') }})
),

customers as (
    select *
    from {{ ref('int_customers__records') }}
    {{ only_touched('customer_unique_id') }}
),

orders as (
    select *
    from {{ ref('int_orders') }}
    {{ only_touched('customer_id', among='customers') }}
),

events as (
    select
        customers.*,
        orders.purchased_at
    from customers
    left join orders on customers.customer_id = orders.customer_id
    -- A withdrawn record leaves gold with its history.
    where customers.customer_id in (select living.customer_id from {{ ref('int_customers') }} as living)
),

{{ versions('events', 'customer_unique_id', ['zip_code_prefix', 'city', 'state_code'],
    tie_breaker=['purchased_at', 'customer_id']) }},

states as (
    select * from {{ ref('seed_states') }}
),

locations as (
    select * from {{ ref('dim_locations') }}
),

final as (
    select
        {{ surrogate_key(['versions.customer_unique_id', 'versions.version_number']) }} as customer_key,
        coalesce(locations.location_key, {{ unknown_key() }}) as location_key,
        versions.customer_unique_id,
        versions.zip_code_prefix,
        versions.city,
        versions.state_code,
        states.state_name,
        states.region_name,
        versions.version_number,
        versions.is_current,
        versions.valid_from,
        versions.valid_to
    from versions
    left join states on versions.state_code = states.state_code
    left join locations on versions.zip_code_prefix = locations.zip_code_prefix

    {%- if not is_incremental() %}

    union all

    select
        {{ unknown_key() }}, {{ unknown_key() }}, null, null, null, null, 'Unknown', 'Unknown', 1, true,
        cast('1900-01-01 00:00:00' as timestamp), null
    {%- endif %}
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
