"""What is bought together: pairs of items, how often, and whether chance would do.

The counting is a query of the engine (Narwhals); only the counts of items and of pairs come to pandas.

Two items are bought independently when the share of orders with both is the product of the shares of orders with each.
Lift is the observed share divided by that product. Fisher's exact test gives the probability to see at least so many
common orders if the items were independent; because many pairs are looked at, the probabilities are adjusted
(Benjamini and Hochberg) for all pairs that could have reached the minimum, seen or not.

Both questions are asked twice: among all orders, and among the orders with several different items (`basket_`). Nearly
all orders have one item, and therefore most pairs are rarer among all orders than chance says: whoever buys one thing is
done. Among the orders that have several, the question is which of them go together.
"""

from dataclasses import dataclass

import narwhals as nw
import numpy as np
import pandas as pd
from scipy.stats import hypergeom

# Of the pairs called significant, the share that may be there by chance.
FALSE_DISCOVERIES = 0.05

# Among all orders, and among those with several items.
SCORES = ("expected_pair_order_count", "lift", "chance_probability", "adjusted_probability")
TYPES = {
    "item_level": "string",
    "first_item": "string",
    "second_item": "string",
    "order_count": "bigint",
    "basket_count": "bigint",
    "first_order_count": "bigint",
    "second_order_count": "bigint",
    "first_basket_count": "bigint",
    "second_basket_count": "bigint",
    "pair_order_count": "bigint",
    "tested_pair_count": "bigint",
    "basket_tested_pair_count": "bigint",
    "pair_share": "double",
    "first_to_second_share": "double",
    "second_to_first_share": "double",
    **dict.fromkeys(SCORES, "double"),
    **dict.fromkeys((f"basket_{name}" for name in SCORES), "double"),
    "is_significant": "boolean",
    "is_significant_in_baskets": "boolean",
}


@dataclass
class Counts:
    """How many orders there are, with each item, and with each two."""

    orders: int
    baskets: int  # orders with two different items or more
    items: pd.DataFrame  # item, orders, baskets
    pairs: pd.DataFrame  # first, second (in the order of their names), orders


def count(lines: nw.LazyFrame) -> Counts:
    """Count orders; `lines` has `order` and `item`, once or more often."""
    bought = lines.select("order", "item").unique(["order", "item"])
    # Spark adds up numbers, no truth values.
    sizes = (
        bought.group_by("order")
        .agg(nw.len().alias("size"))
        .with_columns(basket=nw.when(nw.col("size") > 1).then(1).otherwise(0))
    )
    bought = bought.join(sizes, on="order")
    items = bought.group_by("item").agg(
        nw.len().alias("orders"), nw.col("basket").sum().alias("baskets")
    )
    totals = sizes.select(nw.len().alias("orders"), nw.col("basket").sum().alias("baskets"))
    several = bought.filter(nw.col("size") > 1).select("order", "item")
    both = several.rename({"item": "first"}).join(several.rename({"item": "second"}), on="order")
    pairs = both.filter(nw.col("first") < nw.col("second")).group_by("first", "second")
    # A sum over no rows is none.
    orders, baskets = totals.collect("pandas").to_native().fillna(0).astype("int64").iloc[0]
    return Counts(
        int(orders),
        int(baskets),
        items.collect("pandas").to_native(),
        pairs.agg(nw.len().alias("orders")).collect("pandas").to_native(),
    )


def score(level: str, counts: Counts, minimum: int) -> pd.DataFrame:
    """The columns of TYPES, one row a pair that is in `minimum` orders or more."""
    bought = counts.items.set_index("item").astype("int64")
    pairs = counts.pairs[counts.pairs["orders"] >= minimum]
    pairs = pairs.sort_values(["first", "second"], ignore_index=True)
    together = pairs["orders"].to_numpy(dtype="int64")
    result = {
        "item_level": np.full(len(pairs), level, dtype=object),
        "first_item": pairs["first"],
        "second_item": pairs["second"],
        "order_count": counts.orders,
        "basket_count": counts.baskets,
        "pair_order_count": together,
        "pair_share": together / max(counts.orders, 1),
    }
    for kind, prefix, total in (
        ("orders", "", counts.orders),
        ("baskets", "basket_", counts.baskets),
    ):
        first = pairs["first"].map(bought[kind]).to_numpy(dtype="int64")
        second = pairs["second"].map(bought[kind]).to_numpy(dtype="int64")
        possible = int((bought[kind] >= minimum).sum())
        tested = possible * (possible - 1) // 2
        expected = first * second / max(total, 1)
        # At least as many as seen: the survival function is "more than", hence one less.
        chance = hypergeom.sf(together - 1, total, first, second)
        adjusted = adjust(chance, tested)
        singular = kind.removesuffix("s")
        result |= {
            f"first_{singular}_count": first,
            f"second_{singular}_count": second,
            f"{prefix}tested_pair_count": tested,
            f"{prefix}expected_pair_order_count": expected,
            f"{prefix}lift": together / expected,
            f"{prefix}chance_probability": chance,
            f"{prefix}adjusted_probability": adjusted,
            f"is_significant{'_in_baskets' if prefix else ''}": adjusted <= FALSE_DISCOVERIES,
        }
    result["first_to_second_share"] = together / result["first_order_count"]
    result["second_to_first_share"] = together / result["second_order_count"]
    return pd.DataFrame(result, columns=list(TYPES))


def adjust(chance: np.ndarray, tests: int) -> np.ndarray:
    """Benjamini and Hochberg's adjusted probabilities, of these tests among `tests`, of which the others showed nothing."""
    rising = np.argsort(chance, kind="stable")
    ranked = chance[rising] * tests / np.arange(1, len(chance) + 1)
    result = np.empty_like(chance)
    result[rising] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1)
    return result
