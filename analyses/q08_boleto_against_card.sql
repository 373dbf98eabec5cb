-- Question: Boleto or card: who pays how, and what difference does it make?
-- Reading: One row per means of payment. Days to approval and the share of orders lost (canceled or
-- unavailable) are of the orders paid at least partly that way.
-- Finding: {first.payment_type_name} carries {first.paid_brl_share:.1%} of the value in
-- {first.average_installment_count:.1f} instalments on average; {second.payment_type_name} follows
-- with {second.paid_brl_share:.1%} and takes {second.average_approval_days:.1f} days to approve
-- against {first.average_approval_days:.1f}.
with

payments as (
    select * from {{ ref('fct_order_payments') }}
),

payment_types as (
    select * from {{ ref('dim_payment_types') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

paid as (
    select
        payment_type_key,
        count(*) as payment_count,
        sum(payment_brl) as paid_brl,
        avg(cast(payment_brl as double)) as average_payment_brl,
        avg(cast(installment_count as double)) as average_installment_count
    from payments
    group by payment_type_key
),

type_orders as (
    select distinct
        payment_type_key,
        order_key
    from payments
),

outcomes as (
    select
        type_orders.payment_type_key,
        count(*) as order_count,
        avg(orders.approval_days) as average_approval_days,
        avg(case when orders.counts_as_sale then 0.0 else 1.0 end) as lost_order_share
    from type_orders
    inner join orders on type_orders.order_key = orders.order_key
    group by type_orders.payment_type_key
),

final as (
    select
        payment_types.payment_type_name,
        paid.payment_count,
        outcomes.order_count,
        paid.paid_brl,
        cast(paid.paid_brl as double)
        / nullif(cast(sum(paid.paid_brl) over () as double), 0) as paid_brl_share,
        paid.average_payment_brl,
        paid.average_installment_count,
        outcomes.average_approval_days,
        cast(outcomes.lost_order_share as double) as lost_order_share
    from paid
    inner join outcomes on paid.payment_type_key = outcomes.payment_type_key
    inner join payment_types on paid.payment_type_key = payment_types.payment_type_key
)

select * from final
order by paid_brl desc, payment_type_name
