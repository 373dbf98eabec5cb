-- Grain: one row per landed order payment record, typed and judged; `int_order_payments` holds the current ones.
{% set columns = {
    'order_id': ['order_id', 'string'],
    'payment_sequential': ['payment_sequential', 'int'],
    'payment_type': ['payment_type', 'string'],
    'installment_count': ['payment_installments', 'int'],
    'payment_brl': ['payment_value', 'decimal(12,2)'],
} %}

with

records as (
    {{ landed_records('stg_marketplace__order_payments') }}
),

orders as (
    select * from {{ ref('int_orders') }}
),

payment_types as (
    select * from {{ ref('seed_payment_types') }}
),

typed as (
    select
        orders.order_id is not null as has_order,
        payment_types.payment_type is not null as has_known_type,
        {{ read_columns(columns) }}
    from records
    left join orders on nullif(trim(records.order_id), '') = orders.order_id
    left join payment_types on trim(records.payment_type) = payment_types.payment_type
),

{{ judge('typed', key=['order_id', 'payment_sequential']) }}
