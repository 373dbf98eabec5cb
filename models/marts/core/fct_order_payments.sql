{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='order_id',
    pre_hook="{{ delete_vanished('int_order_payments', ['order_id', 'payment_sequential']) }}",
) }}

-- Grain: one row per payment of an order (transaction fact). Join to other facts through the order only: an order has
-- several items and several payments, and joining them row by row counts money twice.
with

touched as (
    {{ touched_keys('fct_orders', 'order_id') }}
),

payments as (
    select *
    from {{ ref('int_order_payments') }}
    {{ only_touched('order_id') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

payment_types as (
    select * from {{ ref('dim_payment_types') }}
),

final as (
    select
        {{ surrogate_key(['payments.order_id', 'payments.payment_sequential']) }} as order_payment_key,
        orders.order_key,
        orders.customer_key,
        coalesce(payment_types.payment_type_key, {{ unknown_key() }}) as payment_type_key,
        orders.purchase_date_key,
        payments.order_id,
        payments.payment_sequential,
        -- A card payment in "0" instalments is one in one.
        greatest(payments.installment_count, 1) as installment_count,
        payments.payment_brl,
        orders.counts_as_sale,
        orders.purchased_at
    from payments
    inner join orders on payments.order_id = orders.order_id
    left join payment_types on payments.payment_type = payment_types.payment_type
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
