"""Measure the distributions the simulator draws from, out of a copy of the real Olist files.

    python -m lakehouse.simulate.measure DIR_WITH_THE_ELEVEN_FILES

Rewrites ``weights.csv``, ``quantiles.csv`` and ``cities.csv`` beside this file. Only aggregates
leave this script: counts, quantiles cut at 0.5 % and 99.5 %, and medians of a city's coordinates.
Whoever only uses the simulator never needs to run it.
"""

import argparse
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
DATA = HERE / "data"
FILES = {
    "orders": "olist_orders_dataset",
    "items": "olist_order_items_dataset",
    "payments": "olist_order_payments_dataset",
    "reviews": "olist_order_reviews_dataset",
    "customers": "olist_customers_dataset",
    "sellers": "olist_sellers_dataset",
    "products": "olist_products_dataset",
    "geolocation": "olist_geolocation_dataset",
    "leads": "olist_marketing_qualified_leads_dataset",
    "deals": "olist_closed_deals_dataset",
}


def main() -> None:
    """Read the real files named on the command line and rewrite the three tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("landing", type=Path, help="folder that holds the real files")
    landing = parser.parse_args().landing
    connection = duckdb.connect()
    for name, stem in FILES.items():
        connection.execute(
            f"create table {name} as select * from read_csv(?, all_varchar = true, "
            "quote = '\"', escape = '\"', strict_mode = false, parallel = false)",
            [str(landing / f"{stem}.csv")],
        )
    connection.execute((HERE / "sql" / "measure.sql").read_text(encoding="utf-8"))
    for table in ("weights", "quantiles", "cities"):
        target = DATA / f"{table}.csv"
        connection.execute(f"copy (select * from {table} order by all) to '{target}' (header)")


if __name__ == "__main__":
    main()
