-- Grain: one row per landed customer record, typed and judged; `int_customers` holds the current ones.
{% set key = ['customer_id'] %}
{% set columns = {
    'customer_id': ['customer_id', 'string'],
    'customer_unique_id': ['customer_unique_id', 'string'],
    'zip_code_prefix': ['customer_zip_code_prefix', 'string'],
    'city': normalized_name('records.customer_city'),
    'state_code': 'upper(' ~ trimmed('records.customer_state') ~ ')',
} %}

with

records as (
    {{ new_records('stg_marketplace__customers', columns) }}
),

states as (
    select * from {{ ref('seed_states') }}
),

typed as (
    select
        {{ read_columns(columns) }}
    from records
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
