-- A promise of nine out of ten is kept by 85 to 97 of a hundred orders of the test; with few orders chance gets two
-- standard errors more. With a thousand orders it is not later on average than that of the marketplace either, unless
-- the marketplace kept less than nine of ten.
with

scored as (
    select
        *,
        case when has_few_orders then 2 * sqrt(0.09 / order_count) else 0 end as chance
    from {{ ref('mart_delivery_scores') }}
    where score_scope = 'all rounds' and order_count > 0
),

judged as (
    select
        *,
        case
            when kept_share < 0.85 - chance then 'is kept too rarely'
            when kept_share > 0.97 + chance then 'is kept too easily, so it could be earlier'
            when
                not has_few_orders
                and marketplace_kept_share >= 0.9
                and promised_days > marketplace_promised_days
                then 'is later than that of the marketplace'
        end as fault
    from scored
),

explained as (
    select
        *,
        concat(
            'The delivery promise ', fault, ': kept ', cast(round(kept_share, 3) as {{ dbt.type_string() }}), ', ',
            cast(round(promised_days, 1) as {{ dbt.type_string() }}), ' days against ',
            cast(round(marketplace_promised_days, 1) as {{ dbt.type_string() }}),
            '. See the rounds in mart_delivery_scores: if only the last one is off, deliveries changed and the next',
            ' weeks will be learned; else keep the dates of the marketplace. docs/how-to/promise-a-delivery-date.md'
        ) as explanation
    from judged
    where fault is not null
)

select *
from explained
where {{ raise_error('explanation') }} is null
