"""The subcommand `forget`: takes a person out of every layer, the landed files included, and proves it.

What it does, in this order, each step safe to repeat: keys into the ledger `ops.ops_erased_keys` (as salted hashes, with
a random replacement each); landed files rewritten; bronze changed to what those files now say; silver and gold rebuilt
from it; the database copied into a fresh file, because DuckDB keeps deleted values in free blocks; the publication, if
there is one, written anew without its history; then everything is searched. docs/how-to/forget-a-customer.md.
"""

import argparse
import hashlib
import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from lakehouse import landed, options
from lakehouse.policies import pii_class
from lakehouse.publish import quoted, raw_files

# The keys that lead from a person to the records about them. An order's number stays: it names a sale, not a person.
PERSON, CUSTOMER, ORDER = "customer_unique_id", "customer_id", "order_id"
PROJECT = Path(__file__).resolve().parents[1]
LAYERS = ("bronze", "silver", "gold", "ops")
# A shorter text says nothing about who wrote it, and would be found by accident.
SHORTEST_TEXT = 8


class ForgetError(Exception):
    """The erasure did not happen or is not complete; the message says what to do."""


@dataclass
class Person:
    """What is known about a person in the lakehouse, before or halfway through an erasure."""

    keys: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    replacements: dict[str, str] = field(default_factory=dict)
    # Of all who were erased before: a file that came since may name keys that the lakehouse no longer tells.
    ledger: dict[str, str] = field(default_factory=dict)
    salt: str | None = None

    def stand_in(self, key: str | None) -> str | None:
        """What stands in the place of a key; none when it stays."""
        if key and key not in self.replacements and self.salt:
            erased = self.ledger.get(hashed(self.salt, key))
            if erased:
                self.keys.add(key)
                self.replacements[key] = erased
        return self.replacements.get(key or "")

    def is_about(self, record: dict[str, str | None]) -> bool:
        """Whether a record is about the person; one that was changed before is."""
        known = self.keys | set(self.replacements.values())
        keys = [trimmed(record.get(name)) for name in (PERSON, CUSTOMER)]
        order = trimmed(record.get(ORDER))
        return (
            any(key in known or self.stand_in(key) for key in keys if key)
            or order in self.orders
            # An order of somebody who was erased before, delivered again.
            or bool(order and self.salt and hashed(self.salt, order) in self.ledger)
        )

    def is_named_in(self, text: str) -> bool:
        """Whether a text that is no record names the person."""
        for token in re.findall(r"[0-9A-Za-z_-]+", text) if self.ledger else ():
            self.stand_in(token)
        return any(landed.encoded(key) in text or key in text for key in self.keys | self.orders)


@dataclass
class Columns:
    """What the sources declare: the columns, and the classes of those that are personal data."""

    declared: set[str]
    classes: dict[str, str]

    def erase(self, record: dict[str, Any], person: Person) -> dict[str, Any] | None:
        """A record without the person's values; none when it is about somebody else.

        Keys are replaced; classed columns, and those nobody declared and so nobody classed, become null.
        """
        if not person.is_about(record):
            return None
        changed = dict(record)
        for name, value in record.items():
            if self.classes.get(name) == "identifier":
                changed[name] = person.stand_in(trimmed(value)) or value
            elif name in self.classes or (name not in self.declared and name != "_operation"):
                changed[name] = None
        return changed


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `forget`."""
    parser = subparsers.add_parser(
        "forget",
        help="erase a customer from every layer and prove it",
        description="Shows what erasing a customer changes; with --yes, erases and proves it.",
    )
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--customer-unique-id", metavar="ID", help="the person")
    who.add_argument("--customer-id", metavar="ID", help="the person, by the customer of one order")
    add = parser.add_argument
    add("--yes", action="store_true", help="do it; without this nothing is changed")
    options.add_database(parser)
    options.add_landing(parser)
    options.add_manifest(parser)
    options.add_publication(parser, "--publication")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Show or erase; return 0, or 1 with the reason when it did not happen or something is left."""
    try:
        for line in forget(arguments):
            print(line, flush=True)
    except ForgetError as error:
        print(f"forget: {error}", file=sys.stderr)
        return 1
    except (duckdb.Error, OSError) as error:
        print(f"forget: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    return 0


def forget(arguments: argparse.Namespace) -> Iterator[str]:
    """Show what would change, or erase and prove; say so line by line."""
    database, root = arguments.database, arguments.landing
    for path, what in ((database, "lakehouse"), (arguments.manifest, "manifest")):
        if not path.is_file():
            raise ForgetError(f"there is no {what} in {path}: run `make build` first.")
    if not root.is_dir():
        raise ForgetError(
            f"there is no landing folder {root}: set LANDING_PATH. Cloud storage: see the how-to."
        )
    columns = declared_columns(arguments.manifest)
    given = trimmed(arguments.customer_unique_id or arguments.customer_id)
    with opened(database, read_only=True) as connection:
        person, is_known = find_person(connection, given, bool(arguments.customer_id))
        if not person.keys - {given} and not is_known and not files_naming(root, {given}):
            raise ForgetError(
                f"no customer {given} in {database} or {root}, and none was erased before."
            )
        person.texts = own_texts(connection, columns, person)
        places, left = search(connection, database, root, arguments.publication, person)
    if not left:
        yield f"This customer was erased before; searched {len(places)} tables and files again: nothing is left."
        if arguments.yes:
            return
    if not arguments.yes:
        yield f"{len(person.orders)} orders. Records with values of this customer:"
        yield from (f"  {place:<60}{count:>8,}" for place, count in left.items())
        yield "Nothing was changed. Add --yes to erase, which rewrites these files and rebuilds silver and gold."
        return
    yield from erase(arguments, columns, person)


def erase(arguments: argparse.Namespace, columns: Columns, person: Person) -> Iterator[str]:
    """Erase and prove; say so line by line."""
    database, root = arguments.database, arguments.landing
    with opened(database) as connection:
        remember(connection, person)
    changed = {
        path: count
        for path in landed.landed_files(root)
        if may_name(path, person)
        and (
            count := landed.redact(
                path, lambda record: columns.erase(record, person), person.is_named_in
            )
        )
    }
    yield f"landing  {sum(changed.values()):>6,} records changed in {len(changed)} files"
    with opened(database) as connection:
        connection.execute("begin")
        adopt_versions(connection, root)
        bronze_count = sum(
            erase_from_bronze(connection, table, columns, person)
            for table in tables(connection, "bronze")
        )
        connection.execute("commit")
    yield f"bronze   {bronze_count:>6,} records changed"
    rebuild(arguments)
    yield "silver, gold and ops rebuilt from bronze"
    compact(database)
    yield f"{database} written anew, so that no free block of it holds what was deleted"
    if (arguments.publication / "catalogue.json").exists():
        republish(arguments)
        yield f"{arguments.publication} published anew, without its history"
    with opened(database, read_only=True) as connection:
        places, left = search(connection, database, root, arguments.publication, person)
    if left:
        raise ForgetError(
            "values are left in "
            + ", ".join(f"{place} ({count:,})" for place, count in left.items())
            + ". Run the same again; if they stay, somebody wrote them since."
        )
    yield f"searched for {len(person.keys | person.texts)} values in {len(places)} tables and files: nothing is left"
    yield from (f"  {place}" for place in places)
    receipt = secrets.token_hex(8)
    with opened(database) as connection:
        connection.execute(
            "insert into ops.ops_erasures by name select ? as erasure_id, now()::timestamp as erased_at, "
            "? as order_count, ? as landed_file_count, ? as landed_record_count, ? as bronze_record_count, "
            "? as searched_value_count, ? as searched_place_count, now()::timestamp as _processed_at",
            [
                *(receipt, len(person.orders), len(changed), sum(changed.values())),
                *(bronze_count, len(person.keys | person.texts), len(places)),
            ],
        )
    yield f"Receipt {receipt} in ops.ops_erasures."


def may_name(path: Path, person: Person) -> bool:
    """Whether a file could name the person, which is quicker to tell than to take it apart.

    Where others were erased before, a file may name keys of theirs that only the ledger knows: it is taken apart.
    """
    if person.ledger or landed.kind_of(path) == "parquet":
        return True
    content = landed.text_of(path)
    return any(landed.encoded(key) in content for key in person.keys | person.orders)


def trimmed(value: str | None) -> str | None:
    """A key as silver reads it."""
    return value.strip(" ") if isinstance(value, str) else None


def opened(database: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection to the lakehouse."""
    try:
        connection = duckdb.connect(str(database), read_only=read_only)
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise ForgetError(
                f"{database} is in use: end the build or the client that has it open."
            ) from error
        raise
    connection.execute("set TimeZone = 'UTC'")
    if not read_only and "ops_erased_keys" not in tables(connection, "ops"):
        raise ForgetError(f"{database} has no ledger of erased keys yet: run `make build` first.")
    return connection


def declared_columns(manifest: Path) -> Columns:
    """What the sources of a manifest declare."""
    sources = json.loads(manifest.read_text(encoding="utf-8"))["sources"].values()
    declared = [column for source in sources for column in source["columns"].values()]
    return Columns(
        {column["name"] for column in declared},
        {column["name"]: pii_class(column) for column in declared if pii_class(column)},
    )


def tables(connection: duckdb.DuckDBPyConnection, schema: str, *columns: str) -> list[str]:
    """The tables of a schema that have all these columns."""
    query = """
        select table_name from duckdb_tables()
        where schema_name = ? and database_name = current_database() and (
            select count(*) from duckdb_columns() as c
            where c.schema_name = duckdb_tables.schema_name and c.table_name = duckdb_tables.table_name
                and c.database_name = current_database() and list_contains(?::varchar[], c.column_name)
        ) = ?
        order by table_name
    """
    rows = connection.execute(query, [schema, list(columns), len(columns)]).fetchall()
    return [name for (name,) in rows]


def find_person(
    connection: duckdb.DuckDBPyConnection, given: str, is_customer: bool
) -> tuple[Person, bool]:
    """The keys and orders of a person, as far as the lakehouse still tells them, and whether they were in the ledger."""
    ledger, salt = {}, None
    if "ops_erased_keys" in tables(connection, "ops"):
        rows = connection.execute(
            "select key_hash, replacement, salt from ops.ops_erased_keys"
        ).fetchall()
        ledger, salt = {key: value for key, value, _ in rows}, rows[0][2] if rows else None
    pairs, sales = set(), set()
    for schema in ("bronze", "silver"):
        for table in tables(connection, schema, PERSON, CUSTOMER):
            pairs |= set(
                connection.execute(
                    f'select distinct trim({PERSON}), trim({CUSTOMER}) from {schema}."{table}" '
                    f"where {PERSON} is not null or {CUSTOMER} is not null"
                ).fetchall()
            )
        for table in tables(connection, schema, CUSTOMER, ORDER):
            sales |= set(
                connection.execute(
                    f'select distinct trim({CUSTOMER}), trim({ORDER}) from {schema}."{table}" '
                    f"where {CUSTOMER} is not null and {ORDER} is not null"
                ).fetchall()
            )

    def replaced(key: str | None) -> str | None:
        return ledger.get(hashed(salt, key)) if salt and key else None

    same = {given, replaced(given)} - {None}
    if is_customer:
        persons = {person for person, customer in pairs if customer in same and person}
        of_customer = same
    else:
        persons, of_customer = same, set()
    aliases = persons | {replaced(person) for person in persons} - {None}
    if len({alias for alias in persons if alias not in ledger.values()}) > 1:
        raise ForgetError(
            f"{given} belongs to several persons ({len(persons)}): name one with --customer-unique-id."
        )
    customers = {
        customer for person, customer in pairs if person in aliases and customer
    } | of_customer
    shared = {
        customer
        for person, customer in pairs
        if customer in customers
        and person
        and person not in aliases
        and person not in ledger.values()
    }
    if shared - of_customer:
        raise ForgetError(
            f"customer_id {min(shared)} is delivered for several persons, so its orders cannot be told apart. "
            "Have the source corrected, or erase it with --customer-id once it names one person."
        )
    everything = persons | customers | {given}
    stand_ins = set(ledger.values())
    person = Person(
        keys={key for key in everything if key not in stand_ins},
        orders={
            order
            for customer, order in sales
            if customer in customers | {replaced(c) for c in customers}
        },
        ledger=ledger,
        salt=salt,
    )
    for key in person.keys:
        person.replacements[key] = replaced(key) or secrets.token_hex(16)
    return person, replaced(given) is not None


def hashed(salt: str, key: str) -> str:
    """What the ledger holds for a key."""
    return hashlib.md5((salt + key).encode()).hexdigest()


def remember(connection: duckdb.DuckDBPyConnection, person: Person) -> None:
    """Put the person's keys and orders into the ledger, before anything is changed."""
    row = connection.execute("select max(salt) from ops.ops_erased_keys").fetchone()
    salt = row[0] or secrets.token_hex(16)
    known = {
        key for (key,) in connection.execute("select key_hash from ops.ops_erased_keys").fetchall()
    }
    entries = {hashed(salt, key): value for key, value in person.replacements.items()}
    entries |= {hashed(salt, order): "" for order in person.orders}
    rows = [[key, value, salt] for key, value in entries.items() if key not in known]
    if rows:
        connection.executemany(
            "insert into ops.ops_erased_keys by name "
            "select ? as key_hash, ? as replacement, ? as salt, now()::timestamp as _processed_at",
            rows,
        )


def adopt_versions(connection: duckdb.DuckDBPyConnection, root: Path) -> None:
    """Tell inventory and bronze the sizes of the files that were rewritten: same path, same time, another size."""
    if not any(root.rglob("*")):
        return
    prefix = str(root).rstrip("/")
    connection.execute(
        "create or replace temp table rewritten as "
        f"with on_disk as (select substr(filename, {len(prefix) + 2}) as source_file, size, "
        f"cast(last_modified as timestamp) as modified_at from read_blob({quoted(prefix + '/**')})) "
        "select known.source_file, known.modified_at, known.size_bytes as old_size, any_value(on_disk.size) as new_size "
        "from ops.ops_landed_files as known inner join on_disk using (source_file, modified_at) "
        "where known.size_bytes <> on_disk.size group by all"
    )
    # A build between an interrupted erasure and this one read the rewritten file as another delivery: once is enough.
    for table, file, size, time in [
        ("ops.ops_landed_files", "source_file", "size_bytes", "modified_at"),
        *(
            (f'bronze."{table}"', "_source_file", "_source_size_bytes", "_source_modified_at")
            for table in tables(connection, "bronze", "_source_file")
        ),
    ]:
        same = f"t.{file} = rewritten.source_file and t.{time} = rewritten.modified_at"
        connection.execute(
            f"delete from {table} as t using rewritten where {same} and t.{size} = rewritten.old_size and exists "
            f"(select 1 from {table} as n where n.{file} = t.{file} and n.{time} = t.{time} and n.{size} = rewritten.new_size)"
        )
        connection.execute(
            f"update {table} as t set {size} = rewritten.new_size from rewritten "
            f"where {same} and t.{size} = rewritten.old_size"
        )


def erase_from_bronze(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Columns, person: Person
) -> int:
    """Change the person's records in a table of bronze to what reading the rewritten file gives; return how many."""
    name = f'bronze."{table}"'
    names = [row[0] for row in connection.execute(f"describe {name}").fetchall()]
    landed_names = [column for column in names if not column.startswith("_")]
    links = [column for column in (PERSON, CUSTOMER, ORDER) if column in names]
    keys = sorted(person.keys | set(person.replacements.values()) | person.orders)
    conditions = [f"trim({column}) in (select unnest($keys))" for column in links]
    # A column that links may have come undeclared, and a record may be corrupt: both are texts that hold a key.
    conditions += [
        f"len(list_filter($keys::varchar[], key -> contains({column}, key))) > 0"
        for column in ("_rescued_data", "_corrupt_record")
    ]
    wanted = [*landed_names, "_rescued_data", "_corrupt_record", "_source_file", "_record_hash"]
    rows = connection.execute(
        f"select rowid, {', '.join(wanted)} from {name} where {' or '.join(conditions)}",
        {"keys": keys},
    ).fetchall()
    count = 0
    for number, *values in rows:
        row = dict(zip(wanted, values, strict=True))
        new = erased_row(row, landed_names, columns, person)
        if new != row:
            assignments = ", ".join(f"{column} = ?" for column in new)
            connection.execute(
                f"update {name} set {assignments} where rowid = ?", [*new.values(), number]
            )
            count += 1
    return count


def erased_row(
    row: dict[str, Any], landed_names: list[str], columns: Columns, person: Person
) -> dict[str, Any]:
    """A row of bronze without the person's values, with the hash that its new content has."""
    new = dict(row)
    corrupt = row["_corrupt_record"]
    if corrupt is not None:
        if person.is_named_in(corrupt):
            is_odd = corrupt.count('"') % 2 and landed.kind_of(Path(row["_source_file"])) == "csv"
            new["_corrupt_record"] = landed.ERASED_ODD if is_odd else landed.ERASED
            new["_record_hash"] = record_hash({}, None, new["_corrupt_record"])
        return new
    rescued = json.loads(row["_rescued_data"]) if row["_rescued_data"] else {}
    changed = columns.erase({**{n: row[n] for n in landed_names}, **rescued}, person)
    if changed is None:
        return new
    new.update({column: changed[column] for column in landed_names})
    kept = {name: changed[name] for name in rescued if changed[name] is not None}
    is_json = landed.kind_of(Path(row["_source_file"])) == "jsonl"
    new["_rescued_data"] = (
        json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else None
    )
    values = {column: changed[column] for column in landed_names}
    new["_record_hash"] = (
        record_hash(values, new["_rescued_data"], None)
        if is_json
        else record_hash({**values, **kept}, None, None)
    )
    return (
        new
        if {n: new[n] for n in new if n != "_record_hash"}
        != {n: row[n] for n in row if n != "_record_hash"}
        else row
    )


def record_hash(values: dict[str, Any], rescued: str | None, corrupt: str | None) -> str:
    """The hash of a record, as package/macros/ingest/ingest.sql makes it."""
    parts = [f"{name}={values[name]}" for name in sorted(values) if values[name] is not None]
    parts += [text for text in (rescued, corrupt) if text is not None]
    return hashlib.md5(chr(31).join(parts).encode()).hexdigest()


def own_texts(connection: duckdb.DuckDBPyConnection, columns: Columns, person: Person) -> set[str]:
    """The free texts and undeclared values that stand in records of this person alone, so that they can be searched for."""
    mine: set[str] = set()
    others: set[str] = set()
    known = person.keys | set(person.replacements.values())
    free = [name for name, pii in columns.classes.items() if pii == "free_text"]
    for table in tables(connection, "bronze", ORDER):
        for column in free:
            if table not in tables(connection, "bronze", column):
                continue
            query = (
                f'select distinct {column} from bronze."{table}" where {column} is not null and '
            )
            about = f"coalesce(list_contains($orders::varchar[], trim({ORDER})), false)"
            orders = {"orders": sorted(person.orders)}
            mine |= {text for (text,) in connection.execute(query + about, orders).fetchall()}
            others |= {
                text for (text,) in connection.execute(query + "not " + about, orders).fetchall()
            }
    joined = "\n".join(others)
    return {text for text in mine if len(text) >= SHORTEST_TEXT and text not in joined} - known


def files_naming(root: Path, values: Iterable[str]) -> dict[Path, int]:
    """The files below a folder in which a value stands, as it is or as CSV and JSON write it."""
    wanted = {
        variant.encode()
        for value in values
        for variant in (
            value,
            value.replace('"', '""'),
            json.dumps(value)[1:-1],
            json.dumps(value, ensure_ascii=False)[1:-1],
        )
    }
    found = {}
    for path in raw_files(root):
        content = landed.text_of(path).encode("latin-1")
        count = sum(content.count(value) for value in wanted)
        if landed.kind_of(path) == "parquet":
            with duckdb.connect() as connection:
                table = f"read_parquet({quoted(str(path))}, hive_partitioning = false)"
                count += matches(connection, table, connection.sql(f"from {table}").columns, values)
        if count:
            found[path] = count
    return found


def matches(
    connection: duckdb.DuckDBPyConnection, table: str, names: list[str], values: Iterable[str]
) -> int:
    """How many rows of a table hold one of the values, in whatever column."""
    texts = " or ".join(
        f'len(list_filter($values::varchar[], value -> contains(cast("{name}" as varchar), value))) > 0'
        for name in names
    )
    return connection.execute(
        f"select count(*) from {table} where {texts}", {"values": sorted(values)}
    ).fetchone()[0]


def search(
    connection: duckdb.DuckDBPyConnection,
    database: Path,
    root: Path,
    publication: Path,
    person: Person,
) -> tuple[list[str], dict[str, int]]:
    """Every table and file that was searched for the person's values, and how often they stand in which."""
    values = person.keys | person.texts
    places, left = [], {}
    for schema in LAYERS:
        for table in tables(connection, schema):
            name = f'{schema}."{table}"'
            names = [
                row[0]
                for row in connection.execute(f"describe {name}").fetchall()
                if row[1] == "VARCHAR"
            ]
            places.append(f"{schema}.{table}")
            if names and (count := matches(connection, name, names, values)):
                left[f"{schema}.{table}"] = count
    for folder in (root, publication):
        found = files_naming(folder, values)
        places += [str(path) for path in raw_files(folder)]
        left |= {str(path): count for path, count in found.items()}
    for path in (database, Path(f"{database}.wal")):
        if path.is_file():
            places.append(str(path))
            content = path.read_bytes()
            if count := sum(content.count(value.encode()) for value in values):
                left[f"{path} (bytes)"] = count
    return places, left


def rebuild(arguments: argparse.Namespace) -> None:
    """Build silver, gold and what watches them from bronze."""
    dbt = Path(sys.executable).parent / "dbt"
    environment = {
        **os.environ,
        "DUCKDB_PATH": str(arguments.database),
        "LANDING_PATH": str(arguments.landing),
        "DBT_PROFILES_DIR": str(PROJECT / "profiles"),
    }
    command = [
        *(str(dbt), "build", "--quiet", "--full-refresh", "--select", "path:models/intermediate+"),
        *("--project-dir", str(PROJECT)),
    ]
    done = subprocess.run(command, env=environment, check=False)
    if done.returncode:
        raise ForgetError(
            "landing and bronze are done, but silver and gold could not be rebuilt (above). Repair that and run the same again."
        )


def compact(database: Path) -> None:
    """Copy the database into a fresh file and put that in its place: free blocks of the old one keep what was deleted."""
    fresh = database.with_name(f".{database.name}.fresh")
    for leftover in (fresh, Path(f"{fresh}.wal")):
        leftover.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        # Under its own name, which is part of the text of its views.
        name = '"' + database.stem + '"'
        connection.execute(
            f"attach {quoted(str(database))} as {name} (read_only); attach {quoted(str(fresh))} as fresh_copy"
        )
        connection.execute(f"copy from database {name} to fresh_copy")
    fresh.chmod(database.stat().st_mode)
    fresh.replace(database)
    Path(f"{database}.wal").unlink(missing_ok=True)


def republish(arguments: argparse.Namespace) -> None:
    """Write the publication anew, Delta tables without their history."""
    python = PROJECT / ".venv-publish/bin/python"
    command = [
        str(python if python.exists() else sys.executable),
        *(
            "-m",
            "lakehouse",
            "publish",
            "--restart",
            "--database",
            str(arguments.database.resolve()),
        ),
        *(
            "--manifest",
            str(arguments.manifest.resolve()),
            "--out",
            str(arguments.publication.resolve()),
        ),
    ]
    if subprocess.run(command, check=False, cwd=PROJECT).returncode:
        raise ForgetError(
            "all layers are done, but the publication could not be written anew (above). Run the same again."
        )
