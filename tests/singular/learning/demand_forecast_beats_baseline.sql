-- The forecast of all categories together is better than the baseline. Not applicable to a history too short for a score.
select *
from {{ ref('mart_demand_scores') }}
where
    category_name = 'every category'
    and not has_short_history
    and not coalesce(is_better_than_baseline, false)
    and {{ raise_error("concat(
        'The demand forecast does not beat the baseline (', baseline, '): MASE ',
        coalesce(cast(round(model_mase, 3) as " ~ dbt.type_string() ~ "), 'none'), ' against ',
        coalesce(cast(round(baseline_mase, 3) as " ~ dbt.type_string() ~ "), 'none'),
        '. Look in mart_demand_scores for the categories it fails in, and in mart_weekly_demand whether the last weeks are whole. ',
        'If they are, do not use the forecast: last week is the better one. docs/adr/0023-own-exponential-smoothing.md')") }} is null
