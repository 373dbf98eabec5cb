"""Feature tables that know no future, and Python models: the same twice, right against a second way, tracked when asked."""

import json
import os
import random
import shutil
import subprocess
import sys
from datetime import date, datetime
from itertools import combinations
from pathlib import Path

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import pytest
from lakehouse_run import PROJECT, Lakehouse
from scipy.stats import false_discovery_control, fisher_exact

from lakehouse.learning import affinity, frames, tracking

FEATURES = ("mart_customer_features", "mart_seller_features")
AFFINITIES = ("int_affinities", "mart_product_affinities")
# The sample is too small for pairs in five orders.
ALL_PAIRS = ("--vars", "{affinity_minimum_orders: 1}")
MINIMUM = 5
# Within the sample: months before it and after it.
AS_OF = "2018-05-01"
MLFLOW = PROJECT / ".venv-mlflow/bin"
# What happens at a time that may lie in the future: table, and the time.
EVENTS = {
    "fct_orders": ("purchased_at", ("approved_at", "shipped_at", "delivered_at")),
    "fct_order_items": ("purchased_at", ()),
    "fct_order_reviews": ("answered_at", ()),
}


@pytest.fixture(scope="module")
def sample(lakehouses) -> Lakehouse:
    """The shipped sample, as far as features and affinities need it."""
    lakehouse = lakehouses("learning")
    shutil.copytree(PROJECT / "landing", lakehouse.landing, dirs_exist_ok=True)
    wanted = (f"+{name}" for name in (*FEATURES, "mart_product_affinities"))
    lakehouse.dbt(
        "build", "--select", *wanted, "--exclude-resource-type", "test", *ALL_PAIRS, learning=True
    )
    return lakehouse


def deleted(connection: duckdb.DuckDBPyConnection) -> None:
    """Take away what happened from AS_OF on."""
    for table, (time, later) in EVENTS.items():
        connection.execute(f"delete from gold.{table} where {time} >= '{AS_OF}'")
        for column in later:
            connection.execute(
                f"update gold.{table} set {column} = null where {column} >= '{AS_OF}'"
            )
    connection.execute(
        "update gold.fct_orders set delivery_days = null, is_late_by_day = null, delivery_calendar_days = null,"
        " transit_days = null, order_status = 'shipped', is_delivered = false, is_canceled = false"
        " where delivered_at is null"
    )
    connection.execute("update gold.fct_orders set handling_days = null where shipped_at is null")


def permuted(connection: duckdb.DuckDBPyConnection) -> None:
    """Give what happened from AS_OF on to others: other days, amounts, customers, scores, and another outcome."""
    shuffled = {
        "fct_orders": ["customer_key", "items_brl", "freight_brl", "item_count"],
        "fct_order_items": ["seller_key", "product_key", "price_brl", "freight_brl"],
        "fct_order_reviews": ["review_score", "order_key"],
    }
    for table, (time, later) in EVENTS.items():
        columns = ", ".join(f"mixed.{name}" for name in shuffled[table])
        rows = f"select *, row_number() over (order by {{}}) as place from gold.{table} where {time} >= '{AS_OF}'"
        key = {"fct_orders": "order_key", "fct_order_items": "order_item_key"}.get(
            table, "order_review_key"
        )
        connection.execute(
            f"create or replace temp table mixture as select own.{key} as own_key, {columns}"
            f" from ({rows.format(key)}) as own"
            f" inner join ({rows.format(f'md5({key})')}) as mixed using (place)"
        )
        setters = ", ".join(f"{name} = mixture.{name}" for name in shuffled[table])
        connection.execute(
            f"update gold.{table} set {setters} from mixture where {key} = mixture.own_key"
        )
        for column in later:
            connection.execute(
                f"update gold.{table} set {column} = {column} + interval 40 day where {column} >= '{AS_OF}'"
            )
    connection.execute(
        "update gold.fct_orders set delivery_days = delivery_days + 40, is_late_by_day = not is_late_by_day,"
        " order_status = 'canceled', is_canceled = true, counts_as_sale = false"
        f" where coalesce(delivered_at, purchased_at + interval 999 day) >= '{AS_OF}'"
    )
    connection.execute(
        f"update gold.fct_orders set handling_days = handling_days + 40 where shipped_at >= '{AS_OF}'"
    )


@pytest.mark.parametrize("change", [deleted, permuted])
@pytest.mark.parametrize("model", FEATURES)
def test_the_future_moves_no_feature(sample: Lakehouse, tmp_path: Path, model: str, change) -> None:
    shutil.copy(sample.database, tmp_path / sample.database.name)
    query = (
        sample.folder / f"target/compiled/medallion/models/marts/analytics/{model}.sql"
    ).read_text()
    past = f"select * exclude (_processed_at) from ({query}) where as_of_date <= '{AS_OF}' order by all"
    later = (
        f"select * exclude (_processed_at) from ({query}) where as_of_date > '{AS_OF}' order by all"
    )
    with duckdb.connect(str(tmp_path / sample.database.name)) as connection:
        known, unknown = connection.execute(past).fetchall(), connection.execute(later).fetchall()
        change(connection)
        assert connection.execute(past).fetchall() == known
        # The change was one: what may know it does.
        assert connection.execute(later).fetchall() != unknown
    assert len(known) > 100


def test_a_run_without_news_learns_the_same(sample: Lakehouse) -> None:
    # Its rows keep the time of their last change, though Python models are always run.
    query = "select * from gold.mart_product_affinities order by all"
    before = sample.rows(query)
    sample.dbt("run", "--select", *AFFINITIES, *ALL_PAIRS, learning=True)
    assert sample.rows(query) == before
    assert before


def test_builds_of_the_other_tests_leave_learning_out(sample: Lakehouse) -> None:
    selected = sample.dbt("run", "--select", "int_affinities", *ALL_PAIRS, check=False).output
    assert "Nothing to do" in selected


def baskets(seed: int, orders: int) -> list[tuple[str, str]]:
    """Lines of orders, with some items that go together."""
    chance = random.Random(seed)
    lines = []
    for order in range(orders):
        items = chance.choices(
            "abcdef", weights=[8, 5, 3, 2, 1, 1], k=chance.choice([1, 1, 1, 2, 3])
        )
        if "c" in items and chance.random() < 0.5:
            items.append("d")
        lines += [(str(order), item) for item in items]
    return lines


@pytest.mark.parametrize("seed", range(5))
def test_affinity_agrees_with_counting_by_hand(seed: int) -> None:
    lines = baskets(seed, 400)
    frame = pd.DataFrame(lines, columns=["order", "item"])
    got = affinity.score("category", affinity.count(frames.lazy(duckdb.from_df(frame))), MINIMUM)

    sets: dict[str, set[str]] = {}
    for order, item in lines:
        sets.setdefault(order, set()).add(item)
    for prefix, universe in (
        ("", list(sets.values())),
        ("basket_", [items for items in sets.values() if len(items) > 1]),
    ):
        expected = []
        for first, second in combinations("abcdef", 2):
            table = [
                [
                    sum(
                        (first in items) == one and (second in items) == other for items in universe
                    )
                    for other in (True, False)
                ]
                for one in (True, False)
            ]
            both, size = table[0][0], len(universe)
            if both >= MINIMUM:
                lift = both * size / (sum(table[0]) * (both + table[1][0]))
                expected.append((both, lift, fisher_exact(table, alternative="greater").pvalue))
        columns = ["pair_order_count", f"{prefix}lift", f"{prefix}chance_probability"]
        np.testing.assert_allclose(got[columns], np.array(expected), rtol=1e-8)
        tests = int(got[f"{prefix}tested_pair_count"].iloc[0])
        padded = np.append(got[f"{prefix}chance_probability"], np.ones(tests - len(got)))
        np.testing.assert_allclose(
            got[f"{prefix}adjusted_probability"],
            false_discovery_control(padded)[: len(got)],
            rtol=1e-8,
        )


def test_no_pair_is_no_row() -> None:
    frame = pd.DataFrame({"order": ["1", "2"], "item": ["a", "b"]})
    got = affinity.score("product", affinity.count(frames.lazy(duckdb.from_df(frame))), MINIMUM)
    assert got.empty
    result = frames.deliver(duckdb.connect(), got, affinity.TYPES)
    assert result.columns == list(affinity.TYPES)


def test_results_keep_their_types_and_gaps() -> None:
    rows = pd.DataFrame(
        {
            "text": ["a", None],
            "large": [2**60, None],
            "small": [1, None],
            "number": [0.5, None],
            "flag": [True, None],
            "day": pd.to_datetime(["2018-01-31", None]),
            "moment": pd.to_datetime(["2018-01-31 23:59:59", None]),
        }
    )
    rows["large"] = pd.array([2**60, None], dtype="Int64")
    types = dict(
        zip(
            rows.columns,
            ("string", "bigint", "int", "double", "boolean", "date", "timestamp"),
            strict=True,
        )
    )
    result = frames.deliver(duckdb.connect(), rows, types)
    assert [str(kind) for kind in result.types] == [
        *("VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP")
    ]
    assert result.fetchall()[1] == (None,) * 7
    assert frames.deliver(duckdb.connect(), rows.iloc[1:], types).fetchall() == [(None,) * 7]


def test_spark_gets_plain_python_values() -> None:
    class Spark:
        def createDataFrame(self, rows, schema):  # noqa: N802
            return rows, schema

    rows = pd.DataFrame({"day": pd.to_datetime(["2018-01-31", None]), "number": [0.5, None]})
    rows["moment"] = rows["day"]
    types = {"day": "date", "moment": "timestamp", "number": "double"}
    records, schema = frames.deliver(Spark(), rows, types)
    assert schema == "day date, moment timestamp, number double"
    assert records == [(date(2018, 1, 31), datetime(2018, 1, 31), 0.5), (None, None, None)]
    assert [type(value) for value in records[0]] == [date, datetime, float]


def test_collected_rows_are_sorted_and_plain() -> None:
    relation = duckdb.sql(
        "select * from (values (2, 1.50::decimal(9, 2), date '2018-01-02'), (1, null, null)) as t (id, amount, day)"
    )
    rows = frames.collect(frames.lazy(relation), by=["id"])
    assert rows["id"].tolist() == [1, 2]
    assert rows["amount"].dtype == "float64"
    assert rows["amount"].iloc[1] == 1.5
    assert rows["day"].dtype == "datetime64[us]"
    assert isinstance(frames.lazy(relation), nw.LazyFrame)
    plain = frames.collect(frames.lazy(relation).select("id"), by=["id"])
    assert plain["id"].tolist() == [1, 2]


def test_tracking_costs_nothing_when_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert tracking.log("model", {"a": 1}, {"b": 2.0}) is None
    assert not [name for name in sys.modules if name.split(".")[0] == "mlflow"]


def test_a_run_is_logged_when_on(sample: Lakehouse, tmp_path: Path) -> None:
    if not (MLFLOW / "dbt").exists():
        pytest.skip("the environment of MLflow is missing: `make .venv-mlflow/.installed`")
    environment = {
        **os.environ,
        "MLFLOW_ALLOW_FILE_STORE": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_TRACKING_URI": f"file:{tmp_path / 'mlruns'}",
        "LANDING_PATH": "landing",
        "DUCKDB_PATH": str(sample.database),
    }
    folders = ("--project-dir", PROJECT, "--profiles-dir", PROJECT / "profiles")
    written = ("--target-path", tmp_path / "target", "--log-path", tmp_path)
    command = [MLFLOW / "dbt", "run", "--select", "int_affinities", *ALL_PAIRS, *folders, *written]
    subprocess.run(list(map(str, command)), env=environment, cwd=sample.folder, check=True)
    read = """
import json, mlflow, numpy
from sklearn.linear_model import LinearRegression
from lakehouse.learning import tracking
fitted = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
run = tracking.log("line", {"slope": 2}, {"error": 0.0, "none": None}, {"line": fitted})
again = mlflow.sklearn.load_model(f"runs:/{run}/line").predict([[3.0]])
client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name(tracking.EXPERIMENT)
runs = client.search_runs([experiment.experiment_id])
print(json.dumps([[r.info.run_name, r.data.params, r.data.metrics, list(again)] for r in runs]))
"""
    ended = subprocess.run(
        [str(MLFLOW / "python"), "-c", read],
        env={**environment, "PYTHONPATH": str(PROJECT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    line, model = json.loads(ended.stdout.splitlines()[-1])
    assert line[:3] == ["line", {"slope": "2"}, {"error": 0.0}]
    assert line[3] == pytest.approx([6.0])
    assert model[0] == "int_affinities"
    assert model[1] == {"minimum_orders": "1", "false_discoveries": "0.05"}
    assert model[2]["category_pairs"] == sample.value(
        "select count(*) from gold.mart_product_affinities where item_level = 'category'"
    )
