"""`lakehouse publish` and `lakehouse forget` on the sample: what readers get, and a customer who is gone for good."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from compare import differences

from lakehouse import forget, publish

PROJECT = Path(__file__).parents[2]
DELTA = PROJECT / ".venv-publish/bin/python"
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
# A customer with a quarantined review that a later drop corrected, with its text.
WITH_QUARANTINE = """
    select customers.customer_unique_id, customers.customer_id, reviews.order_id, reviews.comment_message
    from silver.int_quarantine as quarantine
    inner join silver.int_order_reviews__records as reviews
        on quarantine.entity = 'order_reviews' and quarantine.business_key = concat(reviews.review_id, '/', reviews.order_id)
    inner join silver.int_orders as orders on reviews.order_id = orders.order_id
    inner join silver.int_customers as customers on orders.customer_id = customers.customer_id
    where quarantine.quarantine_status = 'released' and length(reviews.comment_message) > 20
    order by all
    limit 1
"""
SALES = "select sum(items_brl), sum(freight_brl), sum(paid_brl), count(*), count(distinct customer_key) from gold.fct_orders"


@pytest.fixture(scope="module")
def built(lakehouses):
    """The sample, built."""
    lakehouse = lakehouses("personal")
    shutil.copytree(PROJECT / "landing", lakehouse.landing, dirs_exist_ok=True)
    lakehouse.dbt("build", "--quiet", *WITHOUT_TESTS, learning=True)
    return lakehouse


@pytest.fixture
def copy(built, tmp_path):
    """A copy of the built sample, to change."""
    shutil.copytree(built.folder, tmp_path / "copy")
    return type(built)(tmp_path / "copy", built.parsed)


def tool(lakehouse, command, *options, python=sys.executable, check=True, env=None):
    """Runs a subcommand on a lakehouse."""
    environment = {
        **os.environ,
        "DUCKDB_PATH": str(lakehouse.database),
        "LANDING_PATH": str(lakehouse.landing),
        "DBT_TARGET_PATH": str(lakehouse.folder / "target"),
        "DBT_LOG_PATH": str(lakehouse.folder / "logs"),
        "PUBLISH_PATH": str(lakehouse.folder / "publish"),
        **(env or {}),
    }
    done = subprocess.run(
        [str(python), "-m", "lakehouse", command, *options],
        cwd=PROJECT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def test_nothing_personal_is_published(copy):
    tool(copy, "publish", "--no-delta")
    file = copy.folder / "publish/gold.duckdb"
    assert file.stat().st_mode & 0o222 == 0
    classes = {
        (table.name, column): pii
        for table in publish.declared_tables(copy.folder / "target/manifest.json")
        for column, pii in table.classes.items()
    }
    assert {*classes.values()} >= {"identifier", "postcode", "city", "free_text"}
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{copy.database}' as lakehouse (read_only); attach '{file}' as gold (read_only)"
        )
        raw = {}
        for (table, column), pii in classes.items():
            query = f'select distinct cast("{column}" as varchar) from lakehouse.gold."{table}" where "{column}" is not null'
            raw.setdefault(pii, set()).update(v for (v,) in connection.execute(query).fetchall())
        raw["identifier"] |= {
            v
            for (v,) in connection.execute(
                "select customer_id from lakehouse.silver.int_customers__records"
            ).fetchall()
        }
        raw["identifier"] -= {"unknown", None}
        found = []
        for table, column, kind in connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() where database_name = 'gold'"
        ).fetchall():
            values = {
                v
                for (v,) in connection.execute(
                    f'select distinct "{column}" from gold."{table}"'
                ).fetchall()
            }
            pairs = (
                connection.execute(f'select count(*) from gold."{table}"').fetchone(),
                connection.execute(f'select count(*) from lakehouse.gold."{table}"').fetchone(),
            )
            assert pairs[0] == pairs[1]
            if kind == "VARCHAR":
                found += [
                    (table, column, pii, sorted(values & raw[pii])[:2])
                    for pii in ("identifier", "postcode", "city", "free_text")
                    if values & raw[pii]
                ]
        # A state or a means of payment may be called like a city; nothing else may.
        assert [hit for hit in found if hit[2] != "city"] == []
        assert {hit[1] for hit in found} <= {
            "state_name",
            "customer_state_name",
            "seller_state_name",
        }
        join = """
            select count(*), count(distinct customers.customer_unique_id), count(distinct locations.location_key)
            from {0}.fct_orders as orders
            inner join {0}.dim_customers as customers on orders.customer_key = customers.customer_key
            inner join {0}.dim_locations as locations on orders.customer_location_key = locations.location_key
        """
        assert (
            connection.execute(join.format("gold")).fetchall()
            == connection.execute(join.format("lakehouse.gold")).fetchall()
        )


@pytest.mark.skipif(not DELTA.exists(), reason="needs .venv-publish: make publish")
def test_delta_tables_have_versions_and_an_unchanged_table_gets_none(copy):
    def version(table):
        catalogue = json.loads((copy.folder / "publish/catalogue.json").read_text())
        return catalogue["tables"][table]["delta_version"]

    tool(copy, "publish", python=DELTA)
    with duckdb.connect(str(copy.database)) as connection:
        connection.execute("update gold.dim_payment_types set _processed_at = now()::timestamp")
        connection.execute("update gold.fct_orders set paid_brl = paid_brl + 1")
    tool(copy, "publish", python=DELTA)
    assert version("fct_orders") == 1
    assert version("dim_payment_types") == 0
    path = next((copy.folder / "publish").rglob("fct_orders/_delta_log")).parent
    files = "import deltalake, sys; print(*deltalake.DeltaTable(sys.argv[1], version=int(sys.argv[2])).file_uris())"
    first, second = (
        duckdb.execute(
            "select sum(paid_brl), count(*) from read_parquet(?)",
            [subprocess.check_output([str(DELTA), "-c", files, str(path), n], text=True).split()],
        ).fetchone()
        for n in "01"
    )
    assert second == (first[0] + first[1], first[1])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("alter table gold.fct_orders add column note varchar", "nobody has said whether it is personal data"),
        ("alter table gold.fct_orders drop column has_items", "lacks the column has_items"),
        ("create table gold.extra as select 1 as n", "gold.extra is in the database and not in"),
        ("update gold.fct_orders set order_status = (select min(customer_id) from silver.int_customers__records)",
         "nothing was published, because gold.fct_orders.order_status shows"),
        ("update gold.dim_locations set state_name = city",
         "raw values of the class city: give it config.meta.pii: city"),
        ("update gold.dim_locations set state_name = zip_code_prefix",
         "raw values of the class postcode: give it config.meta.pii: postcode"),
        ("update gold.dim_locations set state_name = location_key",
         "raw values of the class identifier: give it config.meta.pii: identifier"),
        ("update gold.fct_order_reviews set review_id = comment_message where length(comment_message) > 20",
         "gold.fct_order_reviews.review_id shows"),
    ],
)  # fmt: skip
def test_what_is_not_as_declared_is_not_published(copy, damage, message):
    tool(copy, "publish", "--no-delta")
    before = (copy.folder / "publish/gold.duckdb").read_bytes()
    with duckdb.connect(str(copy.database)) as connection:
        connection.execute(damage)
    done = tool(copy, "publish", "--no-delta", check=False)
    assert done.returncode == 1
    assert message in done.stderr
    assert (copy.folder / "publish/gold.duckdb").read_bytes() == before
    # What was refused is not left beside it.
    assert not list((copy.folder / "publish").glob(".*"))


def test_an_identifier_that_looks_like_the_hash_of_a_place_is_no_leak(copy):
    with duckdb.connect(str(copy.database)) as connection:
        connection.execute(
            "update gold.fct_lead_conversions set lead_id = pairs.location_key from ("
            "select leads.lead_id as old_id, places.location_key "
            "from (select lead_id, row_number() over (order by lead_id) as n from gold.fct_lead_conversions) as leads "
            "inner join (select location_key, row_number() over (order by location_key) as n from gold.dim_locations) as places "
            "using (n) where n <= 40) as pairs where lead_id = pairs.old_id"
        )
    tool(copy, "publish", "--no-delta")


def test_an_unknown_customer_and_a_missing_lakehouse_are_told(copy):
    done = tool(copy, "forget", "--customer-unique-id", "nobody", check=False)
    assert (done.returncode, "no customer nobody in" in done.stderr) == (1, True)
    done = tool(copy, "forget", "--customer-id", "x", "--database", "none.duckdb", check=False)
    assert (done.returncode, "run `make build` first" in done.stderr) == (1, True)


def test_a_forgotten_customer_is_gone_and_stays_gone(copy):
    with copy.connect() as connection:
        person, customer, order, text = connection.execute(WITH_QUARANTINE).fetchone()
        sales = connection.execute(SALES).fetchone()
    files = {path: path.read_bytes() for path in copy.landing.rglob("*.*")}

    dry = tool(copy, "forget", "--customer-id", customer)
    assert "Nothing was changed" in dry.stdout
    assert {path: path.read_bytes() for path in files} == files

    done = tool(copy, "forget", "--customer-unique-id", person, "--yes")
    assert "nothing is left" in done.stdout
    for path in [copy.database, *copy.landing.rglob("*.*")]:
        for value in (person, customer, text):
            assert value.encode() not in path.read_bytes(), path
    assert copy.rows(SALES) == [sales]
    assert copy.value(f"select count(*) from gold.fct_orders where order_id = '{order}'") == 1
    receipt = copy.records("from ops.ops_erasures")
    assert len(receipt) == 1
    assert receipt[0]["bronze_record_count"] >= 3

    again = tool(copy, "forget", "--customer-unique-id", person, "--yes")
    assert "was erased before" in again.stdout

    # The shop delivers the customer and the review once more, as they were.
    for name in ("customers", "orders", "order_reviews"):
        for path, content in files.items():
            # Latin-1 takes every byte and gives it back.
            header, *lines = content.decode("latin-1").splitlines()
            mine = [
                line
                for line in lines
                if customer in line or (name == "order_reviews" and order in line)
            ]
            if name in path.name and mine:
                copy.land(f"2018-08-09/olist_{name}_dataset.csv", "\n".join([header, *mine]) + "\n")
    copy.dbt("build", "--quiet", "--exclude-resource-type", "unit_test")
    # The erasure of somebody else takes those files along.
    other = copy.value("select min(customer_unique_id) from silver.int_customers")
    done = tool(copy, "forget", "--customer-unique-id", other, "--yes")
    assert "nothing is left" in done.stdout
    for path in [copy.database, *copy.landing.rglob("*.*")]:
        for value in (person, customer, text, other):
            assert value.encode() not in path.read_bytes(), path
    incremental = copy.folder.parent / "incremental.duckdb"
    # What a run wrote last still lies beside the file.
    with duckdb.connect(str(copy.database)) as database:
        database.execute("checkpoint")
    shutil.copy(copy.database, incremental)
    copy.dbt("build", "--quiet", "--full-refresh", "--exclude-resource-type", "unit_test")
    assert differences(incremental, copy.database, ("bronze", "silver", "gold")) == {}
    for table in (
        "bronze.stg_marketplace__customers",
        "silver.int_customers__records",
        "gold.dim_customers",
    ):
        assert (
            copy.value(f"select count(*) from {table} where customer_unique_id = '{person}'") == 0
        )
    assert (
        copy.value(
            "select count(*) from silver.int_order_reviews__records where comment_message = ?",
            [text],
        )
        == 0
    )
    assert copy.rows(SALES) == [sales]


@pytest.mark.parametrize("step", ["redact", "adopt_versions", "rebuild", "compact"])
def test_a_killed_erasure_is_finished_by_the_next(copy, step, monkeypatch):
    """Without dbt: the rebuild is somebody else's test. The landing zone and bronze end the same."""
    with copy.connect() as connection:
        person, customer, _, text = connection.execute(WITH_QUARANTINE).fetchone()
    arguments = ["--customer-unique-id", person, "--yes", "--database", str(copy.database)]
    arguments += ["--landing", str(copy.landing), "--publication", str(copy.folder / "none")]
    arguments += ["--manifest", str(copy.folder / "target/manifest.json")]
    calls = []

    def rebuilt(_):
        with duckdb.connect(str(copy.database)) as connection:
            for schema in ("silver", "gold"):
                connection.execute(f"drop schema {schema} cascade; create schema {schema}")

    def killed(*_):
        calls.append(step)
        if len(calls) == (3 if step == "redact" else 1):
            raise KeyboardInterrupt
        return 0

    with monkeypatch.context() as patch:
        patch.setattr(forget, "rebuild", rebuilt)
        patch.setattr(forget.landed if step == "redact" else forget, step, killed)
        with pytest.raises(KeyboardInterrupt):
            parsed(arguments)
    monkeypatch.setattr(forget, "rebuild", rebuilt)
    assert parsed(arguments) == 0
    for path in [copy.database, *copy.landing.rglob("*.*")]:
        for value in (person, customer, text):
            assert value.encode() not in path.read_bytes(), path
    on_disk = {
        (str(p.relative_to(copy.landing)), p.stat().st_size) for p in copy.landing.rglob("*.*")
    }
    assert set(copy.rows("select source_file, size_bytes from ops.ops_landed_files")) == on_disk


def test_a_delivery_after_the_erasure_is_rewritten_by_another(copy, monkeypatch):
    """The customer's key of an order is in no table any more: the ledger knows it."""
    with copy.connect() as connection:
        person, customer, _, _ = connection.execute(WITH_QUARANTINE).fetchone()
    arguments = ["--customer-unique-id", person, "--yes", "--database", str(copy.database)]
    arguments += ["--landing", str(copy.landing), "--publication", str(copy.folder / "none")]
    arguments += ["--manifest", str(copy.folder / "target/manifest.json")]

    def rebuilt(_):
        with duckdb.connect(str(copy.database)) as connection:
            for schema in ("silver", "gold"):
                connection.execute(f"drop schema {schema} cascade; create schema {schema}")

    monkeypatch.setattr(forget, "rebuild", rebuilt)
    assert parsed(arguments) == 0
    names = "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state"
    again = copy.land(
        "2018-08-09/olist_customers_dataset.csv",
        f"{names}\n{customer},{person},01037,itu,SP\n{customer},x\n",
    )
    orders = copy.land(
        "2018-08-09/olist_orders_dataset.csv", f"order_id,customer_id\no1,{customer}\n"
    )
    assert parsed(arguments) == 0
    text = again.read_text() + orders.read_text()
    assert customer not in text
    assert person not in text
    assert ",,,SP\n[erased]\n" in text
    assert (
        again.read_text().split("\n")[1].split(",")[0]
        == orders.read_text().split("\n")[1].split(",")[1]
    )


def test_an_order_of_somebody_erased_before_is_known():
    person = forget.Person(ledger={forget.hashed("salt", "o1"): ""}, salt="salt")
    assert person.is_about({"order_id": " o1"})
    assert not person.is_about({"order_id": "o2"})


def parsed(arguments):
    """Runs `forget` in this process."""
    import argparse

    return forget.run(
        forget.add_parser(argparse.ArgumentParser().add_subparsers()).parse_args(arguments)
    )
