"""Frames of either engine: a dbt relation in, a small pandas frame to learn from, a typed result out.

    orders = frames.lazy(dbt.ref("fct_orders"))                  # Narwhals, nothing is read yet
    weekly = orders.group_by("week").agg(nw.len().alias("count"))
    known = frames.collect(weekly, by=["week"])                  # pandas, sorted; only now the engine works
    return frames.deliver(session, result, {"week": "date", "count": "bigint"})

On DuckDB a relation is a `DuckDBPyRelation` and the session a cursor; on Databricks they are a Spark frame and the Spark
session. Nothing but this file has to know.
"""

from typing import Any

import narwhals as nw
import pandas as pd

# How a column of each type is held in pandas, so that a missing value stays one and a number keeps its type.
HELD_AS = {
    "string": "object",
    "bigint": "Int64",
    "int": "Int64",
    "double": "float64",
    "boolean": "boolean",
    "date": "datetime64[us]",
    "timestamp": "datetime64[us]",
}


def lazy(relation: Any) -> nw.LazyFrame:
    """A relation of either engine as a Narwhals frame that reads nothing until it is collected."""
    return nw.from_native(relation).lazy()


def collect(frame: nw.LazyFrame, by: list[str]) -> pd.DataFrame:
    """Run the query and give its rows, the same on both engines: days and decimals as pandas has them, sorted by `by`.

    `by` has to tell rows apart: neither engine promises an order, and learning depends on it.
    """
    schema = frame.collect_schema()
    numbers = [nw.col(name).cast(nw.Float64) for name, kind in schema.items() if kind == nw.Decimal]
    if numbers:
        frame = frame.with_columns(*numbers)
    rows = frame.collect("pandas").to_native()
    for name, kind in schema.items():
        if kind == nw.Date or kind == nw.Datetime:
            rows[name] = pd.to_datetime(rows[name]).astype("datetime64[us]")
    return rows.sort_values(by, kind="stable", ignore_index=True)


def deliver(session: Any, rows: pd.DataFrame, types: dict[str, str]) -> Any:
    """The rows as a relation of the session's engine, with the columns of `types` in their order.

    A type is one of string, bigint, int, double, boolean, date, timestamp. It is never guessed, because a guess
    depends on the rows there happen to be.
    """
    held = pd.DataFrame({name: rows[name].astype(HELD_AS[kind]) for name, kind in types.items()})
    if hasattr(session, "createDataFrame"):
        # Spark takes Python's own days and moments, none of pandas'.
        for name in (name for name, kind in types.items() if kind in ("date", "timestamp")):
            times = pd.DatetimeIndex(held[name])
            moments = times.date if types[name] == "date" else times.to_pydatetime()
            held[name] = pd.Series(list(moments), index=held.index, dtype=object)
        records = held.astype(object).where(held.notna(), None)
        schema = ", ".join(f"{name} {kind}" for name, kind in types.items())
        return session.createDataFrame(list(records.itertuples(index=False, name=None)), schema)
    columns = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in types.items())
    return session.from_df(held).project(columns)
