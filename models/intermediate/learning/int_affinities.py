"""Grain: one row per level (category, product) and pair of items that at least five orders have together.

What is bought together, and whether chance would do. Python, because a significance test has no SQL.
"""


def model(dbt, session):
    """Count in the engine, test in SciPy."""
    import narwhals as nw
    import pandas as pd

    from lakehouse.learning import affinity, frames, tracking

    minimum = int(dbt.config.meta_get("minimum_orders"))
    items = frames.lazy(dbt.ref("fct_order_items")).filter(nw.col("counts_as_sale"))
    products = frames.lazy(dbt.ref("dim_products"))
    sold = items.select("order_key", "product_key").join(
        products.select("product_key", "product_id", "category_name"), on="product_key"
    )
    order = nw.col("order_key").alias("order")
    categories = sold.filter(nw.col("category_name") != "uncategorized").select(
        order, nw.col("category_name").alias("item")
    )
    by_level = {
        "category": categories,
        "product": sold.filter(~nw.col("product_id").is_null()).select(
            order, nw.col("product_id").alias("item")
        ),
    }
    pairs = pd.concat(
        [
            affinity.score(level, affinity.count(lines), minimum)
            for level, lines in by_level.items()
        ],
        ignore_index=True,
    )
    counts = pairs.groupby("item_level")["is_significant"].agg(["size", "sum"])
    tracking.log(
        "int_affinities",
        {"minimum_orders": minimum, "false_discoveries": affinity.FALSE_DISCOVERIES},
        {
            **counts["size"].add_suffix("_pairs").to_dict(),
            **counts["sum"].add_suffix("_significant_pairs").to_dict(),
        },
    )
    return frames.deliver(session, pairs, affinity.TYPES)
