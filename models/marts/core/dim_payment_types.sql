-- Grain: one row per means of payment, and the unknown one.
with

payment_types as (
    select * from {{ ref('seed_payment_types') }}
),

final as (
    select
        {{ surrogate_key(['payment_type']) }} as payment_type_key,
        payment_type,
        payment_type_name,
        payment_type_name_pt,
        is_card,
        allows_installments
    from payment_types

    union all

    select {{ unknown_key() }}, null, 'Unknown', 'Desconhecido', false, false
)

{{ keep_stamps('final', 'payment_type_key') }}
