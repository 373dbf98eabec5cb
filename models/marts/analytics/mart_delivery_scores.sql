{{ config(tags=['learning']) }}

-- Grain: one row per round of the test, and one for all rounds together (learned until null).
-- What the promises are worth, beside those that the marketplace made for the same orders.
with

tested as (
    select *
    from {{ ref('mart_delivery_promises') }}
    where purpose = 'test'
),

scopes as (
    select
        'all rounds' as score_scope,
        cast(null as timestamp) as learned_until
    union all
    select distinct
        concat('round learned until ', cast(cast(learned_until as date) as {{ dbt.type_string() }})) as score_scope,
        learned_until
    from tested
),

final as (
    select
        scopes.score_scope,
        cast(count(tested.order_key) as bigint) as order_count,
        cast(count(case when tested.is_kept then 1 end) as double)
        / nullif(count(tested.is_kept), 0) as kept_share,
        cast(count(case when tested.is_kept_by_marketplace then 1 end) as double)
        / nullif(count(tested.is_kept_by_marketplace), 0) as marketplace_kept_share,
        cast(avg(cast(tested.promised_days as double)) as double) as promised_days,
        cast(avg(cast(tested.marketplace_promised_days as double)) as double) as marketplace_promised_days,
        {{ exact_average('abs(tested.delivery_days - tested.expected_days)') }} as expected_error_days,
        cast(avg(cast(abs(tested.delivery_days - tested.marketplace_promised_days) as double)) as double)
            as marketplace_error_days,
        count(tested.order_key) < 1000 as has_few_orders,
        min(tested.purchased_at) as first_purchased_at,
        max(tested.purchased_at) as last_purchased_at,
        scopes.learned_until
    from scopes
    left join tested
        on scopes.learned_until is null or scopes.learned_until = tested.learned_until
    group by scopes.score_scope, scopes.learned_until
)

{{ keep_stamps('final', 'score_scope') }}
