"""The laws of incremental processing, on the shipped sample with all its defects, moves and late records.

1. However the files are split into runs, and in whatever order they arrive, the tables end as after one full refresh.
2. A run without news changes nothing.
3. Killed anywhere, the next run ends as if nothing had happened.
4. Neither does a build of a part, a failed model, or a second build at the same time.

MEDALLION_SPLITS and MEDALLION_KILLS set how many splits and kills are tried, MEDALLION_SEED which.
"""

import csv
import io
import os
import random
import time
from pathlib import Path

import duckdb
import pytest
from compare import differences

PROJECT = Path(__file__).resolve().parents[2]
OLIST = PROJECT.parent / "shared" / "olist" / "landing"
SEED = int(os.environ.get("MEDALLION_SEED", "42"))
SPLITS = int(os.environ.get("MEDALLION_SPLITS", "2"))
KILLS = int(os.environ.get("MEDALLION_KILLS", "30"))
# Nothing here reads dbt's artifacts, and writing them takes a tenth of a run.
BUILD = ("build", "--no-write-json", "--exclude-resource-type", "test", "unit_test")


def files() -> list[str]:
    """The shipped files, as paths below the landing root."""
    root = PROJECT / "landing"
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.*") if path.is_file())


def deliver(lakehouse, names):
    """Lands shipped files, with the one modification time that makes every lakehouse see the same version."""
    for name in names:
        content = (PROJECT / "landing" / name).read_bytes()
        lakehouse.land(name, content, modified_at="2018-08-06 00:00:00")


def batches(chance: random.Random, count: int) -> list[list[str]]:
    """The shipped files in a random order, cut into a number of batches at random places."""
    names = files()
    chance.shuffle(names)
    cuts = sorted(chance.sample(range(1, len(names)), count - 1))
    return [names[start:end] for start, end in zip([0, *cuts], [*cuts, len(names)], strict=True)]


@pytest.fixture(scope="module")
def whole(lakehouses):
    """A lakehouse that read everything in one run."""
    lakehouse = lakehouses("whole")
    deliver(lakehouse, files())
    lakehouse.dbt(*BUILD)
    return lakehouse


def stamps(lakehouse) -> dict[str, list]:
    """The rows of each table of bronze, silver and gold, run stamps included."""
    tables = lakehouse.rows(
        """
        select table_schema || '.' || table_name
        from information_schema.tables
        where table_type = 'BASE TABLE' and table_schema in ('bronze', 'silver', 'gold')
            and not starts_with(table_name, 'seed_')
        """
    )
    return {
        table: lakehouse.rows(f"select count(*), bit_xor(hash(row)) from {table} as row")
        for (table,) in tables
    }


@pytest.mark.parametrize("split", range(SPLITS))
def test_any_split_in_any_order_ends_like_a_full_refresh(lakehouses, whole, split):
    chance = random.Random(f"{SEED}-{split}")
    lakehouse = lakehouses(f"split-{split}")
    for batch in batches(chance, 3):
        deliver(lakehouse, batch)
        lakehouse.dbt(*BUILD)
    assert differences(lakehouse.database, whole.database) == {}


def test_a_run_without_news_changes_nothing(lakehouses, whole):
    lakehouse = lakehouses("quiet")
    lakehouse.start_from(whole)
    deliver(lakehouse, files())
    before = stamps(lakehouse)
    lakehouse.dbt(*BUILD)
    assert stamps(lakehouse) == before
    assert differences(lakehouse.database, whole.database) == {}


def repair(lakehouse):
    """What docs/how-to/other-orchestrators.md says when DuckDB cannot read its own log (duckdb/duckdb#25395)."""
    if not lakehouse.database.exists():
        return
    try:
        lakehouse.connect().close()
    except duckdb.Error as error:
        if "while replaying WAL" not in str(error):
            raise
        for log in lakehouse.folder.glob(f"{lakehouse.database.name}.wal*"):
            log.unlink()


def test_killed_anywhere_the_next_run_heals(lakehouses, whole):
    chance = random.Random(f"{SEED}-kills")
    lakehouse = lakehouses("killed")
    landings = batches(chance, max(1, KILLS // 4))
    deliver(lakehouse, landings[0])
    whole_run = lakehouse.dbt(*BUILD).seconds
    killed = 0
    for batch in landings[1:]:
        deliver(lakehouse, batch)
        for _ in range(5):
            run = lakehouse.start(*BUILD)
            run.process.join(chance.uniform(0.2, 1.0) * whole_run)
            killed += run.process.exitcode is None
            run.kill()
            repair(lakehouse)
    assert killed >= min(KILLS, 5) // 2, (
        "most runs ended before they were killed: nothing was tested"
    )
    lakehouse.dbt(*BUILD)
    assert differences(lakehouse.database, whole.database) == {}


def test_partial_failed_and_simultaneous_builds_leave_the_next_one_right(lakehouses, whole):
    chance = random.Random(f"{SEED}-partial")
    lakehouse = lakehouses("partial")
    first, second, third, fourth = batches(chance, 4)
    deliver(lakehouse, first)
    lakehouse.dbt(*BUILD)

    deliver(lakehouse, second)
    lakehouse.dbt(
        "run", "--select", "ops_landed_files", "stg_marketplace__orders", "int_orders__records"
    )
    lakehouse.dbt("run", "--select", "int_order_items__records", "fct_orders")

    deliver(lakehouse, third)
    failed = lakehouse.dbt(*BUILD, "--vars", "{calendar_from: no date}", check=False)
    assert failed.exit_code != 0
    assert "dim_dates" in failed.output

    deliver(lakehouse, fourth)
    running = lakehouse.start(*BUILD)
    while "START sql" not in running.output() and running.process.exitcode is None:
        time.sleep(0.1)
    refused = lakehouse.dbt(*BUILD, check=False)
    assert refused.exit_code != 0
    assert "lock" in refused.output, "the second build must say why it was refused"
    assert running.wait().exit_code == 0

    lakehouse.dbt(*BUILD)
    assert differences(lakehouse.database, whole.database) == {}


def real_slices(chance: random.Random, count: int) -> list[dict[str, bytes]]:
    """An eighth of the published orders with all that belongs to them, every record in one of `count` random drops."""
    slices = [{} for _ in range(count)]
    for path in sorted(OLIST.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *records = csv.reader(file)
        if "order_id" in header:
            records = [record for record in records if record[header.index("order_id")][0] in "01"]
        elif "geolocation" in path.name:
            records = chance.sample(records, len(records) // 20)
        drops = [chance.randrange(count) for _ in records]
        for drop in range(count):
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(
                record for record, of in zip(records, drops, strict=True) if of == drop
            )
            slices[drop][f"2018-09-0{drop + 1}/{path.name}"] = text.getvalue().encode()
    return slices


@pytest.mark.skipif(not OLIST.exists(), reason=f"the published data is not at {OLIST}")
def test_published_data_in_any_order_ends_like_a_full_refresh(lakehouses):
    chance = random.Random(f"{SEED}-real")
    split, whole = lakehouses("real-split"), lakehouses("real-whole")
    slices = real_slices(chance, 3)
    chance.shuffle(slices)
    for drop in slices:
        for name, content in drop.items():
            for lakehouse in (split, whole):
                lakehouse.land(name, content, modified_at="2018-10-01 00:00:00")
        split.dbt(*BUILD)
    whole.dbt(*BUILD)
    assert differences(split.database, whole.database) == {}
    assert split.value("select count(*) from gold.fct_orders") > 10000
