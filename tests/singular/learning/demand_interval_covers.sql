-- Intervals of 80 % hold 70 to 95 of a hundred weeks of the test, all categories together.
-- Not applicable to a history too short for a score.
with

judged as (
    select
        *,
        case
            when interval_coverage < 0.7 then 'too narrow'
            when interval_coverage > 0.95 then 'too wide'
        end as fault
    from {{ ref('mart_demand_scores') }}
    where category_name = 'every category' and not has_short_history
),

explained as (
    select
        *,
        concat(
            'The intervals of the demand forecast are ', fault, ': of the weeks of the test ',
            cast(round(interval_coverage, 3) as {{ dbt.type_string() }}), ' came within them, 0.8 are wanted. See in',
            ' mart_demand_scores which categories are off. docs/adr/0023-own-exponential-smoothing.md'
        ) as explanation
    from judged
    where fault is not null
)

select *
from explained
where {{ raise_error('explanation') }} is null
