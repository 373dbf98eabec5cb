"""Grain: one row per measure and category, and one for all categories together.

How good the forecasts of past weeks were that were made the way today's are, beside those of the baselines.
"""


def model(dbt, session):
    """Stand at the end of each past week, forecast, and compare."""
    from lakehouse.learning import forecast, frames, tracking

    weekly = frames.lazy(dbt.ref("mart_weekly_demand")).collect("pandas").to_native()
    past = forecast.history(weekly, dbt.config.meta_get("learning_as_of"))
    scores = forecast.backtest(past)
    overall = scores[scores["category_name"] == forecast.EVERY_CATEGORY].iloc[0]
    tracking.log(
        "int_demand_scores",
        {"horizon_weeks": forecast.HORIZON, "alphas": forecast.ALPHAS},
        {name: overall[name] for name in ("model_mase", "baseline_mase", "interval_coverage")},
    )
    return frames.deliver(session, scores, forecast.SCORE_TYPES)
