-- The forecast of all categories together is better than the baseline.
-- Not applicable to a history too short for a score.
with

judged as (
    select
        *,
        coalesce(cast(round(model_mase, 3) as {{ dbt.type_string() }}), 'none') as model,
        coalesce(cast(round(baseline_mase, 3) as {{ dbt.type_string() }}), 'none') as rival
    from {{ ref('mart_demand_scores') }}
    where
        category_name = 'every category'
        and not has_short_history
        and not coalesce(is_better_than_baseline, false)
),

explained as (
    select
        *,
        concat(
            'The demand forecast does not beat the baseline (', baseline, '): MASE ', model, ' against ', rival,
            '. See in mart_demand_scores which categories it fails in, and in mart_weekly_demand whether the',
            ' last weeks are whole. If they are, the baseline is the better forecast.',
            ' docs/adr/0023-own-exponential-smoothing.md'
        ) as explanation
    from judged
)

select *
from explained
where {{ raise_error('explanation') }} is null
