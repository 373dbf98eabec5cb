{{ config(tags=['learning']) }}

-- Grain: one row per measure and category, and one for every category together.
-- Publishes int_demand_scores: how good past forecasts were, beside the baselines.
with

scores as (
    select * from {{ ref('int_demand_scores') }}
),

final as (
    select
        {{ surrogate_key(['measure', 'category_name']) }} as demand_score_key,
        measure,
        category_name,
        baseline,
        cut_week_count,
        origin_count,
        seasonal_origin_count,
        weekly_quantity,
        model_mase,
        naive_mase,
        seasonal_naive_mase,
        baseline_mase,
        interval_coverage,
        has_short_history,
        model_mase < baseline_mase as is_better_than_baseline,
        last_complete_week_date
    from scores
)

{{ keep_stamps('final', 'demand_score_key') }}
