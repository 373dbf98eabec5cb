"""Predicting deliveries as functions: what they know, what a promise is worth, and that a broken one is found out."""

import numpy as np
import pandas as pd
import pytest

from lakehouse.learning import delivery


def orders(count=2500, seed=3, slower=0.0):
    """Orders of a year whose delivery takes longer with distance, with much chance; `slower` from June on."""
    chance = np.random.default_rng(seed)
    purchased = pd.Timestamp("2017-08-01") + pd.to_timedelta(
        np.sort(chance.uniform(0, 365, count)), unit="D"
    ).floor("s")
    distance = chance.uniform(10, 2000, count)
    days = np.round(np.exp(1.2 + distance / 1500 + chance.normal(0, 0.45, count)))
    days *= np.where(purchased >= pd.Timestamp("2018-06-01"), 1 + slower, 1)
    rows = pd.DataFrame({name: np.zeros(count) for name in delivery.NUMBERS})
    for name in delivery.TEXTS:
        rows[name] = chance.choice(["SP", "RJ", "BA"], count)
    rows["distance_km"] = distance
    rows["order_key"] = [f"{number:05d}" for number in range(count)]
    rows["order_id"] = rows["order_key"]
    rows["purchased_at"] = purchased
    rows["delivered_at"] = purchased + pd.to_timedelta(days, unit="D")
    rows["delivery_calendar_days"] = rows["delivery_days"] = days
    rows["promised_calendar_days"] = 40
    return rows.sample(frac=1, random_state=seed)


@pytest.fixture(scope="module")
def tested():
    return delivery.promise(orders(), "2018-07-31")


def kept(rows):
    return (rows["delivery_days"] <= rows["promised_days"]).mean()


def test_nine_of_ten_promises_are_kept(tested):
    rows = tested[tested["purpose"] == "test"]
    assert len(rows) > 250
    assert 0.85 < kept(rows) < 0.96
    assert rows["promised_days"].mean() < 0.8 * 40


def test_without_orders_nothing_is_promised():
    assert delivery.promise(orders().head(0), None).empty


def test_half_of_the_orders_come_within_the_expected_days(tested):
    rows = tested[tested["purpose"] == "test"]
    assert 0.4 < (rows["delivery_days"] <= rows["expected_days"]).mean() < 0.6
    assert (rows["expected_days"] <= rows["promised_days"]).all()


def test_the_promise_follows_the_distance(tested):
    rows = tested.merge(orders()[["order_key", "distance_km"]], on="order_key")
    near, far = rows["distance_km"] < 500, rows["distance_km"] > 1500
    assert rows[near]["promised_days"].mean() < 0.7 * rows[far]["promised_days"].mean()


def test_without_calibration_the_promise_is_found_out(monkeypatch):
    """Taking only what has come already for the whole truth promises too early."""
    monkeypatch.setattr(delivery, "known_quantile", lambda values, *_: np.quantile(values, 0.5))
    rows = delivery.backtest(
        orders().assign(delivery_days=lambda o: o["delivery_calendar_days"]),
        pd.Timestamp("2018-08-01"),
    )
    assert kept(rows) < 0.8


def test_what_comes_after_the_moment_is_not_looked_at():
    moment = pd.Timestamp("2018-05-01")
    true = orders()
    changed = true.copy()
    unknown = changed["delivered_at"] >= moment
    changed.loc[unknown, "delivered_at"] += pd.Timedelta(days=200)
    changed.loc[unknown, ["delivery_days", "delivery_calendar_days"]] += 200
    later = changed["purchased_at"] >= moment
    questions = true[true["purchased_at"] >= moment]
    before = delivery.learn(true, moment).predict(questions)
    after = delivery.learn(changed[~later], moment).predict(questions)
    pd.testing.assert_frame_equal(before, after)


def test_outcomes_are_no_features():
    outcomes = {"promised_calendar_days", "delivery_calendar_days", "delivery_days", "delivered_at"}
    assert not outcomes & set(delivery.FEATURES)


def test_the_same_orders_in_any_order_give_the_same(tested):
    again = delivery.promise(orders().sample(frac=1, random_state=9), "2018-07-31")
    by = ["purpose", "order_key"]
    pd.testing.assert_frame_equal(
        *(rows.sort_values(by, ignore_index=True) for rows in (tested, again))
    )


def test_every_order_is_predicted_once_for_one_purpose():
    rows = delivery.promise(orders(), "2018-06-15")
    assert rows["order_key"].is_unique
    assert set(rows["purpose"]) == {"test", "underway", "later"}
    later = rows[rows["purpose"] == "later"]
    assert (later["purchased_at"] >= pd.Timestamp("2018-06-16")).all()
    assert (rows["purchased_at"] >= rows["learned_until"])[rows["purpose"] != "underway"].all()


def test_orders_underway_count_as_slow_ones():
    """Half of the values are known to be at least 5: the quantile lies beyond what came."""
    values, known = (
        np.array([1.0, 2, 3, 4, 5, 5, 5, 5, 9, 9]),
        np.array([1, 1, 1, 1, 0, 0, 0, 0, 1, 1]),
    )
    assert delivery.known_quantile(values, known.astype(bool), 0.5) == 9
    assert delivery.known_quantile(values, np.ones(10, dtype=bool), 0.5) == 5


@pytest.mark.parametrize("count", [0, 1, 200])
def test_too_few_orders_are_not_learned_from(count):
    assert delivery.promise(orders().head(count), "2018-07-31").empty


def test_a_sample_of_keys_has_the_size_it_should():
    assert delivery.last_sampled_key(delivery.MOST_ROWS) > "f" * 32
    assert delivery.last_sampled_key(delivery.MOST_ROWS * 4) == "40000000"
