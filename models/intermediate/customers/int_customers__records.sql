-- Grain: one row per landed customer record of an order record, typed and judged; `int_customers` holds the current ones.
{% set columns = {
    'customer_id': ['customer_id', 'string'],
    'customer_unique_id': ['customer_unique_id', 'string'],
    'zip_code_prefix': ['customer_zip_code_prefix', 'string'],
} %}

with

records as (
    {{ landed_records('stg_marketplace__customers') }}
),

states as (
    select * from {{ ref('seed_states') }}
),

typed as (
    select
        {{ normalized_name('records.customer_city') }} as city,
        upper(trim(records.customer_state)) as state_code,
        states.state_code is not null as has_known_state,
        {{ read_columns(columns) }}
    from records
    left join states on upper(trim(records.customer_state)) = states.state_code
),

{{ judge('typed', key=['customer_id']) }}
