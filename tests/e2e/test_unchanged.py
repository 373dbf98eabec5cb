"""A build leaves a model alone when nothing it is built from has changed, and only then; a test can do so with rows."""

import re

import duckdb
import pytest
from test_incremental import BUILD, deliver, files

# Why a model is built anew, though no stamp says so → what is done, and the model.
CAUSES = {
    "a parent's row went": (
        "delete from gold.dim_payment_types where payment_type = 'voucher'",
        "mart_payment_mix",
    ),
    "its own row went": (
        "delete from gold.mart_customer_cohorts where rowid = 0",
        "mart_customer_cohorts",
    ),
    # As of a run that was killed.
    "the last run left no word": (
        "delete from ops.ops_model_inputs where node_id like '%.mart_review_drivers'",
        "mart_review_drivers",
    ),
    "a row of a view's parent went": (
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


def test_a_change_without_a_stamp_is_seen(copy):
    cohorts = "select * exclude (_processed_at) from gold.mart_customer_cohorts order by all"
    before = copy.rows(cohorts)
    with duckdb.connect(str(copy.database)) as connection:
        for statement, _ in CAUSES.values():
            connection.execute(statement)
    found = outcomes(copy.dbt(*BUILD))
    assert {cause: found[model] for cause, (_, model) in CAUSES.items()} == dict.fromkeys(
        CAUSES, "OK"
    )
    assert found["dim_locations"] == found["mart_monthly_sales"] == "UNCHANGED"
    assert copy.rows(cohorts) == before


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


# The test that fails → what is done to the reviews, with what stamp.
WRONG = {
    "accepted_values_fct_order_reviews_review_score": (
        "update gold.fct_order_reviews set review_score = 9, _processed_at = {stamp} where rowid = 0"
    ),
    # The row it doubles is an old one.
    "unique_fct_order_reviews_order_review_key": (
        "insert into gold.fct_order_reviews select * replace ({stamp} as _processed_at)"
        " from gold.fct_order_reviews where rowid = 1"
    ),
    # A key of two columns.
    "unique_combination_int_order_reviews__records": (
        "insert into silver.int_order_reviews__records select * replace ({stamp} as _processed_at)"
        " from silver.int_order_reviews__records where rowid = 0"
    ),
}


def test_new_rows_are_tested_alone(copy):
    reviews = ("--select", "fct_order_reviews", "int_order_reviews__records", "--vars")

    def found(rows):
        return failed(copy.dbt("test", *reviews, f"{{test_rows: {rows}}}", check=False))

    # No test has passed yet: all is looked at.
    copy.dbt("build", *reviews, "{test_rows: new}")
    for stamp, is_new in (("_processed_at", False), ("current_timestamp::timestamp", True)):
        with duckdb.connect(str(copy.database)) as connection:
            for statement in WRONG.values():
                connection.execute(statement.format(stamp=stamp))
        assert found("all") == set(WRONG)
        assert found("new") == (set(WRONG) if is_new else set())


def failed(run) -> set[str]:
    """The tests of WRONG that dbt's output says failed."""
    lines = [line for line in run.output.splitlines() if " FAIL " in line]
    return {test for test in WRONG if any(test in line for line in lines)}
