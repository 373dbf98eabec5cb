"""How long a delivery takes, said at the moment of purchase: when it likely comes, and a day a shop can promise.

Two gradient boosted quantile regressions, of 0.5 and 0.9, learn the logarithm of the days from purchase to delivery. How
long everything takes changes from month to month by half, so they are told how deliveries fared lately. They are not
told the month: with less than two years a month and a passing trouble are the same thing.

A promise of 0.9 is to be kept nine times out of ten with the orders to come, not with those learned from. So the newest
weeks are held back, and the promise is moved until nine tenths of them keep it (split conformal prediction). Of those
weeks the slow orders are still on their way: what is known of them is that they take longer than until now, which the
estimator of Kaplan and Meier counts rightly. Leaving them out would promise too early. And because the days held back are
few, a little more than nine tenths are asked of them.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

NUMBERS = [
    *("weekday_number", "hour_number", "item_count", "seller_count", "weight_g", "volume_cm3"),
    *("distance_km", "items_brl", "freight_brl", "is_paid_by_boleto", "seller_shipped_order_count"),
    *("seller_handling_days", "state_delivery_days", "country_delivery_days"),
    *("country_share_in_4_days", "country_share_in_7_days"),
]
# The rare values of a text have no code.
TEXTS = ["customer_state_code", "seller_state_code", "category_name"]
FEATURES = [*NUMBERS, *TEXTS]
COMMON_VALUES = 80

EXPECTED, PROMISED = 0.5, 0.9
CALIBRATION = pd.Timedelta(days=56)
# After six weeks all but one order in a hundred have come: only then is an order a fair test.
MATURITY = pd.Timedelta(days=42)
TEST_SHARE = 0.15
ROUNDS = 2
MOST_ORDERS = 40_000
FEWEST_ORDERS = 500
# Of more orders than this, the older ones come as a sample.
MOST_ROWS = 200_000
# Trees for so many orders; with fewer, half the trees of half the leaves.
MANY_ORDERS = 10_000
ITERATIONS, LEAVES = 60, 16


@dataclass
class Calibrated:
    """A quantile of the delivery days: a regression and the shift that makes it true on the newest orders."""

    quantile: float
    model: HistGradientBoostingRegressor
    codes: dict[str, dict[str, int]]
    shift: float

    def days(self, orders: pd.DataFrame) -> np.ndarray:
        """The quantile for each order, in days with fractions."""
        with threadpool_limits(1):
            raw = self.model.predict(encode(orders, self.codes)) if len(orders) else np.empty(0)
        return np.expm1(np.maximum(raw + self.shift, 0.0))


@dataclass
class Learned:
    """What was learned by a moment: both quantiles, and how many orders they rest on."""

    expected: Calibrated
    promised: Calibrated
    trained_orders: int
    calibrated_orders: int

    def predict(self, orders: pd.DataFrame) -> pd.DataFrame:
        """order_key, expected_days (half come by then) and promised_days (nine of ten do; whole days)."""
        expected = self.expected.days(orders)
        promised = np.maximum(np.ceil(self.promised.days(orders)), np.ceil(expected))
        return pd.DataFrame(
            {
                "order_key": orders["order_key"].to_numpy(),
                "expected_days": expected,
                "promised_days": promised,
            }
        )


def encode(orders: pd.DataFrame, codes: dict[str, dict[str, int]]) -> np.ndarray:
    """The features as numbers; a text not seen in training is missing."""
    columns = [orders[name].astype("float64") for name in NUMBERS]
    columns += [orders[name].map(codes[name]).astype("float64") for name in TEXTS]
    return np.column_stack(columns)


def text_codes(orders: pd.DataFrame) -> dict[str, dict[str, int]]:
    """A number for each of the commonest values of each text."""
    result = {}
    for name in TEXTS:
        counts = orders[name].value_counts()
        order = sorted(counts.index, key=lambda value: (-counts[value], value))
        result[name] = {value: code for code, value in enumerate(order[:COMMON_VALUES])}
    return result


def known_quantile(values: np.ndarray, is_known: np.ndarray, quantile: float) -> float:
    """The quantile of values of which some are only known to be at least so large (Kaplan and Meier)."""
    order = np.lexsort((~is_known, values))
    values, is_known = values[order], is_known[order]
    at_risk = len(values) - np.arange(len(values))
    surviving = np.cumprod(np.where(is_known, 1 - 1 / at_risk, 1.0))
    reached = np.flatnonzero(surviving <= 1 - quantile + 1e-12)
    return float(values[reached[0]] if len(reached) else values[-1])


def learn(orders: pd.DataFrame, moment: pd.Timestamp) -> Learned | None:
    """Learn from what was known at `moment`; None when that is too little.

    `orders` has FEATURES, order_key, purchased_at, delivered_at and delivery_days, the whole days between the two
    dates. What came after `moment`, deliveries of earlier orders included, is not looked at.
    """
    past = orders[orders["purchased_at"] < moment].sort_values(["purchased_at", "order_key"])
    if past.empty:
        return None
    is_known = (past["delivered_at"] < moment).to_numpy()
    newest = (past["purchased_at"] >= moment - CALIBRATION).to_numpy()
    train, held = past[is_known & ~newest], past[newest]
    if len(train) < FEWEST_ORDERS or is_known[newest].sum() < FEWEST_ORDERS / 10:
        return None
    if len(train) > MOST_ORDERS:
        # Evenly over time, the same ones in every run.
        train = train.iloc[np.linspace(0, len(train) - 1, MOST_ORDERS).astype(int)]
    held_known = is_known[newest]
    waited = (moment - held["purchased_at"]).dt.days.to_numpy(dtype="float64")
    held_days = np.where(
        held_known, held["delivery_days"].to_numpy("float64", na_value=np.nan), waited
    )
    codes = text_codes(train)
    features, target = encode(train, codes), np.log1p(train["delivery_days"].to_numpy("float64"))
    coarse = 1 if len(train) >= MANY_ORDERS else 2
    parts = []
    for quantile in (EXPECTED, PROMISED):
        model = HistGradientBoostingRegressor(
            loss="quantile",
            quantile=quantile,
            max_iter=ITERATIONS // coarse,
            learning_rate=0.12,
            max_leaf_nodes=LEAVES // coarse,
            min_samples_leaf=60,
            categorical_features=[name in TEXTS for name in FEATURES],
            early_stopping=False,
            random_state=0,
        )
        # Sums of several threads come in any order, and so would the last digits.
        with threadpool_limits(1):
            model.fit(features, target)
            raw = model.predict(encode(held, codes))
        # A promise is made in whole days: one of more than four is kept on the fifth, so it need only exceed the day before.
        enough = held_days if quantile == EXPECTED else np.maximum(held_days - 1, 0)
        # Orders of one day share its luck: the days held back are the sample, and a sample says too little of its tail.
        level = quantile if quantile == EXPECTED else quantile * (1 + 1 / CALIBRATION.days)
        shift = known_quantile(np.log1p(enough) - raw, held_known, level) + 1e-6
        parts.append(Calibrated(quantile, model, codes, shift))
    return Learned(*parts, trained_orders=len(train), calibrated_orders=len(held))


PREDICTION_TYPES = {
    **{"order_key": "string", "order_id": "string", "purpose": "string"},
    **{"expected_days": "double", "promised_days": "bigint", "marketplace_promised_days": "bigint"},
    **{"delivery_days": "bigint", "learned_until": "timestamp", "purchased_at": "timestamp"},
}


def predictions(
    learned: Learned, orders: pd.DataFrame, purpose: str, until: pd.Timestamp
) -> pd.DataFrame:
    """Predictions with what they are measured by: PREDICTION_TYPES."""
    rows = orders.assign(purpose=purpose, learned_until=until)
    rows["marketplace_promised_days"] = rows["promised_calendar_days"]
    rows = rows.drop(columns=["expected_days", "promised_days"], errors="ignore")
    return rows.merge(learned.predict(orders), on="order_key")[list(PREDICTION_TYPES)]


def backtest(orders: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """Predictions for the newest orders whose outcome is known at `moment`, learned from what came before them.

    The orders are cut in ROUNDS by time of purchase; each round is predicted by what was known when it began.
    """
    fair = orders[
        (orders["purchased_at"] < moment - MATURITY)
        & (orders["delivered_at"] < moment)
        & orders["promised_calendar_days"].notna()
    ].sort_values(["purchased_at", "order_key"])
    tested = fair.tail(int(len(fair) * TEST_SHARE))
    parts = []
    for part in np.array_split(np.arange(len(tested)), ROUNDS):
        round_orders = tested.iloc[part]
        if round_orders.empty:
            continue
        until = round_orders["purchased_at"].iloc[0].normalize()
        learned = learn(orders, until)
        if learned:
            parts.append(predictions(learned, round_orders, "test", until))
    return together(parts)


def together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Frames of predictions, or of none, as one."""
    if not parts:
        return pd.DataFrame(columns=list(PREDICTION_TYPES))
    return pd.concat(parts, ignore_index=True)


def scores(tested: pd.DataFrame) -> dict[str, float | None]:
    """What the promises were worth, beside the marketplace's for the same orders."""
    if tested.empty:
        return {}
    days = tested["delivery_days"].to_numpy("float64", na_value=np.nan)
    result = {"order_count": float(len(tested))}
    for whose in ("", "marketplace_"):
        promised = tested[f"{whose}promised_days"].to_numpy("float64", na_value=np.nan)
        result[f"{whose}kept_share"] = float((days <= promised).mean())
        result[f"{whose}promised_days"] = float(promised.mean())
    result["error_days"] = float(np.abs(days - tested["expected_days"]).mean())
    return result


def upcoming(orders: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """Predictions for the orders underway at `moment` (bought in the six weeks before) and for those bought later."""
    learned = learn(orders, moment)
    is_later = orders["purchased_at"] >= moment
    is_known = orders["delivered_at"] < moment
    is_underway = ~is_later & ~is_known & (orders["purchased_at"] >= moment - MATURITY)
    return together(
        [
            predictions(learned, orders[chosen], purpose, moment)
            for purpose, chosen in (("underway", is_underway), ("later", is_later))
            if learned and chosen.any()
        ]
    )


def promise(orders: pd.DataFrame, as_of: str | None) -> pd.DataFrame:
    """All predictions, PREDICTION_TYPES, with the day `as_of` as the last one known (none: the data's own last day)."""
    orders = orders.assign(delivery_days=orders["delivery_calendar_days"])
    moment = cut(orders, as_of)
    tested = backtest(orders, moment)
    later = upcoming(orders, moment)
    return together(
        [
            part
            for part in (tested, later[~later["order_key"].isin(tested["order_key"])])
            if len(part)
        ]
    )


def last_sampled_key(count: int) -> str:
    """Order keys are hexadecimal hashes, so the keys up to this one are MOST_ROWS of `count` orders, picked by chance."""
    return "g" if count <= MOST_ROWS else f"{int(16**8 * MOST_ROWS / count):08x}"


def cut(orders: pd.DataFrame, as_of: str | None) -> pd.Timestamp:
    """The end of the last day that is known."""
    last = orders[["purchased_at", "delivered_at"]].max().max()
    day = pd.Timestamp(as_of) if as_of else last
    if pd.isna(day):
        day = pd.Timestamp(0)  # No order at all: any day is the last.
    return day.normalize() + pd.Timedelta(days=1)
