"""The fifth law: DuckDB and Databricks end with the same rows."""

import csv
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, TOKEN, Client, Double, run_dbt, running_double

from tests.databricks import parity

OLIST = ROOT.parent / "shared/olist/landing"
# Without comments on columns, of which each is a statement, and without metric views, which are definitions over gold:
# Spark knows an older form of them only. Unit tests give the rows that they compare; the engines agree on them when they
# agree on the data.
TESTED = (
    *("--exclude-resource-type", "unit_test"),
    *("--vars", "{column_comments: false, databricks_metric_views: false}"),
)
# Without tests and foreign keys.
BARE = (
    *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
    *("--vars", "{column_comments: false, databricks_metric_views: false, foreign_keys: false}"),
)


class Twins:
    """One landing zone, built by DuckDB and on the double."""

    def __init__(self, double: Double, folder: Path, name: str):
        self.double, self.folder, self.name = double, folder, name
        self.landing, self.database = folder / "landing", folder / "lakehouse.duckdb"
        self.landing.mkdir(parents=True)
        self.sent: list[list[str]] = []  # the statements of each build

    def land(self, *folders: Path) -> None:
        """Deliver folders, at one time in whole seconds."""
        for folder in folders:
            shutil.copytree(folder, self.landing / folder.name)
        for path in self.landing.rglob("*"):
            os.utime(path, (1_534_000_000, 1_534_000_000))

    def build(self, *arguments: str) -> None:
        """Build on both engines, at the same time."""
        before = len(self.double.log())
        with ThreadPoolExecutor() as pool:
            outcomes = pool.map(
                lambda target: self.dbt(target, "build", *arguments), ("duckdb", "databricks")
            )
            for outcome in outcomes:
                assert outcome.returncode == 0, outcome.stdout[-5000:]
        log = self.double.log()[before:]
        self.sent.append([line["statement"] for line in log if "statement" in line])

    def dbt(self, target: str, *arguments: str) -> subprocess.CompletedProcess:
        """Run dbt of this project on one of the engines, in this landing zone."""
        address = f"http://127.0.0.1:{self.double.port}"
        parameters = {
            "_connection_uri": f"{address}/sql/1.0/warehouses/double",
            "use_cloud_fetch": False,
            "enable_telemetry": False,
        }
        return run_dbt(
            ".venv" if target == "duckdb" else ".venv-databricks",
            *("--quiet", *arguments, "--target", target),
            project=ROOT,
            output=self.folder / target,
            variables={
                "LANDING_PATH": str(self.landing),
                "DUCKDB_PATH": str(self.database),
                "DATABRICKS_HOST": address,
                "DATABRICKS_HTTP_PATH": "sql/1.0/warehouses/double",
                "DATABRICKS_TOKEN": TOKEN,
                "DATABRICKS_CATALOG": "main",
                "DATABRICKS_CONNECTION_PARAMETERS": json.dumps(parameters),
                "DBT_SCHEMA": self.name,
                "DBT_THREADS": "2",
            },
        )

    def compare(self, layers: tuple[str, ...] = parity.LAYERS) -> list[parity.Comparison]:
        """Every table of both engines."""
        exported = self.export(*(f"{self.name}_{layer}" for layer in layers))
        return parity.compare(self.database, exported, f"{self.name}_")

    def export(self, *what: str) -> Path:
        """A folder with what `export.py` writes."""
        exported = self.folder / "exported"
        shutil.rmtree(exported, ignore_errors=True)
        exported.mkdir()
        script = Path(__file__).with_name("export.py")
        subprocess.run(
            [str(ROOT / ".venv-databricks/bin/python"), str(script), str(exported), *what],
            env=self.double.environment,
            check=True,
        )
        return exported


@pytest.fixture(scope="module")
def own_double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    """A double for these tests alone, because another counts what it is asked."""
    with running_double(tmp_path_factory.mktemp("double")) as running:
        yield running


INCREMENTAL = "The sample, its last two drops each in a run of its own"
FULL_REFRESH = "The sample, in one full refresh"
PUBLISHED = "A tenth of the published data"
STATEMENTS: dict[str, list[str]] = {}


@pytest.fixture(scope="module")
def results() -> Iterator[dict[str, list[parity.Comparison]]]:
    """What the tests compared; when that was everything and all of it equal, the page is written."""
    found: dict[str, list[parity.Comparison]] = {}
    yield found
    if set(found) == {INCREMENTAL, FULL_REFRESH, PUBLISHED} and not any(
        map(unequal, found.values())
    ):
        parity.PAGE.write_text(parity.report(found, STATEMENTS), encoding="utf-8")


@pytest.fixture(scope="module")
def sample(own_double: Double, tmp_path_factory: pytest.TempPathFactory) -> Twins:
    """The shipped sample: without its last two drops, then each of them, the last one with every data test."""
    twins = Twins(own_double, tmp_path_factory.mktemp("sample"), "sample")
    *before, last_but_one, last = sorted((ROOT / "landing").iterdir())
    for drops, arguments in ((before, BARE), ([last_but_one], BARE), ([last], TESTED)):
        twins.land(*drops)
        twins.build(*arguments)
    return twins


def unequal(tables: list[parity.Comparison]) -> list[str]:
    assert tables
    return [f"{each.table}: {each.difference}" for each in tables if each.difference]


def test_two_incremental_drops_end_the_same(sample: Twins, results: dict) -> None:
    results[INCREMENTAL] = sample.compare()
    assert unequal(results[INCREMENTAL]) == []


def test_foreign_keys_are_those_that_are_tested(sample: Twins) -> None:
    manifest = json.loads((sample.folder / "databricks/manifest.json").read_text())["nodes"]
    expected = set()
    for node in manifest.values():
        if (node.get("test_metadata") or {}).get("name") == "relationships":
            child = manifest[node["attached_node"]]
            (parent,) = set(node["depends_on"]["nodes"]) - {node["attached_node"]}
            if child["config"]["contract"]["enforced"]:
                references = f"main.{manifest[parent]['schema']}.{manifest[parent]['alias']}"
                expected.add((child["alias"], node["column_name"], references))
    keys = sample.double.state()["recorded"]["keys"]
    found = {
        (table.split(".")[2], key["columns"], key["references"].replace("`", ""))
        for table, facts in keys.items()
        for key in facts.values()
        if key["type"] == "FOREIGN KEY"
    }
    assert found == expected
    assert len(found) > 30


@pytest.mark.long
def test_a_build_without_news_changes_no_row(sample: Twins) -> None:
    before = {file.name: file.read_bytes() for file in exported_rows(sample)}
    sample.build(*BARE)
    after = {file.name: file.read_bytes() for file in exported_rows(sample)}
    assert [name for name in before if before[name] != after[name]] == []
    first, one_day, _with_tests, no_news = sample.sent
    STATEMENTS.update({"first": first, "one day": one_day, "no news": no_news})


def exported_rows(twins: Twins) -> list[Path]:
    """The tables of silver and gold on the double, the time of their last change included, each in one order."""
    exported = twins.export(f"{twins.name}_silver", f"{twins.name}_gold")
    files = sorted(exported.glob("*.parquet"))
    for file in files:
        # Written in one order; the file says the same when its rows are the same.
        duckdb.sql(f"copy (select * from '{file}' order by all) to '{file}.sorted.csv'")
    return [file.with_name(f"{file.name}.sorted.csv") for file in files]


@pytest.mark.long
def test_a_full_refresh_ends_the_same(sample: Twins, results: dict) -> None:
    sample.build("--full-refresh", *BARE)
    results[FULL_REFRESH] = sample.compare()
    assert unequal(results[FULL_REFRESH]) == []


# From here on the sample is changed: nothing is compared after these.
def test_streaming_tables_would_hold_the_same(sample: Twins) -> None:
    # The double runs no stream, but the query of one is a query.
    variables = json.dumps({"databricks_bronze": "streaming_table"})
    outcome = sample.dbt("databricks", "compile", "--select", "staging", "--vars", variables)
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    queries = sorted((sample.folder / "databricks/compiled").rglob("stg_*.sql"))
    assert len(queries) == 12
    for query in queries:
        text = query.read_text()
        assert "stream read_files" in text
        query.write_text(text.replace("stream read_files", "read_files"))
    exported = sample.export(*map(str, queries))
    with duckdb.connect(str(sample.database), read_only=True) as connection:
        for query in queries:
            table, file = f"bronze.{query.stem}", exported / f"{query.stem}.parquet"
            sides = [f"select * exclude (_loaded_at) from {each}" for each in (table, f"'{file}'")]
            for left, right in (sides, sides[::-1]):
                only = connection.execute(f"{left} except all {right}").fetchall()
                assert only == [], table


@pytest.mark.parametrize(
    ("variable", "model", "kind"),
    [
        ("databricks_bronze: streaming_table", "stg_marketplace__orders", "streaming table"),
        (
            "databricks_bronze: [stg_carriers__shipment_events]",
            "stg_carriers__shipment_events",
            "streaming table",
        ),
        ("databricks_marts: materialized_view", "mart_monthly_sales", "materialized view"),
        ("databricks_marts: materialized_view", "fct_seller_months", "materialized view"),
    ],
)
def test_the_variants_are_analysed(sample: Twins, variable: str, model: str, kind: str) -> None:
    outcome = sample.dbt("databricks", "run", "--select", model, "--vars", f"{{{variable}}}")
    assert "ANALYSED_ONLY" in outcome.stdout
    assert f"the query of the {kind}" in outcome.stdout


def test_masks_show_strangers_what_is_published(sample: Twins) -> None:
    outcome = sample.dbt("databricks", "run-operation", "create_policies")
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    texts = ["cast(null as string)", "''", "'01311'", "'São Paulo'", "'it''s'", "'00012b2c'"]
    values = {"coordinate": ["cast(null as double)", "-23.5505e0", "0.5e0", "1.5e0", "-46.5e0"]}
    client = Client(sample.double)
    for kind in ("identifier", "postcode", "city", "free_text", "coordinate"):
        # What publishing makes of a value, from the macro that both have.
        inline = f"select {{{{ masked('value', '{kind}') }}}}"
        compiled = sample.dbt("duckdb", "compile", "--inline", inline, "--output", "json")
        assert compiled.returncode == 0, compiled.stdout[-3000:]
        query = json.loads(compiled.stdout)["compiled"]
        for value in values.get(kind, texts):
            function = f"main.{sample.name}_governance.mask_{kind}"
            (shown,) = client.rows(f"select {function}({value}) as shown")
            expected = duckdb.sql(f"{query} from (select {value} as value)").fetchone()[0]
            assert shown["shown"] == expected, (kind, value)


def test_a_regional_team_gets_a_filtered_table(sample: Twins) -> None:
    variables = "{column_comments: false, regional_group: regional-teams}"
    for arguments in (("--full-refresh",), ()):
        arguments = ("run", "--select", "dim_customers", "--vars", variables, *arguments)
        outcome = sample.dbt("databricks", *arguments)
        assert outcome.returncode == 0, outcome.stdout[-3000:]
    recorded = sample.double.state()["recorded"]
    table = f"main.{sample.name}_gold.dim_customers"
    function = f"`main`.`{sample.name}_governance`.`only_own_region`"
    assert recorded["row_filters"][table] == f"{function} ON (`region_name`)"
    assert ["regional-teams", "SELECT"] in recorded["grants"][table]
    assert f"main.{sample.name}_gold.dim_sellers" not in recorded["row_filters"]


@pytest.mark.long
def test_a_tenth_of_the_published_data_ends_the_same(
    own_double: Double, tmp_path_factory: pytest.TempPathFactory, results: dict
) -> None:
    if not OLIST.exists():
        pytest.skip("the published data is not there: ../shared/olist/landing")
    folder = tmp_path_factory.mktemp("olist")
    write_tenth(folder / "tenth")
    twins = Twins(own_double, folder / "twins", "olist")
    twins.land(folder / "tenth")
    twins.build(*BARE)
    results[PUBLISHED] = twins.compare()
    assert unequal(results[PUBLISHED]) == []


# Files of `tests/e2e/test_ingest.py` that the engines show differently, and why.
ADMITTED = {
    # DuckDB gives no bytes for them, and shows each as `?`; here they are read as Latin-1, as in any other file.
    "gzip-latin-1": "bytes that are not UTF-8, in a compressed file",
    "json-gzip": "bytes that are not UTF-8, in a compressed file",
    # DuckDB shows none in the inventory; the records are the same.
    "json-long": "a first line of more than 400,000 bytes",
    # Spark lists no file without a byte. It has no record either.
    "empty": "a file of no bytes",
}


def test_nasty_files_are_read_alike(
    own_double: Double, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tests/e2e"))
    import test_ingest
    from lakehouse_run import Lakehouse

    test_ingest.land_all(Lakehouse(tmp_path))
    twins = Twins(own_double, tmp_path / "twins", "nasty")
    for path in sorted((tmp_path / "landing").rglob("*")):
        name = path.relative_to(tmp_path / "landing")
        # Hadoop takes no colon in a name; the double takes no folder that looks like a partition.
        if path.is_file() and ":" not in path.name and "=" not in str(name.parent):
            (twins.landing / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, twins.landing / name)
    for target in ("duckdb", "databricks"):
        outcome = twins.dbt(target, "run", "--select", "ops_landed_files", "staging", *TESTED[-2:])
        assert outcome.returncode == 0, outcome.stdout[-3000:]
    exported = twins.export("nasty_bronze", "nasty_ops")
    tables = {each.table: each for each in parity.compare(twins.database, exported, "nasty_")}
    assert tables["bronze.stg_marketplace__customers"].difference == ""
    for table in ("ops.ops_landed_files", *(each for each in tables if each.startswith("bronze."))):
        files = different_files(twins.database, table, exported / f"nasty_{table}.parquet")
        assert [file for file in files if not file.startswith(tuple(ADMITTED))] == [], table


def test_erased_people_stay_out_on_both_engines(own_double: Double, tmp_path: Path) -> None:
    twins = Twins(own_double, tmp_path / "twins", "erased")
    first, *_ = sorted((ROOT / "landing").iterdir())
    with (first / "olist_customers_dataset.csv").open() as lines:
        customer, person, *_ = list(csv.reader(lines))[7]
    twins.land(first)
    folder = twins.landing / "2018-12-01"
    folder.mkdir()
    # What comes after the erasure: in each format, with a column nobody declared, and in a line that is no record.
    header = (
        "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state,phone"
    )
    (folder / "olist_customers_dataset.csv").write_text(
        f"{header}\n{customer},{person},01234,osasco,SP,555-0100\nx,y,01235,osasco,SP,555-0101\n{customer},{person}\n"
    )
    fields = {"customer_id": customer, "customer_unique_id": person, "customer_city": "osasco"}
    (folder / "olist_customers_dataset.jsonl").write_text(
        json.dumps(fields | {"phone": "555-0100", "_operation": "delete"})
        + "\n"
        + json.dumps({"customer_id": "z", "phone": "555-0102"})
        + "\n"
    )
    columns = ", ".join(f"'{value}' as {name}" for name, value in fields.items())
    duckdb.sql(f"copy (select {columns}) to '{folder}/olist_customers_dataset.parquet'")
    select = ("--select", "ops_landed_files", "ops_erased_keys", "stg_marketplace__customers")
    ledger = ", ".join(
        f"(md5(concat('salt', '{key}')), 'replaced-{n}', 'salt', cast('2018-01-01' as timestamp))"
        for n, key in enumerate((customer, person))
    )
    for target in ("duckdb", "databricks"):
        outcome = twins.dbt(target, "run", "--select", "ops_erased_keys", *TESTED[-2:])
        assert outcome.returncode == 0, outcome.stdout[-3000:]
    with duckdb.connect(str(twins.database)) as connection:
        connection.execute(f"insert into ops.ops_erased_keys values {ledger}")
    Client(own_double).rows(f"insert into main.erased_ops.ops_erased_keys values {ledger}")
    twins.build(*select, *BARE)
    exported = twins.export("erased_bronze")
    compared = parity.compare(twins.database, exported, "erased_")
    (table,) = [each for each in compared if each.table == "bronze.stg_marketplace__customers"]
    assert table.difference == ""
    with duckdb.connect(str(twins.database), read_only=True) as connection:
        rows = connection.execute(
            "select customer_id, customer_city, _rescued_data, _corrupt_record"
            " from bronze.stg_marketplace__customers where _source_file like '2018-12-01/%'"
            " order by _source_file, _source_row"
        ).fetchall()
        everything = str(connection.execute("from bronze.stg_marketplace__customers").fetchall())
    assert rows == [
        ("replaced-0", None, None, None),
        ("x", "osasco", '{"phone":"555-0101"}', None),
        (None, None, None, "[erased]"),
        ("replaced-0", None, '{"_operation":"delete"}', None),
        ("z", None, '{"phone":"555-0102"}', None),
        ("replaced-0", None, None, None),
    ]
    assert customer not in everything
    assert person not in everything


def different_files(database: Path, table: str, file: Path) -> list[str]:
    """The landed files of which two tables hold different rows."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
        kept = ", ".join(name for name in names if name not in parity.EXCLUDED["*"])
        column = "source_file" if "source_file" in names else "_source_file"
        left, right = (f"select {kept} from {each}" for each in (table, f"'{file}'"))
        return [
            row[0]
            for row in connection.execute(
                f"select distinct {column} from (({left} except all {right}) union all ({right} except all {left}))"
            ).fetchall()
        ]


def test_a_stale_page_is_found() -> None:
    table = parity.Comparison("gold.a", 1, 1, "")
    page = parity.report({"One": [table], "Two": [table, table._replace(table="gold.b")]})
    kinds = {"a": "table", "b": "incremental", "c": "view"}
    nodes = {
        name: {
            "schema": "gold",
            "alias": name,
            "resource_type": "model",
            "config": {"materialized": kind},
        }
        for name, kind in kinds.items()
    }
    assert parity.stale(page, {"nodes": nodes}) == ["One: gold.b is missing"]
    del nodes["a"]
    assert "Two: there is no gold.a" in parity.stale(page, {"nodes": nodes})
    assert parity.stale("", {"nodes": nodes}) == ["the page holds no scenario"]


def test_statements_are_told_apart() -> None:
    sent = [
        "/* dbt */ select * from `main`.`information_schema`.tables",
        "/* dbt */\n select 1",
        "create or replace temporary view `a` as select * from b",
        "create or replace table a as select 1",
        "alter table a set tags ('b' = 'c')",
    ]
    assert list(parity.kinds(sent).values()) == [1, 1, 1, 2]
    assert "| all | 5 |" in parity.report({}, {"first": sent})


def test_a_difference_is_found(tmp_path: Path) -> None:
    database = tmp_path / "lakehouse.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema gold")
        connection.execute(
            "create table gold.a as select 1 as id, cast(2 as decimal(9, 2)) as brl, now() as _loaded_at"
        )
        connection.execute(
            f"copy (select 1 as id, 2.01 as brl, 1 as _loaded_at) to '{tmp_path}/gold.a.parquet'"
        )
    columns = [("id", "int"), ("brl", "decimal(9,2)"), ("_loaded_at", "timestamp")]
    (tmp_path / "types.json").write_text(json.dumps({"gold.a": columns, "gold.b": columns}))
    first, second = parity.compare(database, tmp_path)
    assert "1 rows only on DuckDB" in first.difference
    assert "_loaded_at" in first.difference  # on DuckDB a moment, not a wall clock
    assert second.difference == "only on Databricks"


def write_tenth(folder: Path) -> None:
    """A tenth of the orders with what belongs to them, and a tenth of the places."""
    folder.mkdir()
    kept = {
        "olist_orders_dataset": "true",
        "olist_customers_dataset": "customer_id in (select customer_id from orders)",
        "olist_order_items_dataset": "order_id in (select order_id from orders)",
        "olist_order_payments_dataset": "order_id in (select order_id from orders)",
        "olist_order_reviews_dataset": "order_id in (select order_id from orders)",
        "olist_geolocation_dataset": "md5(geolocation_zip_code_prefix) < '1a'",
    }
    with duckdb.connect() as connection:
        read = "read_csv('{}', all_varchar = true, header = true, quote = '\"', escape = '\"')"
        orders = read.format(OLIST / "olist_orders_dataset.csv")
        connection.execute(f"create table orders as from {orders} where md5(order_id) < '1a'")
        for path in sorted(OLIST.glob("*.csv")):
            source = "orders" if path.stem == "olist_orders_dataset" else read.format(path)
            connection.execute(
                f"copy (from {source} where {kept.get(path.stem, 'true')}) to '{folder / path.name}' (header)"
            )
