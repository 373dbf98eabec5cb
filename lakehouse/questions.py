"""The subcommand `questions`: the answers in docs/questions.md, from the SQL files in analyses/.

An analysis begins with a comment of four parts, each of one or more lines:

    -- Question: what somebody wants to know
    -- Reading: how to read the answer
    -- Finding: a sentence with fields of the answer's rows, such as {first.items_brl:,.0f}
    -- Hidden: columns that only the finding needs (optional)

Fields name a row (first, second, third, last) and a column, and take Python's format
specifications; what is null or missing reads "n/a".
"""

import argparse
import datetime as dt
import os
import re
import string
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

COMPILED = Path("target/compiled/medallion/analyses")
OUT = Path("docs/questions.md")
MARKERS = "<!-- begin {name} -->", "<!-- end {name} -->"


class QuestionsError(Exception):
    """The page or an analysis is not as it must be; the message says what to do."""


class _Sentence(string.Formatter):
    """A formatter that writes "n/a" for what is null or missing."""

    def get_field(
        self,
        field_name: str,
        args: Any,  # noqa: ARG002
        kwargs: Any,
    ) -> tuple[Any, str]:
        row, _, column = field_name.partition(".")
        return kwargs.get(row, {}).get(column), row

    def format_field(self, value: Any, format_spec: str) -> str:
        return "n/a" if value is None else super().format_field(value, format_spec)


def _parts(name: str, sql: str) -> dict[str, str]:
    """The parts of the comment that an analysis begins with.

    name: of the analysis, for messages; sql: its text.
    """
    parts: dict[str, str] = {}
    part = ""
    for line in sql.strip().splitlines():
        if not line.startswith("--"):
            break
        text = line.removeprefix("--").strip()
        started = re.match(r"(Question|Reading|Finding|Hidden): ", text)
        if started:
            part, text = started[1], text[started.end() :]
        parts[part] = f"{parts[part]} {text}" if part in parts else text
    missing = [wanted for wanted in ("Question", "Reading", "Finding") if wanted not in parts]
    if missing:
        raise QuestionsError(f"analyses/{name}.sql must begin with a comment that has: {missing}")
    return parts


def _cell(column: str, value: Any) -> str:
    """A value as a table shows it; the end of its column's name tells the unit."""
    if value is None:
        return "–"
    if isinstance(value, dt.date):
        return format(value, "%Y-%m" if column == "month" else "%Y-%m-%d")
    if isinstance(value, bool | str):
        return str(value).replace("|", "\\|")
    if column.endswith(("_share", "_rate")):
        return f"{value:.1%}"
    if column.endswith("_score"):
        return f"{value:.2f}"
    if column.endswith("_km"):
        return f"{value:,.0f}"
    if isinstance(value, float | Decimal) and not column.endswith("_count"):
        return f"{value:,.1f}" if column.endswith("_days") else f"{value:,.2f}"
    return f"{value:,.1f}" if value % 1 else f"{int(value):,}"


def _answer(name: str, sql: str, connection: duckdb.DuckDBPyConnection) -> str:
    """The part of the page about one analysis."""
    parts = _parts(name, sql)
    # Compiled SQL names the database file it was compiled for; any file with gold in it will do.
    result = connection.execute(re.sub(r'"[^"]+"\.("gold"\.)', r"\1", sql))
    columns = [column[0] for column in result.description or []]
    rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    hidden = {column.strip() for column in parts.get("Hidden", "").split(",")} - {""}
    if hidden - set(columns):
        raise QuestionsError(
            f"analyses/{name}.sql hides no columns: {sorted(hidden - set(columns))}"
        )
    shown = [column for column in columns if column not in hidden]
    numeric = {
        column
        for column in shown
        if any(isinstance(row[column], int | float | Decimal) for row in rows)
    }
    named = dict(zip(("first", "second", "third"), rows, strict=False))
    finding = _Sentence().vformat(parts["Finding"], (), {**named, "last": rows[-1] if rows else {}})
    number = int(re.sub(r"\D", "", name.split("_")[0]))
    lines = [
        f"## {number}. {parts['Question']}",
        "",
        finding if rows else "The sample has no rows that answer this.",
        "",
        "| " + " | ".join(column.replace("_", " ") for column in shown) + " |",
        "| " + " | ".join("---:" if column in numeric else "---" for column in shown) + " |",
        *("| " + " | ".join(_cell(column, row[column]) for column in shown) + " |" for row in rows),
        "",
        f"*How to read it.* {parts['Reading']} Query: [`{name}`](../analyses/{name}.sql).",
    ]
    return "\n".join(lines)


def render(duckdb_path: Path, page: str, compiled: Path = COMPILED) -> str:
    """The page with the answers of a database between its markers.

    duckdb_path: database to ask, opened read-only; page: the page as it is;
    compiled: folder of the compiled analyses (`dbt compile -s path:analyses`).
    """
    analyses = sorted(compiled.glob("*.sql"))
    if not analyses:
        raise QuestionsError(f"no SQL in {compiled}: run `dbt compile -s path:analyses` first")
    with duckdb.connect(str(duckdb_path), read_only=True, config={"threads": 1}) as connection:
        for path in analyses:
            begin, end = (marker.format(name=path.stem) for marker in MARKERS)
            if page.count(begin) != 1 or page.count(end) != 1:
                raise QuestionsError(f"the page must have `{begin}` and `{end}`, once each")
            answer = _answer(path.stem, path.read_text(encoding="utf-8"), connection)
            before, rest = page.split(begin)
            page = f"{before}{begin}\n\n{answer}\n\n{end}{rest.split(end)[1]}"
    return page


def write(duckdb_path: Path, out: Path = OUT, compiled: Path = COMPILED) -> bool:
    """Write the answers of a database into the page; return whether that changed it.

    duckdb_path, compiled: as in `render`; out: the page, which must exist with its markers.
    """
    page = out.read_text(encoding="utf-8")
    answered = render(duckdb_path, page, compiled)
    if answered == page:
        return False
    out.write_text(answered, encoding="utf-8")
    return True


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `questions`."""
    parser = subparsers.add_parser(
        "questions",
        help="write the answers to the business questions into docs/questions.md",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--database",
        type=Path,
        default=Path(os.environ.get("DUCKDB_PATH", "medallion.duckdb")),
        help="DuckDB file to ask",
    )
    add("--out", type=Path, default=OUT, help="page to write to")
    add("--compiled", type=Path, default=COMPILED, help="folder of the compiled analyses")
    add("--check", action="store_true", help="write nothing; fail when the page is stale")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Write or check the page."""
    try:
        if not arguments.check:
            changed = write(arguments.database, arguments.out, arguments.compiled)
            print(f"{arguments.out}: {'written' if changed else 'unchanged'}")
            return 0
        page = arguments.out.read_text(encoding="utf-8")
        stale = render(arguments.database, page, arguments.compiled) != page
    except (QuestionsError, OSError, duckdb.Error) as error:
        print(f"questions: {error}", file=sys.stderr)
        return 2
    if stale:
        print(f"{arguments.out} is stale: run `python -m lakehouse questions`", file=sys.stderr)
    return int(stale)
