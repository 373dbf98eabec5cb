-- Grain: one row per month of purchase and means of payment, over the payments of all orders,
-- canceled ones included. Shares are of the month.
with

payments as (
    select
        *,
        cast(date_trunc('month', purchased_at) as date) as purchase_month_date
    from {{ ref('fct_order_payments') }}
),

payment_types as (
    select * from {{ ref('dim_payment_types') }}
),

mix as (
    select
        purchase_month_date,
        payment_type_key,
        count(*) as payment_count,
        count(distinct order_key) as order_count,
        sum(payment_brl) as paid_brl,
        avg(cast(installment_count as double)) as average_installment_count,
        max(installment_count) as max_installment_count
    from payments
    group by purchase_month_date, payment_type_key
),

final as (
    select
        {{ surrogate_key(['mix.purchase_month_date', 'mix.payment_type_key']) }} as payment_mix_key,
        mix.payment_type_key,
        cast({{ date_key('mix.purchase_month_date') }} as int) as purchase_month_date_key,
        coalesce(payment_types.payment_type, 'unknown') as payment_type,
        payment_types.payment_type_name,
        cast(mix.payment_count as bigint) as payment_count,
        cast(mix.order_count as bigint) as order_count,
        cast(mix.paid_brl as decimal(18, 2)) as paid_brl,
        cast(mix.paid_brl as double) / nullif(cast(mix.payment_count as double), 0)
            as average_payment_brl,
        cast(mix.payment_count as double) / nullif(cast(
            sum(mix.payment_count) over (partition by mix.purchase_month_date) as double
        ), 0) as payment_count_share,
        cast(mix.paid_brl as double) / nullif(cast(
            sum(mix.paid_brl) over (partition by mix.purchase_month_date) as double
        ), 0) as paid_brl_share,
        cast(mix.average_installment_count as double) as average_installment_count,
        cast(mix.max_installment_count as int) as max_installment_count,
        mix.purchase_month_date
    from mix
    inner join payment_types on mix.payment_type_key = payment_types.payment_type_key
)

select
    *,
    {{ run_timestamp() }} as _processed_at
from final
