"""Compares what DuckDB and Databricks built of the same files: every table, its types and its rows as a multiset.

No tolerance anywhere. Left out are only the columns in EXCLUDED, because they tell of the run and not of the data.

`python -m tests.databricks.parity MANIFEST` fails when docs/parity.md lists other tables than the project has.
"""

import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

import duckdb

from tests.e2e.compare import METADATA

PAGE = Path(__file__).resolve().parents[2] / "docs/parity.md"
LAYERS = ("bronze", "silver", "gold", "ops")

# The type of a column on Databricks → on DuckDB. Parameters of decimals must be the same.
TYPES = {
    "string": "VARCHAR",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}

# Table (or all) → column → why its values are no subject of a comparison.
EXCLUDED = {
    "*": dict.fromkeys(sorted(METADATA), "the clock of the run"),
    "ops.ops_model_inputs": {"fingerprint": "a hash of the SQL that each engine compiled"},
    "ops.ops_model_runs": {
        "invocation_id": "the run",
        "execution_seconds": "the clock of the run",
        "message": "what each adapter says",
        "row_count": "DuckDB keeps an estimate, Databricks the number; of tables that the run wrote",
    },
}


class Comparison(NamedTuple):
    """One table: its rows on either engine, and what differs (nothing, when they are equal)."""

    table: str
    duckdb_rows: int
    databricks_rows: int
    difference: str


def compare(database: Path, exported: Path, prefix: str = "") -> list[Comparison]:
    """Compare a DuckDB file with the tables in a folder of `export.py`, whose schemas begin with the prefix."""
    types = json.loads((exported / "types.json").read_text())
    with duckdb.connect(str(database), read_only=True) as connection:
        known = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_schema in (select unnest(?)) and table_type = 'BASE TABLE' order by all",
            [list(LAYERS)],
        ).fetchall()
        there = {name.removeprefix(prefix): columns for name, columns in types.items()}
        names = sorted({name for (name,) in known} | there.keys())
        return [
            _compare(connection, name, there.get(name), exported / f"{prefix}{name}.parquet")
            for name in names
        ]


def _compare(connection, name, columns, file) -> Comparison:
    described = connection.execute(
        "select column_name, data_type from information_schema.columns"
        " where table_schema || '.' || table_name = ? order by ordinal_position",
        [name],
    ).fetchall()
    if not described or columns is None:
        return Comparison(name, 0, 0, f"only on {'Databricks' if columns else 'DuckDB'}")
    count = "select count(*) from {}"
    mine = connection.execute(count.format(name)).fetchone()[0]
    theirs = connection.execute(count.format(f"'{file}'")).fetchone()[0]
    differences = []
    translated = [
        (column, TYPES.get(type_, type_.upper().replace(" ", ""))) for column, type_ in columns
    ]
    if translated != described:
        differences.append(
            f"columns {sorted(set(translated) ^ set(described)) or 'in another order'}"
        )
    excluded = EXCLUDED["*"].keys() | EXCLUDED.get(name, {}).keys()
    kept = ", ".join(
        f'"{column}"'
        for column, _ in described
        if column not in excluded and column in dict(columns)
    )
    sides = (f"select {kept} from {name}", f"select {kept} from '{file}'")
    for where, (left, right) in (("DuckDB", sides), ("Databricks", sides[::-1])):
        only = connection.execute(f"{left} except all {right}").fetchall()
        if only:
            differences.append(f"{len(only)} rows only on {where}, such as {only[0]}")
    return Comparison(name, mine, theirs, "; ".join(differences))


INTRODUCTION = """\
# DuckDB and Databricks, table by table

The same landed files, built twice: by DuckDB, and by the real dbt-databricks adapter on a
[double of a workspace](../tests/databricks/README.md), which executes on open-source Spark and Delta. Then every table was
compared. Equal means: the same columns in the same order, the same types, the same rows as a multiset, without any
tolerance. What the double cannot tell stands in [Run on Databricks](how-to/run-on-databricks.md#what-only-a-workspace-can-show).

`make parity` writes this page, and only when every table of every scenario is equal. `make test-databricks` runs the first
scenario, and fails when the page lists other tables than the project has.
"""


# Kind of statement → how its text begins. The first that fits counts.
KINDS = {
    "ask for metadata: `information_schema`, `describe`, `show`": r"describe|show|select\b.*\binformation_schema\b",
    "plain or temporary views, which read nothing by themselves": r"(?:create|alter)\b[^(]*?\bview\b",
    "change metadata: tags, masks, keys, comments, grants, schemas": r"alter|comment|grant|revoke|drop|create schema",
    "read or write rows: `create table`, `insert`, `merge`, `delete`, `optimize`, queries": "",
}


def kinds(statements: list[str]) -> dict[str, int]:
    """How many statements are of each kind."""
    found = dict.fromkeys(KINDS, 0)
    for statement in statements:
        text = re.sub(r"(?s)/\*.*?\*/", "", statement).strip()
        found[next(kind for kind, start in KINDS.items() if re.match(f"(?is){start}", text))] += 1
    return found


def report(
    comparisons: dict[str, list[Comparison]], statements: dict[str, list[str]] | None = None
) -> str:
    """The page docs/parity.md. Arguments: comparisons (what was built → its tables); statements (build → those sent)."""
    lines = [
        INTRODUCTION,
        "| type on Databricks | on DuckDB |",
        "|---|---|",
        *(f"| {ours} | {theirs} |" for ours, theirs in TYPES.items()),
        "| decimal(p,s) | DECIMAL(p,s) |",
        "",
        "Admitted differences: the values of these columns are not compared (their names and types are).",
        "",
        *(
            f"- `{column}` {'of every table' if table == '*' else f'of `{table}`'}: {reason}"
            for table, columns in EXCLUDED.items()
            for column, reason in columns.items()
        ),
    ]
    for title, tables in comparisons.items():
        lines += [
            "",
            f"## {title}",
            "",
            "| table | rows on DuckDB | rows on Databricks | equal |",
            "|---|---|---|---|",
            *(
                f"| `{each.table}` | {each.duckdb_rows:,} | {each.databricks_rows:,} | {each.difference or 'yes'} |"
                for each in tables
            ),
        ]
    if statements:
        counted = {build: kinds(sent) for build, sent in statements.items()}
        lines += [
            "",
            "## Statements of a build",
            "",
            "Sent to the double for the sample, without tests, comments on columns and foreign keys. A warehouse is paid by",
            "the time it is up, so each counts, and those that read tables count most.",
            "",
            f"| statements | {' | '.join(counted)} |",
            "|---" * (len(counted) + 1) + "|",
            *(
                f"| {kind} | {' | '.join(str(counts[kind]) for counts in counted.values())} |"
                for kind in KINDS
            ),
            f"| all | {' | '.join(str(len(sent)) for sent in statements.values())} |",
        ]
    return "\n".join(lines) + "\n"


def stale(page: str, manifest: dict) -> list[str]:
    """What a page lacks or lists too much, against the tables of a manifest; a line a scenario and table."""
    tables = {
        f"{node['schema']}.{node['alias']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
        and node["config"]["materialized"] not in ("view", "ephemeral")
    }
    found = []
    for scenario in page.split("\n## ")[1:]:
        title, _, rows = scenario.partition("\n")
        if "| table |" not in rows:
            continue
        listed = set(re.findall(r"^\| `([\w.]+)` \|", rows, re.MULTILINE))
        found += [f"{title}: {table} is missing" for table in sorted(tables - listed)]
        found += [f"{title}: there is no {table}" for table in sorted(listed - tables)]
    return found or ([] if "\n## " in page else ["the page holds no scenario"])


if __name__ == "__main__":
    problems = stale(PAGE.read_text(encoding="utf-8"), json.loads(Path(sys.argv[1]).read_text()))
    if problems:
        sys.exit("\n".join([*problems, f"{PAGE.name} is stale: run `make parity`."]))
