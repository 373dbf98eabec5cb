-- A promise of nine out of ten is kept by 85 to 97 of a hundred orders of the test (with few orders chance gets two standard
-- errors more), and with a thousand orders or more it is not later than the marketplace's on average.
with

scored as (
    select
        *,
        2 * sqrt(0.09 / order_count) as chance
    from {{ ref('mart_delivery_scores') }}
    where score_scope = 'all rounds' and order_count > 0
),

judged as (
    select
        *,
        case
            when kept_share < 0.85 - case when has_few_orders then chance else 0 end then 'is kept too rarely'
            when kept_share > 0.97 + case when has_few_orders then chance else 0 end then 'is kept too easily: it could be earlier'
            when not has_few_orders and promised_days > marketplace_promised_days then 'is later than the marketplace''s'
        end as fault
    from scored
)

select *
from judged
where
    fault is not null
    and {{ raise_error("concat(
        'The delivery promise ', fault, ': kept ', cast(round(kept_share, 3) as " ~ dbt.type_string() ~ "), ', ',
        cast(round(promised_days, 1) as " ~ dbt.type_string() ~ "), ' days against ',
        cast(round(marketplace_promised_days, 1) as " ~ dbt.type_string() ~ "),
        '. Look at the rounds in mart_delivery_scores: if the last one alone is off, deliveries changed, and the next weeks will be ',
        'learned; else keep the marketplace''s dates. docs/how-to/promise-a-delivery-date.md')") }} is null
