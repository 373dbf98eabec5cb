"""The subcommand `publish`: gold alone, masked, for readers who must not see the lakehouse itself.

Writes a read-only DuckDB file and, where `deltalake` is installed, a Delta table for each table of gold. A column with
a class of personal data (`config.meta.pii` in its YAML) is written as `package/macros/governance/masked.sql` says. Which tables
and columns there are is read from dbt's manifest, and must be what the database holds.
"""

import argparse
import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from lakehouse import options
from lakehouse.policies import pii_class
from lakehouse.report import has_column, relations

MASKED = Path(__file__).resolve().parents[1] / "package/macros/governance/masked.sql"
# When a run read or wrote a row says nothing about the row: a table that differs in these alone is unchanged.
STAMPS = {"_processed_at", "_loaded_at"}
FINGERPRINT = "medallion.fingerprint"
# Raw values that are looked for in what would be published, by kind, and the length below which one says nothing.
# Kinds are the classes, and keys made here: hashes of a place.
SHORTEST = {"identifier": 8, "free_text": 20, "postcode": 5, "city": 3, "key": 8}
# These are told from namesakes: a state is called like a city, and 1,195 leads of the published data like the hash of a
# postcode. A column shows them when that is true of most rows and of more different values than there are states.
MISTAKABLE, NAMESAKES = ("postcode", "city", "key"), 30


class PublishError(Exception):
    """Nothing was published; the message says what to do."""


@dataclass
class Table:
    """A table of gold as the manifest declares it."""

    name: str
    description: str
    columns: dict[str, str]
    classes: dict[str, str]
    key: list[str]


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `publish`."""
    parser = subparsers.add_parser(
        "publish",
        help="write gold alone, masked, into a DuckDB file and Delta tables",
        description="Writes gold alone, personal data masked, into a read-only DuckDB file and Delta tables.",
    )
    add = parser.add_argument
    options.add_database(parser)
    options.add_manifest(parser)
    options.add_publication(parser, "--out")
    add(
        "--delta",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="Delta tables as well (default: when deltalake is installed)",
    )
    add("--restart", action="store_true", help="begin the Delta tables anew, without their history")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Publish; return 0, or 1 with the reason when that is not possible."""
    try:
        for line in publish(
            arguments.database,
            arguments.manifest,
            arguments.out,
            arguments.delta,
            arguments.restart,
        ):
            print(line)
    except PublishError as error:
        print(f"publish: {error}", file=sys.stderr)
        return 1
    except (duckdb.Error, OSError) as error:
        print(f"publish: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    return 0


def publish(
    database: Path, manifest: Path, out: Path, delta: bool | None = None, restart: bool = False
) -> Iterator[str]:
    """Publish gold and say what was written, line by line.

    database: the lakehouse; manifest: of its build; out: folder of the publication; delta: whether to write Delta
    tables (none: if deltalake is there); restart: whether Delta tables begin anew, without what they held before.
    """
    if not database.is_file():
        raise PublishError(f"there is no lakehouse in {database}: run `make build` first.")
    tables = declared_tables(manifest)
    if delta is None:
        delta = has_deltalake()
    elif delta and not has_deltalake():
        raise PublishError(
            "deltalake is not installed here: run `make publish`, or leave --delta out."
        )
    macro = mask_macro(salt(database))
    out.mkdir(parents=True, exist_ok=True)
    published = out / "gold.duckdb"
    fresh = out / ".gold.duckdb.new"
    for leftover in (fresh, Path(f"{fresh}.wal")):
        leftover.unlink(missing_ok=True)
    with lakehouse(database) as connection:
        check(connection, tables, manifest)
        connection.execute(f"attach {quoted(str(fresh))} as published")
        for table in tables:
            write_duckdb(connection, table, macro)
        leaks = found_leaks(connection, tables)
        if leaks:
            connection.execute("detach published")
            fresh.unlink()
            raise PublishError("nothing was published, because " + "; ".join(leaks))
        versions = {}
        if delta:
            for table in tables:
                versions[table.name] = write_delta(connection, table, out / "delta", restart)
        connection.execute("detach published")
    fresh.chmod(0o444)
    fresh.replace(published)
    write_catalogue(out, tables, versions)
    masked = sum(len(table.classes) for table in tables)
    yield f"{published}: {len(tables)} tables of gold, {masked} columns masked, read-only"
    if delta:
        written = sum(is_new for _, is_new in versions.values())
        yield f"{out / 'delta'}: {len(tables)} Delta tables, {written} with a new version"
    else:
        yield "No Delta tables: deltalake is not installed here (`make publish` has it)."


def lakehouse(database: Path) -> duckdb.DuckDBPyConnection:
    """A connection that can read the lakehouse (as `lakehouse`) and write nothing into it."""
    connection = duckdb.connect()
    # The order of rows is that of the lakehouse, so that two publications of the same rows are alike.
    connection.execute("set TimeZone = 'UTC'")
    try:
        connection.execute(f"attach {quoted(str(database))} as lakehouse (read_only)")
    except duckdb.IOException as error:
        connection.close()
        if "lock" in str(error).lower():
            raise PublishError(
                f"{database} is in use: end the build or the client that has it open, and try again."
            ) from error
        raise
    connection.execute("use lakehouse")
    return connection


def declared_tables(manifest: Path) -> list[Table]:
    """The tables of gold in a manifest, by name."""
    if not manifest.is_file():
        raise PublishError(f"there is no manifest in {manifest}: run `make build` first.")
    tables = []
    for node in json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values():
        if node["resource_type"] != "model" or node["config"].get("schema") != "gold":
            continue
        columns = node["columns"].values()
        tables.append(
            Table(
                name=node["alias"],
                description=node["description"].strip(),
                columns={column["name"]: column["description"].strip() for column in columns},
                classes={
                    column["name"]: pii_class(column) for column in columns if pii_class(column)
                },
                key=node.get("primary_key") or [],
            )
        )
    if not tables:
        raise PublishError(f"{manifest} declares no table of gold: run `make build` again.")
    return sorted(tables, key=lambda table: table.name)


def check(connection: duckdb.DuckDBPyConnection, tables: list[Table], manifest: Path) -> None:
    """Stop unless database and manifest agree, so that no column goes out that nobody could have classed."""
    held = relations(connection, "gold", "BASE TABLE")
    again = "Run `make build` with this project, then publish again."
    for table in tables:
        if table.name not in held:
            raise PublishError(
                f"{manifest} declares gold.{table.name}, which is not in the database. {again}"
            )
        columns = columns_of(connection, "lakehouse", table.name)
        for column in columns:
            if column not in table.columns:
                raise PublishError(
                    f"the column {column} of gold.{table.name} is not in {manifest}, so nobody has said whether it "
                    f"is personal data. Declare it in the YAML of the model (with config.meta.pii if it is). {again}"
                )
        missing = [column for column in table.columns if column not in columns]
        if missing:
            raise PublishError(
                f"gold.{table.name} lacks the column {missing[0]} of {manifest}. {again}"
            )
    surplus = [name for name in held if name not in {table.name for table in tables}]
    if surplus:
        raise PublishError(
            f"gold.{surplus[0]} is in the database and not in {manifest}: drop it if its model is gone. {again}"
        )
    classes = {column: pii for table in tables for column, pii in table.classes.items()}
    for table in tables:
        for column in table.columns:
            if column in classes and column not in table.classes:
                raise PublishError(
                    f"{column} is personal data ({classes[column]}) elsewhere, but has no class in gold.{table.name}: "
                    f"give it config.meta.pii in the YAML of that model."
                )


def columns_of(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> dict[str, str]:
    """The columns of a table of gold and their types, in order; database: `lakehouse` or `published`."""
    query = """
        select column_name, data_type from duckdb_columns()
        where database_name = ? and schema_name in ('gold', 'main') and table_name = ? order by column_index
    """
    return dict(connection.execute(query, [database, table]).fetchall())


def salt(database: Path) -> str:
    """What is hashed with each identifier, so that nobody can hash guesses and compare.

    PII_SALT, else a secret made once and kept beside the database, where readers of the publication cannot see it.
    """
    given = os.environ.get("PII_SALT")
    if given:
        return given
    path = Path(f"{database}.salt")
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(16))
    return path.read_text(encoding="utf-8").strip()


def mask_macro(pii_salt: str) -> Any:
    """The macro `masked` as a function of an expression and a class, with the salt in it."""

    def refuse(message: str) -> None:
        raise PublishError(message)

    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals.update(
        var=lambda name, default=None: pii_salt if name == "pii_salt" else default,
        env_var=lambda _, default="": default,
        medallion={"string_literal": quoted},
        dbt={"type_string": lambda: "varchar"},
        exceptions={"raise_compiler_error": refuse},
    )
    module = environment.from_string(MASKED.read_text(encoding="utf-8")).module
    return lambda column, pii: module.masked(column, pii).strip()


def quoted(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def write_duckdb(connection: duckdb.DuckDBPyConnection, table: Table, macro: Any) -> None:
    """Write a table, masked, into the attached publication, with its key and its comments.

    Not into a schema gold: the database is named after its file, so `gold.dim_dates` already finds it.
    """
    name = f'published.main."{table.name}"'
    types = columns_of(connection, "lakehouse", table.name)
    columns = [
        f"cast({macro(quoted_name(column), table.classes[column])} as {kind}) as {quoted_name(column)}"
        if column in table.classes
        else quoted_name(column)
        for column, kind in types.items()
    ]
    connection.execute(
        f'create table {name} as select {", ".join(columns)} from lakehouse.gold."{table.name}"'
    )
    if table.key:
        connection.execute(
            f"alter table {name} add primary key ({', '.join(map(quoted_name, table.key))})"
        )
    connection.execute(f"comment on table {name} is {quoted(table.description)}")
    for column, description in table.columns.items():
        if description:
            text = description + (
                f" Masked ({table.classes[column]})." if column in table.classes else ""
            )
            connection.execute(f"comment on column {name}.{quoted_name(column)} is {quoted(text)}")


def quoted_name(column: str) -> str:
    """A name as a SQL identifier."""
    return '"' + column.replace('"', '""') + '"'


def found_leaks(connection: duckdb.DuckDBPyConnection, tables: list[Table]) -> list[str]:
    """Raw personal data that stands in what would be published, whatever its column is called: a sentence a column."""
    raw = [
        f'select {quoted(kind)} as kind, cast({quoted_name(column)} as varchar) as value from lakehouse.gold."{table.name}"'
        for table in tables
        for column, pii in table.classes.items()
        if (kind := "key" if column.endswith("_key") else pii) in SHORTEST
    ]
    # The identifiers that gold no longer shows are personal data all the same.
    raw += [
        f"select 'identifier', {column} from lakehouse.silver.{table}"
        for table in ("int_customers__records", "int_orders__records")
        for column in ("customer_id", "customer_unique_id")
        if has_column(connection, "silver", table, column)
    ]
    if not raw:
        return []
    long_enough = " or ".join(
        f"(kind = '{kind}' and length(value) >= {length})" for kind, length in SHORTEST.items()
    )
    connection.execute(
        f"create or replace temp table raw as select distinct kind, value from ({' union all '.join(raw)}) "
        f"where {long_enough}"
    )
    leaks = []
    for table in tables:
        for column, data_type in columns_of(connection, "published", table.name).items():
            if data_type != "VARCHAR":
                continue
            name = quoted_name(column)
            found = connection.execute(
                f'select kind, count(*), count(distinct value), (select count({name}) from published.main."{table.name}") '
                f'from published.main."{table.name}" inner join raw on {name} = value group by kind order by kind'
            ).fetchall()
            for kind, count, different, filled in found:
                if kind in MISTAKABLE and (different <= NAMESAKES or 2 * count <= filled):
                    continue
                pii = "identifier" if kind == "key" else kind
                leaks.append(
                    f"gold.{table.name}.{column} shows {count:,} raw values of the class {pii}: "
                    f"give it config.meta.pii: {pii}"
                )
    return leaks


def has_deltalake() -> bool:
    """Whether Delta tables can be written."""
    try:
        import deltalake  # noqa: F401
    except ImportError:
        return False
    return True


def write_delta(
    connection: duckdb.DuckDBPyConnection, table: Table, folder: Path, restart: bool
) -> tuple[int, bool]:
    """Write a published table as the next version of its Delta table; return the version and whether it is new.

    folder: of the Delta tables; restart: whether to begin anew, without the versions before.
    """
    import deltalake
    from arro3.core import Schema
    from arro3.core import Table as ArrowTable

    path = folder / table.name
    if restart and path.exists():
        shutil.rmtree(path)
    types = columns_of(connection, "published", table.name)
    mark = fingerprint(connection, table, types)
    if deltalake.DeltaTable.is_deltatable(str(path)):
        known = deltalake.DeltaTable(str(path))
        last = known.history(1)[0]
        if last.get(FINGERPRINT) == mark:
            return known.version(), False
    relation = connection.sql(f'from published.main."{table.name}"')
    rows = ArrowTable.from_arrow(relation)
    fields = [
        field.with_metadata({"comment": table.columns.get(field.name, "")}) for field in rows.schema
    ]
    rows = ArrowTable.from_batches(rows.to_batches(), schema=Schema(fields))
    description = table.description
    if table.key:
        description += f"\n\nPrimary key: {', '.join(table.key)}."
    path.parent.mkdir(parents=True, exist_ok=True)
    deltalake.write_deltalake(
        str(path),
        rows,
        mode="overwrite",
        schema_mode="overwrite",
        name=table.name,
        # More is refused.
        description=description[:4000],
        commit_properties=deltalake.CommitProperties(custom_metadata={FINGERPRINT: mark}),
    )
    return deltalake.DeltaTable(str(path)).version(), True


def fingerprint(connection: duckdb.DuckDBPyConnection, table: Table, types: dict[str, str]) -> str:
    """A hash of a table's rows and of what is said about it, whatever the order of rows; stamps of runs left aside."""
    columns = ", ".join(quoted_name(column) for column in types if column not in STAMPS)
    query = f"""
        select md5(concat(count(*), coalesce(string_agg(mark, '' order by mark), '')))
        from (select md5(cast(struct_pack({columns_as_fields(types)}) as varchar)) as mark
        from (select {columns} from published.main."{table.name}"))
    """
    rows = connection.execute(query).fetchone()[0]
    said = json.dumps([table.description, table.columns, table.key, types])
    return connection.execute("select md5(?)", [rows + said]).fetchone()[0]


def columns_as_fields(types: dict[str, str]) -> str:
    """The arguments of `struct_pack` for all columns but the stamps."""
    return ", ".join(
        f"{quoted_name(column)} := {quoted_name(column)}"
        for column in types
        if column not in STAMPS
    )


def write_catalogue(out: Path, tables: list[Table], versions: dict[str, tuple[int, bool]]) -> None:
    """Write which versions belong together.

    It is the last thing written, at once, so an interrupted publication leaves it naming the one before.
    """
    content = {
        "tables": {
            table.name: {
                "key": table.key,
                "masked": table.classes,
                **({"delta_version": versions[table.name][0]} if versions else {}),
            }
            for table in tables
        }
    }
    fresh = out / ".catalogue.json.new"
    fresh.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    fresh.replace(out / "catalogue.json")


def raw_files(out: Path) -> list[Path]:
    """The files of a publication."""
    return sorted(path for path in out.rglob("*") if path.is_file()) if out.is_dir() else []
