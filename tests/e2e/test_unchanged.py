"""A build leaves a model alone when nothing it is built from has changed, and only then."""

import re

import duckdb
import pytest
from test_incremental import BUILD, deliver, files

# A parent's row goes without a trace; the model's own row goes; the last run left no word, as one that was killed.
CAUSES = {
    "parent": (
        "delete from gold.dim_payment_types where payment_type = 'voucher'",
        "mart_payment_mix",
    ),
    "own table": ("delete from gold.mart_payment_mix where rowid = 0", "mart_payment_mix"),
    "no word": (
        "delete from ops.ops_model_inputs where node_id like '%mart_payment_mix'",
        "mart_payment_mix",
    ),
    "parent of a view": (
        "delete from silver.int_leads__records where rowid = 0",
        "fct_lead_conversions",
    ),
}


@pytest.fixture(scope="module")
def built(lakehouses):
    """A lakehouse after two runs: what differs between a first build and a later one is past."""
    lakehouse = lakehouses("built")
    deliver(lakehouse, files())
    lakehouse.dbt(*BUILD)
    lakehouse.dbt(*BUILD)
    return lakehouse


@pytest.fixture
def copy(lakehouses, built):
    """A copy of it for each test."""
    lakehouse = lakehouses("copy")
    lakehouse.start_from(built)
    deliver(lakehouse, files())
    return lakehouse


def outcomes(run) -> dict[str, str]:
    """How each table of silver and gold ended: OK or UNCHANGED."""
    found = re.findall(
        r"OK created sql (?:table|incremental) model (?:silver|gold)\.(\w+) \.*\s*\[(\w+)",
        run.output,
    )
    assert found, run.output
    return dict(found)


def test_without_news_every_table_is_left_alone(copy):
    assert set(outcomes(copy.dbt(*BUILD)).values()) == {"UNCHANGED"}


def test_what_is_selected_or_refreshed_is_built(copy):
    assert outcomes(copy.dbt("run", "--select", "mart_payment_mix")) == {"mart_payment_mix": "OK"}
    refreshed = copy.dbt("run", "--full-refresh", "--exclude", "ops_landed_files+")
    assert set(outcomes(refreshed).values()) <= {"OK"}


@pytest.mark.parametrize("cause", CAUSES)
def test_a_change_without_a_stamp_is_seen(copy, cause):
    statement, model = CAUSES[cause]
    before = copy.rows(f"select * exclude (_processed_at) from gold.{model} order by all")
    with duckdb.connect(str(copy.database)) as connection:
        connection.execute(statement)
    found = outcomes(copy.dbt(*BUILD))
    assert found[model] == "OK"
    assert found["dim_locations"] == "UNCHANGED"
    if cause in ("own table", "no word"):
        after = copy.rows(f"select * exclude (_processed_at) from gold.{model} order by all")
        assert after == before


def test_what_the_code_says_now_is_built(copy):
    # A var of a macro that the model calls: its own text stays.
    run = copy.dbt(*BUILD, "--vars", "{calendar_to: '2021-12-31'}")
    assert outcomes(run)["dim_dates"] == "OK"
    assert copy.value("select max(date_key) from gold.dim_dates") == 20211231


def test_a_run_of_no_rows_does_not_count(copy):
    copy.dbt("run", "--empty", "--exclude", "tag:learning+")
    assert copy.value("select count(*) from gold.mart_payment_mix") == 0
    copy.dbt(*BUILD)
    assert copy.value("select count(*) from gold.mart_payment_mix") > 0
