"""Demand of the next weeks, per category and in total, by exponential smoothing with intervals from past errors.

Everything is weekly and small: a few hundred weeks times a hundred series. Whoever has a year and a half of history
cannot learn a season from it, so the forecast is a level, the same for all weeks ahead. What is learned is how fast the
level follows the news (alpha), one value for each class of series, because a single series has too few weeks to
choose by. An alpha of 1 is the naive forecast, so the naive one is used where nothing beats it.

The backtest stands at the end of each past week, and uses what was known by then: alpha and interval come from
forecasts whose eight weeks were over. The score is the error as a multiple of the error that "next week is as this week"
made in the weeks before the forecast (MASE).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

HORIZON = 8
ALPHAS = (0.1, 0.2, 0.3, 0.5, 1.0)
DEFAULT_ALPHA = 0.3
YEAR = 52
# The first forecast of a backtest needs weeks to start from, the first score needs forecasts to learn from.
WARM_UP = 13
LEARNED = 13
# An interval of 80 % leaves this share outside.
OUTSIDE = 0.2
# Half a year says how much a series sells.
RECENT = 26
# Series learn from those of their class. Below the first number of items a week many weeks are empty.
CLASSES = ("total", "intermittent", "regular", "large")
CLASS_FROM = (2.0, 20.0)
# A week whose last three days have less than half of what they usually have was cut, not quiet.
THIN_SHARE = 0.5
USUAL_WEEKS = 8

ALL = "all"
EVERY_CATEGORY = "every category"
FORECAST_TYPES = {
    **{"measure": "string", "category_name": "string", "method": "string"},
    **{"weeks_ahead": "int", "history_week_count": "int", "smoothing_alpha": "double"},
    **{"forecast_quantity": "double", "lower_quantity": "double", "upper_quantity": "double"},
    **{
        "has_short_history": "boolean",
        "week_start_date": "date",
        "last_complete_week_date": "date",
    },
}
SCORE_TYPES = {
    **{"measure": "string", "category_name": "string", "baseline": "string"},
    **{"cut_week_count": "int", "origin_count": "int", "seasonal_origin_count": "int"},
    **{"weekly_quantity": "double", "model_mase": "double", "naive_mase": "double"},
    **{"seasonal_naive_mase": "double", "baseline_mase": "double", "interval_coverage": "double"},
    **{"has_short_history": "boolean", "last_complete_week_date": "date"},
}


def complete_weeks(weeks: pd.DataFrame, as_of: pd.Timestamp) -> tuple[pd.DatetimeIndex, int]:
    """The unbroken run of complete weeks that ends last by `as_of`, and how many weeks after it were cut.

    `weeks` has week_start_date, order_count and last_days_order_count (Friday to Sunday). A delivery of data often ends
    in days that are only partly there; a forecast that took them for a collapse would forecast one.
    """
    counts = weeks.set_index("week_start_date").sort_index()
    ended = counts.index[
        counts.index + pd.Timedelta(days=7) <= as_of.normalize() + pd.Timedelta(days=1)
    ]
    if not len(ended):
        return pd.DatetimeIndex([]), len(counts)
    counts = counts.reindex(pd.date_range(ended[0], ended[-1], freq="7D"), fill_value=0)
    usual: list[float] = []
    thin: list[float] = []
    last = -1
    for position, (total, tail) in enumerate(
        zip(counts["order_count"], counts["last_days_order_count"], strict=True)
    ):
        reference = float(np.median(usual[-USUAL_WEEKS:])) if usual else 0.0
        if total > 0 and tail >= THIN_SHARE * reference:
            usual.append(float(tail))
            thin, last = [], position
            continue
        # A fall that stays is no cut: as many weeks as are usual, with as many orders as each other, are usual now.
        thin = [*thin, float(tail)][-USUAL_WEEKS:]
        if len(thin) == USUAL_WEEKS and min(thin) > THIN_SHARE * np.median(thin):
            usual, thin, last = thin, [], position
    empty = np.flatnonzero(counts["order_count"].to_numpy()[: last + 1] == 0)
    first = int(empty[-1]) + 1 if len(empty) else 0
    return counts.index[first : last + 1], len(counts) - last - 1


@dataclass
class History:
    """Complete weeks by series: `values` has a row a week and a column a series."""

    weeks: pd.DatetimeIndex
    series: list[tuple[str, str]]
    values: np.ndarray
    cut_week_count: int

    @property
    def total(self) -> np.ndarray:
        """Which series are totals."""
        return np.array([category == ALL for _, category in self.series], dtype=bool)


def history(demand: pd.DataFrame, last_day: str | pd.Timestamp | None) -> History:
    """The complete weeks in `demand`, up to `last_day` (none: the data's own last day).

    `demand` has week_start_date, category_name, order_count, item_count, last_days_order_count and last_order_date. The
    rows of the category `all` are the totals, of which orders are forecast as well as items.
    """
    as_of = pd.Timestamp(last_day or demand["last_order_date"].max())
    if pd.isna(as_of):
        as_of = pd.Timestamp(0)  # No demand at all: any day is its last.
    demand = demand.assign(week_start_date=pd.to_datetime(demand["week_start_date"]))
    demand = demand[demand["week_start_date"] <= as_of]
    weeks, cut = complete_weeks(demand[demand["category_name"] == ALL], as_of)
    demand = demand[demand["week_start_date"].isin(weeks)]
    long = demand.assign(measure="items", quantity=demand["item_count"])
    orders = demand[demand["category_name"] == ALL].assign(measure="orders")
    long = pd.concat([long, orders.assign(quantity=orders["order_count"])])
    wide = long.pivot_table(
        index="week_start_date",
        columns=["measure", "category_name"],
        values="quantity",
        aggfunc="sum",
    )
    wide = wide.reindex(weeks).fillna(0.0).sort_index(axis=1)
    return History(weeks, list(wide.columns), wide.to_numpy(dtype=float), cut)


def levels(values: np.ndarray, alpha: float) -> np.ndarray:
    """The smoothed level after each week; a series begins with its first sale."""
    smoothed = np.zeros_like(values)
    begun = np.zeros(values.shape[1], dtype=bool)
    level = np.zeros(values.shape[1])
    for week, row in enumerate(values):
        level = np.where(begun, level + alpha * (row - level), row)
        begun |= row > 0
        smoothed[week] = level
    return smoothed


def ahead(values: np.ndarray) -> np.ndarray:
    """What came in each of the weeks after each week: [origin, horizon, series], nan after the end."""
    weeks, count = values.shape
    result = np.full((weeks, HORIZON, count), np.nan)
    for step in range(1, min(HORIZON, weeks - 1) + 1):
        result[: weeks - step, step - 1] = values[step:]
    return result


def classes(values: np.ndarray, total: np.ndarray) -> np.ndarray:
    """The class of each series, a position in CLASSES, by what it sold in the last half year."""
    return np.where(total, 0, 1 + np.digitize(values[-RECENT:].mean(axis=0), CLASS_FROM))


def choose_alphas(errors: np.ndarray, scale: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """The alpha of each series' class: the least error of finished forecasts, relative to the series' own noise."""
    chosen = np.full(kinds.shape, DEFAULT_ALPHA)
    for kind in np.unique(kinds):
        members = (kinds == kind) & (scale > 0)
        if not members.any() or not errors.shape[1]:
            continue
        cost = (np.abs(errors[..., members]).mean(axis=(1, 2)) / scale[members]).mean(axis=1)
        chosen[kinds == kind] = ALPHAS[int(np.argmin(cost))]
    return chosen


def naive_scale(values: np.ndarray) -> np.ndarray:
    """Mean change from one week to the next since a series began: what MASE divides by."""
    changes = np.abs(np.diff(values, axis=0))
    begun = (np.cumsum(values, axis=0) > 0)[:-1]
    weeks = begun.sum(axis=0)
    return np.divide(
        (changes * begun).sum(axis=0), weeks, out=np.zeros(len(weeks)), where=weeks > 0
    )


def learned_margin(gaps: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """How far from a forecast the intervals reach, between logarithms: [horizon, series], nan where nothing is known.

    `gaps` has the errors of finished forecasts, [origin, horizon, series]; nan where a series had not begun. Series lend
    theirs to those of their class. A sample says too little of its own tail (conformal prediction asks for one
    observation more), and what it has is less than it seems. Forecasts from following weeks are about the same weeks, so
    eight of one series count as one observation; so are those of many series from one week, so they count as one at most.
    """
    margin = np.full((HORIZON, len(kinds)), np.nan)
    for kind in np.unique(kinds):
        members = np.flatnonzero(kinds == kind)
        sizes = np.abs(gaps[..., members])
        has_begun = ~np.isnan(sizes[:, 0])
        if not has_begun.any():
            continue
        observations = len(sizes) * min(len(members) / HORIZON, 1)
        inside = min((1 - OUTSIDE) * (1 + 1 / observations), 1)
        reach = [np.quantile(sizes[:, step][has_begun], inside) for step in range(HORIZON)]
        # Nobody knows more of a week that is farther away.
        margin[:, members] = np.maximum.accumulate(reach)[:, None]
    return margin


def early_margin(forecast: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The same without finished forecasts: the changes between weeks, at least the noise of a count."""
    count_noise = 1 / np.sqrt(np.maximum(forecast, 0.25))
    changes = np.diff(np.log1p(known), axis=0)
    noise = np.maximum(changes.std(axis=0) if len(changes) else 0.0, count_noise)
    steps = np.sqrt(1 + np.arange(HORIZON) * DEFAULT_ALPHA**2)[:, None]
    return 1.2816 * noise * steps


@dataclass
class Outlook:
    """The forecast from the end of one week."""

    point: np.ndarray  # [series]
    alphas: np.ndarray  # [series]
    low: np.ndarray  # [horizon, series]
    high: np.ndarray  # [horizon, series]


def outlooks(past: History) -> list[Outlook]:
    """The forecast at the end of every week, from what was known then: only finished forecasts are learned from."""
    values = past.values
    smoothed = np.stack([levels(values, alpha) for alpha in ALPHAS])  # [alpha, week, series]
    actual = ahead(values)
    has_begun = np.cumsum(values, axis=0) > 0
    series = np.arange(len(past.series))
    made: list[Outlook] = []
    for week in range(len(past.weeks)):
        known = values[: week + 1]
        kinds = classes(known, past.total)
        finished = slice(WARM_UP, max(week + 1 - HORIZON, WARM_UP))
        old, came = smoothed[:, finished], actual[finished]
        alphas = choose_alphas(came[None] - old[:, :, None], naive_scale(known), kinds)
        index = np.searchsorted(ALPHAS, alphas)
        point = smoothed[index, week, series]
        past_point = old[index[None], np.arange(old.shape[1])[:, None], series[None]]
        gaps = np.log1p(came) - np.log1p(past_point)[:, None]
        gaps[~np.broadcast_to(has_begun[finished][:, None], gaps.shape)] = np.nan
        margin = learned_margin(gaps[-YEAR:], kinds)
        margin = np.where(np.isnan(margin), early_margin(point, known), margin)
        # Between logarithms, so that large series lend their relative error and no interval falls below zero.
        low = np.expm1(np.maximum(np.log1p(point) - margin, 0))
        made.append(Outlook(point, alphas, low, np.expm1(np.log1p(point) + margin)))
    return made


def forecast(past: History) -> pd.DataFrame:
    """The next weeks of every series: FORECAST_TYPES."""
    if not past.series:
        return pd.DataFrame(columns=list(FORECAST_TYPES))
    now = outlooks(past)[-1]
    rows = [
        {
            "measure": measure,
            "category_name": category,
            "week_start_date": past.weeks[-1] + pd.Timedelta(days=7 * (step + 1)),
            "weeks_ahead": step + 1,
            "last_complete_week_date": past.weeks[-1],
            "forecast_quantity": now.point[number],
            "lower_quantity": now.low[step, number],
            "upper_quantity": now.high[step, number],
            "method": "naive" if now.alphas[number] == 1 else "exponential smoothing",
            "smoothing_alpha": now.alphas[number],
            "history_week_count": len(past.weeks),
            "has_short_history": not scored_weeks(past),
        }
        for number, (measure, category) in enumerate(past.series)
        for step in range(HORIZON)
    ]
    return pd.DataFrame(rows, columns=list(FORECAST_TYPES))


def scored_weeks(past: History) -> list[int]:
    """The weeks at whose end a backtest stands: enough before them to learn from, a whole horizon after."""
    return list(range(WARM_UP + HORIZON + LEARNED - 1, len(past.weeks) - HORIZON))


def backtest(past: History) -> pd.DataFrame:
    """Scores of model and baselines: SCORE_TYPES, one row a series and one for all categories together."""
    made, actual = outlooks(past), ahead(past.values)
    parts = []
    for week in scored_weeks(past):
        now = made[week]
        known = past.values[: week + 1]
        came = actual[week]
        year_ago = known[week + 1 - YEAR : week + 1 - YEAR + HORIZON] if week + 1 >= YEAR else None
        parts.append(
            pd.DataFrame(
                {
                    "week": week,
                    "number": np.arange(len(past.series)),
                    "scale": naive_scale(known),
                    "weekly": came.mean(axis=0),
                    "model": np.abs(came - now.point).mean(axis=0),
                    "naive": np.abs(came - known[-1]).mean(axis=0),
                    "seasonal": np.nan
                    if year_ago is None
                    else np.abs(came - year_ago).mean(axis=0),
                    "inside": ((came >= now.low) & (came <= now.high)).mean(axis=0),
                }
            )
        )
    scored = pd.concat(parts) if parts else pd.DataFrame({"number": [], "scale": []})
    scored = scored[scored["scale"] > 0]
    groups = [
        (measure, category, scored[scored["number"] == number])
        for number, (measure, category) in enumerate(past.series)
    ]
    categories = np.flatnonzero(~past.total)
    groups.append(("items", EVERY_CATEGORY, scored[scored["number"].isin(categories)]))
    return pd.DataFrame(
        [score(past, measure, category, group) for measure, category, group in groups],
        columns=list(SCORE_TYPES),
    )


def score(past: History, measure: str, category: str, group: pd.DataFrame) -> dict:
    """The scores of one series, or of many: errors added up over the scales added up, so that the large weigh more."""
    row: dict = dict.fromkeys(SCORE_TYPES)
    row |= {
        "measure": measure,
        "category_name": category,
        "last_complete_week_date": past.weeks[-1] if len(past.weeks) else None,
        "cut_week_count": past.cut_week_count,
        "baseline": "naive",
        "origin_count": 0,
        "seasonal_origin_count": 0,
        "has_short_history": group.empty,
    }
    if group.empty:
        return row
    seasonal = group[group["seasonal"].notna()]
    if len(seasonal):
        row["seasonal_origin_count"] = seasonal["week"].nunique()
        row["seasonal_naive_mase"] = seasonal["seasonal"].sum() / seasonal["scale"].sum()
        has_weeks = row["seasonal_origin_count"] >= RECENT
        if has_weeks and seasonal["seasonal"].sum() < seasonal["naive"].sum():
            # A season that can be seen: everything is measured where there was one to go by.
            row["baseline"], group = "seasonal naive", seasonal
    row["origin_count"] = group["week"].nunique()
    row["weekly_quantity"] = group["weekly"].mean()
    row["model_mase"] = group["model"].sum() / group["scale"].sum()
    row["naive_mase"] = group["naive"].sum() / group["scale"].sum()
    is_naive = row["baseline"] == "naive"
    row["baseline_mase"] = row["naive_mase" if is_naive else "seasonal_naive_mase"]
    row["interval_coverage"] = group["inside"].mean()
    return row
