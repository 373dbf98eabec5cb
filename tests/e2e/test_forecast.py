"""The demand forecast as a function: what it knows, what it scores, and that a broken one is found out."""

import numpy as np
import pandas as pd
import pytest

from lakehouse.learning import forecast


def weekly(counts, start="2017-01-02", category=forecast.ALL, tail=0.4):
    """Rows of mart_weekly_demand: as many orders a week, each of one item."""
    weeks = pd.date_range(start, periods=len(counts), freq="7D")
    rows = pd.DataFrame({"week_start_date": weeks, "category_name": category})
    rows["order_count"] = rows["item_count"] = np.asarray(counts)
    rows["last_days_order_count"] = np.round(rows["order_count"] * tail).astype(int)
    rows["last_order_date"] = weeks + pd.Timedelta(days=6)
    return rows[rows["order_count"] > 0]


def market(weeks=70, seed=7, copies=1, drift=0.0):
    """A market of `copies` of an intermittent, a regular and a large category, whose weeks differ by chance; with
    `drift`, what they sell wanders as well."""
    chance = np.random.default_rng(seed)
    parts = []
    for name, mean in [(f"{mean} {copy}", mean) for mean in (0.5, 5, 40) for copy in range(copies)]:
        usual = mean * np.exp(np.cumsum(chance.normal(0, drift, weeks)))
        parts.append(weekly(chance.poisson(usual), category=name))
    total = weekly(
        sum(
            part.set_index("week_start_date")["item_count"].reindex(
                pd.date_range("2017-01-02", periods=weeks, freq="7D"), fill_value=0
            )
            for part in parts
        )
    )
    return pd.concat([*parts, total])


def overall(scores):
    return scores[scores["category_name"] == forecast.EVERY_CATEGORY].iloc[0]


@pytest.fixture(scope="module")
def scored():
    return forecast.backtest(forecast.history(market(), None))


def test_a_cut_tail_is_not_taken_for_a_collapse():
    demand = weekly([100] * 30 + [64, 7, 2, 0, 3])
    demand.loc[30, "last_days_order_count"] = 15
    past = forecast.history(demand, None)
    assert len(past.weeks) == 30
    assert past.cut_week_count == 5


def test_without_demand_there_is_no_forecast():
    past = forecast.history(weekly([]), None)
    assert forecast.forecast(past).empty
    (score,) = forecast.backtest(past).to_dict("records")
    assert (score["category_name"], score["origin_count"]) == (forecast.EVERY_CATEGORY, 0)


def test_a_bad_week_between_good_ones_stays():
    past = forecast.history(weekly([100] * 20 + [45] + [100] * 9), None)
    assert len(past.weeks) == 30


def test_a_week_that_has_not_ended_is_not_complete():
    assert len(forecast.history(weekly([100] * 30), "2017-07-29").weeks) == 29
    assert len(forecast.history(weekly([100] * 30), "2017-07-30").weeks) == 30


def test_a_fall_that_stays_is_no_cut():
    demand = weekly([300] * 10 + [100] * 7)
    assert forecast.history(demand, None).cut_week_count == 7
    assert forecast.history(weekly([300] * 10 + [100] * 8), None).cut_week_count == 0


def test_history_begins_after_the_last_week_without_orders():
    assert len(forecast.history(weekly([300, 0, 0] + [100] * 20), None).weeks) == 20


def test_what_came_later_does_not_move_a_forecast():
    demand = market()
    day = "2018-03-04"
    changed = demand.copy()
    later = changed["week_start_date"] > day
    changed.loc[later, ["order_count", "item_count", "last_days_order_count"]] *= 9
    before, after = (forecast.forecast(forecast.history(rows, day)) for rows in (demand, changed))
    pd.testing.assert_frame_equal(before, after)


def test_past_forecasts_know_what_was_known_then():
    past = forecast.history(market(), None)
    short = forecast.history(market(), past.weeks[49] + pd.Timedelta(days=6))
    then, now = forecast.outlooks(past)[49], forecast.outlooks(short)[-1]
    np.testing.assert_array_equal(then.point, now.point)
    np.testing.assert_array_equal(then.low, now.low)
    np.testing.assert_array_equal(then.high, now.high)


def test_the_model_beats_the_baseline_where_weeks_differ_by_chance(scored):
    row = overall(scored)
    assert row["model_mase"] < 0.9 * row["baseline_mase"]


def coverage():
    """Shares of the weeks within the interval, in totals and in categories: means of the backtests of four markets."""
    scores = [
        forecast.backtest(forecast.history(market(85, seed, copies=4, drift=0.05), None))
        for seed in range(4)
    ]
    by_name = pd.concat(scores).groupby("category_name")["interval_coverage"].mean()
    return by_name[forecast.ALL], by_name[forecast.EVERY_CATEGORY]


def test_four_of_five_weeks_come_within_the_interval():
    total, categories = coverage()
    assert 0.75 < total < 0.92
    assert 0.75 < categories < 0.88


def test_a_narrow_interval_is_found_out(monkeypatch):
    good = forecast.learned_margin
    monkeypatch.setattr(forecast, "learned_margin", lambda *known: 0.7 * good(*known))
    assert max(coverage()) < 0.74


def test_what_had_not_begun_teaches_no_certainty():
    """A series without a sale is forecast to sell nothing and does: no error that says how sure a forecast is."""
    chance = np.random.default_rng(5)
    old = [weekly(chance.poisson(1, 85), category=f"old {number}") for number in range(8)]
    new = [weekly([0] * 84 + [1], category=f"new {number}") for number in range(24)]
    before, after = (
        forecast.forecast(forecast.history(pd.concat([*rows, weekly([50] * 85)]), None))
        for rows in (old, old + new)
    )
    wide, also = (
        rows[rows["category_name"] == "old 0"]["upper_quantity"] for rows in (before, after)
    )
    np.testing.assert_allclose(wide, also)


def test_fewer_observations_make_a_wider_interval():
    gaps = np.random.default_rng(0).normal(size=(40, forecast.HORIZON, 8))
    many, few = (
        forecast.learned_margin(gaps[..., :count], np.zeros(count, dtype=int))[0, 0]
        for count in (8, 1)
    )
    assert few > 1.1 * many


def test_a_broken_model_is_found_out(monkeypatch):
    good = forecast.levels
    monkeypatch.setattr(forecast, "levels", lambda values, alpha: 2 * good(values, alpha))
    row = overall(forecast.backtest(forecast.history(market(), None)))
    assert row["model_mase"] > row["baseline_mase"]


def test_a_season_that_can_be_seen_becomes_the_baseline():
    year = 100 + 80 * np.sin(np.arange(150) * 2 * np.pi / 52)
    scores = forecast.backtest(forecast.history(weekly(year.astype(int), start="2016-01-04"), None))
    assert set(scores[scores["category_name"] == forecast.ALL]["baseline"]) == {"seasonal naive"}


@pytest.mark.parametrize("weeks", [1, 2, 9, 14, 22, 41, 42])
def test_a_short_history_says_so(weeks):
    past = forecast.history(market(weeks), None)
    scores, rows = forecast.backtest(past), forecast.forecast(past)
    assert overall(scores)["has_short_history"] == (weeks < 42)
    assert (rows["has_short_history"] == (weeks < 42)).all()
    assert len(rows) == len(past.series) * forecast.HORIZON
    assert (rows["lower_quantity"] <= rows["forecast_quantity"]).all()
    assert (rows["forecast_quantity"] <= rows["upper_quantity"]).all()


def test_no_order_no_forecast():
    past = forecast.history(weekly([5]), "2016-06-01")
    assert forecast.forecast(past).empty
    assert overall(forecast.backtest(past))["has_short_history"]


def test_the_same_rows_in_any_order_give_the_same():
    demand = market()
    shuffled = demand.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        *(forecast.forecast(forecast.history(rows, None)) for rows in (demand, shuffled))
    )
