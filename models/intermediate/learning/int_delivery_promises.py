"""Grain: one row per order that was predicted: as a test, while underway, or later than what was learned from.

Gradient boosted quantiles of the days from purchase to delivery. Python, because learning has no SQL.
"""


def model(dbt, session):
    """Test on the newest orders, then learn from all that is known and predict the others."""
    import narwhals as nw

    from lakehouse.learning import delivery, frames, tracking

    features = frames.lazy(dbt.ref("mart_delivery_features")).select(
        *("order_key", "order_id", "purchased_at", "delivered_at"),
        *("promised_calendar_days", "delivery_calendar_days"),
        *(nw.col(name) for name in delivery.FEATURES),
    )
    as_of = dbt.config.meta_get("learning_as_of")
    times = features.select(
        nw.col("purchased_at").max(), nw.col("delivered_at").max(), nw.len().alias("order_count")
    )
    times = times.collect("pandas").to_native()
    if times["order_count"][0] > delivery.MOST_ROWS:
        newest = delivery.cut(times, as_of) - delivery.MATURITY
        key = delivery.last_sampled_key(int(times["order_count"][0]))
        features = features.filter(
            (nw.col("order_key") <= key) | (nw.col("purchased_at") >= newest.to_pydatetime())
        )
    orders = frames.collect(features, by=["purchased_at", "order_key"])
    promises = delivery.promise(orders, as_of)
    tracking.log(
        "int_delivery_promises",
        {"iterations": delivery.ITERATIONS, "calibration_days": delivery.CALIBRATION.days},
        delivery.scores(promises[promises["purpose"] == "test"]),
    )
    return frames.deliver(session, promises, delivery.PREDICTION_TYPES)
