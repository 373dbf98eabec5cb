"""The subcommand `pr-report`: what a change does to the tables, compared with a base commit.

Builds the base in a work tree of its own, then what differs from it and all that reads that, over the same landing
zone, and compares the two databases model by model. Everything happens on this machine, in DuckDB.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from lakehouse import options

PROJECT = Path(__file__).resolve().parents[1]
# When a run read or wrote a row says nothing about the row.
METADATA = {"_processed_at", "_loaded_at", "first_seen_at"}
# What the runs themselves leave behind, different in every run.
LEDGERS = {"ops_model_runs"}
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "DECIMAL")


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `pr-report`."""
    parser = subparsers.add_parser(
        "pr-report", help="build a base commit and this one, and say how the tables differ"
    )
    parser.add_argument(
        "--base", default="main", metavar="REVISION", help="what to compare with (default: main)"
    )
    options.add_landing(parser)
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("target/pr-report"),
        metavar="FOLDER",
        help="where to build; holds report.md afterwards (default: target/pr-report)",
    )
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Build, compare, print; return 0, or 1 when a build or a test failed."""
    work, landing = arguments.work.resolve(), arguments.landing.resolve()
    try:
        commit = git("merge-base", arguments.base, "HEAD")
        base = build_base(commit, work, landing)
        failures = build_head(base, work / "head", landing)
    except ReportError as failure:
        print(failure, file=sys.stderr)
        return 1
    before, after = (
        json.loads((each / "manifest.json").read_text()) for each in (base, work / "head")
    )
    built = {
        result["unique_id"]
        for result in json.loads((work / "head/run_results.json").read_text())["results"]
    }
    with duckdb.connect() as connection:
        tables = list(compared(connection, (base, before), (work / "head", after), built))
    text = report(git("rev-parse", "--short", commit), tables, failures)
    (work / "report.md").write_text(text, encoding="utf-8")
    print(text)
    return 1 if failures else 0


class ReportError(Exception):
    """Something that ends the command, with what to do about it."""


def git(*arguments: str) -> str:
    """The output of a git command in the project."""
    done = subprocess.run(
        ["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReportError(
            f"git {' '.join(arguments)}: {done.stderr.strip()}\n"
            "Name a base that is here (--base origin/main, after git fetch)."
        )
    return done.stdout.strip()


def build_base(commit: str, work: Path, landing: Path) -> Path:
    """The folder with manifest and database of the base; built when it is not there from an earlier call."""
    # The landed files are part of what was built: other files, another base.
    files = sorted(
        (str(path), path.stat().st_size, path.stat().st_mtime_ns)
        for path in landing.rglob("*")
        if path.is_file()
    )
    done, mark = work / "base", json.dumps([commit, files])
    if (done / "built").is_file() and (done / "built").read_text() == mark:
        return done
    shutil.rmtree(done, ignore_errors=True)
    done.mkdir(parents=True)
    source = work / "source"
    if source.exists():
        git("worktree", "remove", "--force", str(source))
    git("worktree", "prune")
    git("worktree", "add", "--detach", str(source), commit)
    try:
        outcome = dbt(
            source, done, landing, "build", "--exclude-resource-type", "test", "unit_test"
        )
        if outcome.returncode:
            raise ReportError(
                f"The base {commit[:7]} does not build here:\n{outcome.stdout[-3000:]}"
            )
    finally:
        git("worktree", "remove", "--force", str(source))
    (done / "built").write_text(mark)
    return done


def build_head(base: Path, head: Path, landing: Path) -> list[str]:
    """Build what differs from the base over a copy of its database; gives the messages of what failed."""
    shutil.rmtree(head, ignore_errors=True)
    head.mkdir(parents=True)
    shutil.copy2(base / "medallion.duckdb", head)
    # From scratch, because over old rows an incremental model hides its change.
    selection = ("--select", "state:modified+", "--state", str(base), "--defer", "--full-refresh")
    outcome = dbt(PROJECT, head, landing, "build", *selection)
    if not (head / "run_results.json").is_file():
        raise ReportError(f"The change does not build:\n{outcome.stdout[-3000:]}")
    results = json.loads((head / "run_results.json").read_text())["results"]
    return [
        f"`{result['unique_id'].split('.')[2]}`: {(result['message'] or '').splitlines()[0]}"
        for result in results
        if result["status"] in ("error", "fail")
    ]


def dbt(project: Path, folder: Path, landing: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run dbt on a project, with database and artifacts in a folder."""
    return subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "--quiet", "--no-use-colors", *arguments),
            *("--project-dir", str(project), "--profiles-dir", str(project / "profiles")),
            *(
                "--target",
                "duckdb",
                "--target-path",
                str(folder),
                "--log-path",
                str(folder / "logs"),
            ),
        ],
        cwd=project,
        env=os.environ
        | {"DUCKDB_PATH": str(folder / "medallion.duckdb"), "LANDING_PATH": str(landing)},
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass
class Table:
    """How one model's table differs."""

    name: str
    rows: tuple[int | None, int | None]
    columns: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    exposures: list[str] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        """Whether anything differs."""
        return bool(self.columns or self.values) or self.rows[0] != self.rows[1]


def compared(
    connection: duckdb.DuckDBPyConnection,
    before: tuple[Path, dict],
    after: tuple[Path, dict],
    built: set[str],
) -> Iterator[Table]:
    """A comparison of each model that was built, added or removed.

    before, after: the folder and the manifest of each side.
    """
    models = [
        {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
        for _, manifest in (before, after)
    ]
    names = {name for name in built if name in models[1]} | (models[0].keys() - models[1].keys())
    for name in sorted(names, key=lambda name: name.split(".")[-1]):
        old, new = (each.get(name) for each in models)
        if (new or old)["name"] not in LEDGERS:
            files = [exported(folder, each) for (folder, _), each in ((before, old), (after, new))]
            yield compare(connection, files, new or old, exposures(after[1], name))


def exported(folder: Path, node: dict | None) -> str | None:
    """A model's rows in a Parquet file, as a name for SQL; None when there are none.

    A view names the database it was made in, so it can only be read there and under that name.
    """
    file = folder / "compared.parquet"
    if node is None:
        return None
    with duckdb.connect(str(folder / "medallion.duckdb"), read_only=True) as database:
        try:
            database.execute(f"copy (from {node['schema']}.{node['alias']}) to '{file}'")
        except duckdb.CatalogException:
            return None
    return f"'{file}'"


def compare(
    connection: duckdb.DuckDBPyConnection,
    names: list[str | None],
    node: dict,
    touched: list[str],
) -> Table:
    """Compare one model's rows in two files."""
    sides = [columns(connection, name) if name else {} for name in names]
    rows = tuple(
        connection.execute(f"select count(*) from {name}").fetchone()[0] if name else None
        for name in names
    )
    table = Table(node["name"], rows, exposures=touched)
    if not all(names):
        return table
    left, right = sides
    table.columns = [
        *(f"+ `{name}` {right[name]}" for name in right if name not in left),
        *(f"- `{name}` {left[name]}" for name in left if name not in right),
        *(
            f"`{name}` {left[name]} → {right[name]}"
            for name in right
            if left.get(name, right[name]) != right[name]
        ),
    ]
    shared = [name for name in right if name in left and name not in METADATA]
    key = [
        name
        for name in (node["primary_key"] or as_list(node["config"].get("unique_key")))
        if name in shared
    ]
    if not is_key(connection, names, key):
        key = []
    table.values = (
        by_key(connection, names, key, shared, right) if key else by_row(connection, names, shared)
    )
    return table


def columns(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    """Names and types of what can be selected from."""
    return {row[0]: row[1] for row in connection.execute(f"describe from {name}").fetchall()}


def as_list(value: str | list[str] | None) -> list[str]:
    """What dbt takes as one name or a list of them."""
    return [value] if isinstance(value, str) else value or []


def is_key(connection: duckdb.DuckDBPyConnection, names: list[str], key: list[str]) -> bool:
    """Whether columns identify the rows of both tables."""
    return bool(key) and all(
        connection.execute(
            f"select count(*) = count(distinct ({quoted(key)})) from {name}"
        ).fetchone()[0]
        for name in names
    )


def by_key(
    connection: duckdb.DuckDBPyConnection,
    names: list[str],
    key: list[str],
    shared: list[str],
    types: dict[str, str],
) -> list[str]:
    """Rows added, removed and changed by key, and which columns changed in how many of them."""
    others = [name for name in shared if name not in key]
    differs = [f'l."{name}" is distinct from r."{name}"' for name in others]
    left, right = (f"(select *, true as present from {name})" for name in names)
    same_key = " and ".join(f'l."{name}" is not distinct from r."{name}"' for name in key)
    both = "l.present and r.present"
    counts = connection.execute(
        f"""
        select
            count(*) filter (l.present is null),
            count(*) filter (r.present is null),
            count(*) filter ({both} and ({" or ".join(differs) or "false"}))
            {"".join(f", count(*) filter ({both} and {each})" for each in differs)}
        from {left} as l full join {right} as r on {same_key}
        """
    ).fetchone()
    lines = [
        f"{count:,} rows {what}"
        for count, what in zip(counts, ("added", "removed", "changed"), strict=False)
        if count
    ]
    for name, count in zip(others, counts[3:], strict=True):
        if count:
            lines.append(
                f"`{name}` differs in {count:,}{sums(connection, names, name, types[name])}"
            )
    return lines


def sums(connection: duckdb.DuckDBPyConnection, names: list[str], column: str, kind: str) -> str:
    """For a number, its sums before and after."""
    if not kind.startswith(NUMBERS) or column.endswith("_key"):
        return ""
    values = [
        connection.execute(f'select sum("{column}")::double from {name}').fetchone()[0] or 0
        for name in names
    ]
    return f" (sum {values[0]:,.2f} → {values[1]:,.2f})"


def by_row(connection: duckdb.DuckDBPyConnection, names: list[str], shared: list[str]) -> list[str]:
    """Without a key: the rows that only one side has."""
    sides = [f"select {quoted(shared)} from {name}" for name in names]
    lines = []
    for left, right, what in ((*sides[::-1], "only after"), (*sides, "only before")):
        count = connection.execute(f"select count(*) from ({left} except all {right})").fetchone()[
            0
        ]
        if count:
            lines.append(f"{count:,} rows {what}")
    return lines


def quoted(names: list[str]) -> str:
    """Column names as a list in SQL."""
    return ", ".join(f'"{name}"' for name in names)


def exposures(manifest: dict, model: str) -> list[str]:
    """What stands downstream of a model outside the project: dashboards, applications."""
    found, looked, ahead = set(), set(), [model]
    while ahead:
        name = ahead.pop()
        if name.startswith("exposure."):
            found.add(manifest["exposures"][name]["label"] or manifest["exposures"][name]["name"])
        for child in manifest["child_map"].get(name, []):
            if child not in looked:
                looked.add(child)
                ahead.append(child)
    return sorted(found)


def report(base: str, tables: list[Table], failures: list[str]) -> str:
    """The report in Markdown."""
    changed = [table for table in tables if table.is_changed]
    lines = [f"### What this change does to the tables, compared with {base}", ""]
    if failures:
        lines += ["**Failed:**", "", *(f"- {failure}" for failure in failures), ""]
    if not tables:
        lines += ["No model differs from the base, nor reads one that does.", ""]
    elif not changed:
        lines += ["Every model that was built holds the same rows as before.", ""]
    else:
        lines += [
            "| model | rows before | rows after | columns | values | read by |",
            "|---|---:|---:|---|---|---|",
        ]
        for table in changed:
            before, after = (f"{each:,}" if each is not None else "–" for each in table.rows)
            cells = ("<br>".join(each) or "same" for each in (table.columns, table.values))
            lines.append(
                f"| `{table.name}` | {before} | {after} | {' | '.join(cells)} | {', '.join(table.exposures) or '–'} |"
            )
        lines.append("")
    same = [f"`{table.name}`" for table in tables if not table.is_changed]
    if same and changed:
        lines += [f"Built, and the same as before: {', '.join(same)}.", ""]
    lines += [
        "Values are compared by primary key where there is one, else row by row; run times are left out.",
        "",
    ]
    return "\n".join(lines)
