-- Payments and their value, by means of payment, are the same in mart_payment_mix and in the fact.
with

mart as (
    select
        payment_type_key,
        sum(payment_count) as payment_count,
        sum(paid_brl) as paid_brl
    from {{ ref('mart_payment_mix') }}
    group by payment_type_key
),

fact as (
    select
        payment_type_key,
        count(*) as payment_count,
        sum(payment_brl) as paid_brl
    from {{ ref('fct_order_payments') }}
    group by payment_type_key
)

select
    coalesce(mart.payment_type_key, fact.payment_type_key) as payment_type_key,
    mart.payment_count as mart_payment_count,
    fact.payment_count as fact_payment_count,
    mart.paid_brl as mart_paid_brl,
    fact.paid_brl as fact_paid_brl
from mart
full outer join fact on mart.payment_type_key = fact.payment_type_key
where
    coalesce(mart.payment_count, 0) <> coalesce(fact.payment_count, 0)
    or coalesce(mart.paid_brl, 0) <> coalesce(fact.paid_brl, 0)
