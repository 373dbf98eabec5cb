"""Forecast and delivery promises in the lakehouse: features without a future, tests that find a bad model, var and reruns."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from lakehouse_run import PROJECT, Lakehouse

PUBLISHED = ("mart_demand_forecasts", "mart_demand_scores", "mart_delivery_promises")
# At noon, so that what the same day still brings is future, too.
AS_OF = "2018-05-01 12:00:00"


@pytest.fixture(scope="module")
def sample(lakehouses) -> Lakehouse:
    """The shipped sample with its predictions, and all their tests green."""
    lakehouse = lakehouses("predictions")
    shutil.copytree(PROJECT / "landing", lakehouse.landing, dirs_exist_ok=True)
    wanted = ("+mart_demand_forecasts", "+mart_demand_scores", "+mart_delivery_scores")
    lakehouse.dbt("build", "--select", *wanted, "--exclude-resource-type", "test", learning=True)
    lakehouse.dbt("test", "--select", *PUBLISHED, "mart_delivery_scores", learning=True)
    with duckdb.connect(str(lakehouse.database)) as connection:
        connection.execute("checkpoint")  # so that a copy of the file has everything
    return lakehouse


def deleted(connection: duckdb.DuckDBPyConnection) -> None:
    """Take away what happened from AS_OF on."""
    connection.execute(
        f"delete from gold.fct_order_items where purchased_at >= '{AS_OF}';"
        f"delete from gold.fct_orders where purchased_at >= '{AS_OF}';"
        f"update gold.fct_orders set handling_days = null, shipped_at = null where shipped_at >= '{AS_OF}';"
        "update gold.fct_orders set delivery_calendar_days = null, delivered_at = null"
        f" where delivered_at >= '{AS_OF}'"
    )


def changed(connection: duckdb.DuckDBPyConnection) -> None:
    """Let what happened from AS_OF on happen otherwise."""
    connection.execute(
        "update gold.fct_orders set delivery_calendar_days = delivery_calendar_days * 3,"
        f" delivered_at = delivered_at + interval 30 day where delivered_at >= '{AS_OF}';"
        "update gold.fct_orders set handling_days = handling_days * 3,"
        f" shipped_at = shipped_at + interval 30 day where shipped_at >= '{AS_OF}'"
    )


def compiled(lakehouse: Lakehouse, path: str) -> str:
    return (lakehouse.folder / f"target/compiled/medallion/models/{path}.sql").read_text()


@pytest.mark.parametrize("change", [deleted, changed])
def test_the_future_moves_no_feature_of_a_delivery(sample: Lakehouse, tmp_path: Path, change):
    parents = ("int_delivery_baskets", "int_delivery_conditions")
    outcomes = "_processed_at, promised_calendar_days, delivery_calendar_days, delivered_at"
    query = compiled(sample, "marts/analytics/mart_delivery_features")
    features = f"select * exclude ({outcomes}) from ({query}) where purchased_at"
    past, later = (f"{features} {sign} '{AS_OF}' order by order_key" for sign in ("<", ">="))
    shutil.copy(sample.database, tmp_path / sample.database.name)
    with duckdb.connect(str(tmp_path / sample.database.name)) as connection:
        known, unknown = connection.execute(past).fetchall(), connection.execute(later).fetchall()
        change(connection)
        for name in parents:
            rows = compiled(sample, f"intermediate/learning/{name}")
            connection.execute(f"create or replace table silver.{name} as {rows}")
        assert connection.execute(past).fetchall() == known
        # The change was one: what may know it does.
        assert connection.execute(later).fetchall() != unknown
    assert len(known) > 1000


def contents(lakehouse: Lakehouse) -> dict[str, list]:
    return {
        name: lakehouse.rows(f"select * exclude (_processed_at) from gold.{name} order by all")
        for name in (*PUBLISHED, "mart_delivery_scores")
    }


def test_a_run_without_news_predicts_the_same(sample: Lakehouse):
    before = contents(sample)
    sample.dbt(
        "run", "--select", "tag:learning", "--exclude", "+mart_product_affinities", learning=True
    )
    assert contents(sample) == before
    assert all(before.values())


def test_a_model_worse_than_the_baseline_is_refused(sample: Lakehouse):
    with duckdb.connect(str(sample.database)) as connection:
        connection.execute(
            "update gold.mart_demand_scores set model_mase = 9, is_better_than_baseline = false,"
            " interval_coverage = 0.6"
        )
        connection.execute("update gold.mart_delivery_scores set kept_share = 0.6")
    names = (
        "demand_forecast_beats_baseline",
        "demand_interval_covers",
        "delivery_promise_is_kept",
    )
    run = sample.dbt("test", "--select", *names, check=False, learning=True)
    assert "does not beat the baseline (naive): MASE 9" in run.output
    assert "too narrow: of the weeks of the test 0.6 came within them" in run.output
    assert "is kept too rarely: kept 0.6" in run.output


def test_learning_as_of_knows_nothing_later(sample: Lakehouse):
    wanted = (
        "mart_demand_forecasts",
        "mart_delivery_promises",
        "int_demand_forecasts",
        "int_delivery_promises",
    )
    sample.dbt(
        "run", "--select", *wanted, "--vars", '{learning_as_of: "2018-05-31"}', learning=True
    )
    assert sample.rows(
        "select min(week_start_date), max(week_start_date) from gold.mart_demand_forecasts"
    ) == [(date(2018, 5, 28), date(2018, 7, 16))]
    later = sample.rows(
        "select count(*), min(purchased_at) >= '2018-06-01', max(learned_until) = '2018-06-01'"
        " from gold.mart_delivery_promises where purpose = 'later'"
    )
    assert later[0][0] > 300
    assert later[0][1:] == (True, True)
