"""Grain: one row per measure, category and week of the eight weeks after the last complete one.

Exponential smoothing with an interval learned from past errors. Python, because a model that learns from itself week by
week has no SQL.
"""


def model(dbt, session):
    """Forecast from the complete weeks."""
    from lakehouse.learning import forecast, frames

    weekly = frames.lazy(dbt.ref("mart_weekly_demand")).collect("pandas").to_native()
    past = forecast.history(weekly, dbt.config.meta_get("learning_as_of"))
    return frames.deliver(session, forecast.forecast(past), forecast.FORECAST_TYPES)
