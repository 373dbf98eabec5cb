-- Grain: one row per landed order record, typed and judged; `int_orders` holds the current ones.
{% set key = ['order_id'] %}
{% set columns = {
    'order_id': ['order_id', 'string'],
    'customer_id': ['customer_id', 'string'],
    'order_status': ['order_status', 'string'],
    'purchased_at': ['order_purchase_timestamp', 'timestamp'],
    'approved_at': ['order_approved_at', 'timestamp'],
    'shipped_at': ['order_delivered_carrier_date', 'timestamp'],
    'delivered_at': ['order_delivered_customer_date', 'timestamp'],
    'estimated_delivery_at': ['order_estimated_delivery_date', 'timestamp'],
} %}

with

records as (
    {{ new_records('stg_marketplace__orders', columns) }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

order_statuses as (
    select * from {{ ref('seed_order_statuses') }}
),

typed as (
    select
        {{ read_columns(columns) }}
    from records
),

touched as (
    {{ touched_records('typed', columns, key, parents={
        'int_customers__records': 'customer_id',
    }) }}
),

checked as (
    select
        touched.*,
        customers.customer_id is not null as has_customer,
        order_statuses.order_status is not null as has_known_status
    from touched
    left join customers on touched.customer_id = customers.customer_id
    left join order_statuses on touched.order_status = order_statuses.order_status
),

{{ judge('checked', key) }}
