-- Grain: one row per landed order payment record, typed and judged; `int_order_payments` holds the current ones.
{% set key = ['order_id', 'payment_sequential'] %}
{% set columns = {
    'order_id': ['order_id', 'string'],
    'payment_sequential': ['payment_sequential', 'int'],
    'payment_type': ['payment_type', 'string'],
    'installment_count': ['payment_installments', 'int'],
    'payment_brl': ['payment_value', 'decimal(12,2)'],
} %}

with

records as (
    {{ new_records('stg_marketplace__order_payments', columns) }}
),

orders as (
    select * from {{ ref('int_orders') }}
),

payment_types as (
    select * from {{ ref('seed_payment_types') }}
),

typed as (
    select
        {{ read_columns(columns) }}
    from records
),

touched as (
    {{ touched_records('typed', columns, key, parents={
        'int_orders__records': 'order_id',
    }) }}
),

checked as (
    select
        touched.*,
        orders.order_id is not null as has_order,
        payment_types.payment_type is not null as has_known_type
    from touched
    left join orders on touched.order_id = orders.order_id
    left join payment_types on touched.payment_type = payment_types.payment_type
),

{{ judge('checked', key) }}
