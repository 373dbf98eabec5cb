"""Files as they are given: which tables they make, whether the ingestion can read them, and what it would read.

The ingestion reads CSV (comma, UTF-8), JSON lines and Parquet. What is close to one of them (another separator or
encoding, a JSON array, a table of a database file) is converted while it is copied into the landing zone; the text of
the values stays as it is.
"""

import csv
import io
import json
import re
import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from lakehouse.scaffold.names import identifier

ENDINGS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
}
DATABASES = {".duckdb", ".ddb", ".db", ".sqlite", ".sqlite3"}
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
DATE = re.compile(r"(?:19|20)\d{2}[-_./]?\d{2}(?:[-_./]?\d{2})?")
csv.field_size_limit(2**31 - 1)


class UnreadableError(Exception):
    """A file that nothing can be made of; says why and what to do."""


@dataclass
class LandedFile:
    """A given file, and what must happen for the ingestion to read it."""

    path: Path
    format: str
    encoding: str = "utf-8"
    separator: str = ","
    is_array: bool = False
    table_name: str = ""  # of a database file

    @property
    def conversion(self) -> str:
        """What is done to the file when it is copied; empty when nothing is."""
        steps = []
        if self.table_name:
            steps.append(f"table {self.table_name} taken out as Parquet or CSV")
        if self.encoding != "utf-8":
            steps.append(f"{self.encoding} to UTF-8")
        if self.separator != ",":
            steps.append(f"{SEPARATORS[self.separator]} to comma")
        if self.is_array:
            steps.append("JSON array to JSON lines")
        return ", ".join(steps)

    @property
    def landed_name(self) -> str:
        """The name the file has in the landing zone."""
        stem, name = self.path.name.split(".")[0], self.path.name
        if self.table_name:
            return f"{stem}_{identifier(self.table_name)}.{self.format}"
        if self.format == "csv" and self.path.suffix.lower() != ".csv":
            return f"{self.path.stem}.csv"
        return f"{self.path.stem}.jsonl" if self.is_array else name

    def land(self, target: Path) -> None:
        """Copy the file to `target`, converted where needed, with the time it was last changed."""
        target.parent.mkdir(parents=True, exist_ok=True)
        if self.table_name:
            export(self.path, self.table_name, target)
        elif self.is_array:
            lines = json.loads(self.path.read_text(encoding=self.encoding))
            lines = lines if isinstance(lines, list) else [lines]
            target.write_text(
                "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            )
        elif self.conversion and self.format == "csv":
            with (
                self.path.open(encoding=self.encoding, newline="") as source,
                target.open("w", encoding="utf-8", newline="") as copy,
            ):
                rows = csv.reader(source, delimiter=self.separator)
                writer = csv.writer(copy, lineterminator="\n")
                for number, row in enumerate(rows):
                    # What a spreadsheet writes to say its separator is no record.
                    if not (number == 0 and len(row) == 2 and row[0].lower() == "sep="):
                        writer.writerow(row)
        elif self.conversion:
            target.write_text(self.path.read_text(encoding=self.encoding), encoding="utf-8")
        else:
            shutil.copyfile(self.path, target)
        shutil.copystat(self.path, target)


@dataclass
class Table:
    """The files of one source table."""

    name: str
    files: list[LandedFile] = field(default_factory=list)

    @property
    def format(self) -> str:
        """The format of its files."""
        return self.files[0].format


def find(given: list[Path], table: str | None = None) -> tuple[list[Table], list[str]]:
    """Return the tables that some files and folders make, and what cannot be used of them.

    table: one name for all of it; of a database file, the table to take.
    """
    files, problems = [], []
    for path in given:
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in inside:
            if path.is_dir() and re.search(r"/[._]", f"/{file.relative_to(path)}"):
                continue
            try:
                files += examine(file, table)
            except UnreadableError as problem:
                problems.append(str(problem))
    tables: dict[str, Table] = {}
    for file in files:
        name = table_name(file) if table is None else identifier(table.split(".")[-1])
        tables.setdefault(name, Table(name)).files.append(file)
    for name, found in list(tables.items()):
        if len({file.format for file in found.files}) > 1:
            problems.append(f"{name}: files of several formats; give them one by one with --table.")
            del tables[name]
    return list(tables.values()), problems


def table_name(file: LandedFile) -> str:
    """Return the table a file belongs to by its name: without dates, numbers of parts and the ending."""
    stem = file.table_name or re.sub(r"(\.[a-z0-9]+){1,2}$", "", file.path.name, flags=re.I)
    plain = re.sub(r"[-_ .]*(?:part|page)?[-_ ]*\d{1,4}$", "", DATE.sub("", stem))
    return identifier(plain) or identifier(stem) or "records"


def examine(path: Path, table: str | None = None) -> list[LandedFile]:
    """Return what a file is; of a database file, one for each of its tables (or the one named)."""
    if not path.is_file():
        raise UnreadableError(f"{path}: no such file.")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    is_compressed = suffixes[-1:] == [".gz"]
    ending = (suffixes[:-1] if is_compressed else suffixes)[-1:] or [""]
    if ending[0] in DATABASES:
        names = [table] if table else tables_of(path)
        return [LandedFile(path, database_format(path), table_name=name) for name in names]
    if ending[0] not in ENDINGS:
        raise UnreadableError(
            f"{path}: not a format the ingestion reads. Save it as CSV, JSON lines or Parquet."
        )
    format_ = ENDINGS[ending[0]]
    if path.stat().st_size == 0:
        raise UnreadableError(f"{path}: the file is empty, there is nothing to learn from it.")
    if format_ == "parquet":
        return [LandedFile(path, format_)]
    if is_compressed:
        return [LandedFile(path, format_)]
    encoding, head = decoded(path)
    if format_ == "csv":
        return [LandedFile(path, format_, encoding, separator(head))]
    return [LandedFile(path, format_, encoding, is_array=is_array(path, encoding))]


def decoded(path: Path) -> tuple[str, str]:
    """Return the encoding of a text file and its first part."""
    content = path.read_bytes()
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return encoding, content[:1_000_000].decode(encoding, errors="replace")
    try:
        content.decode("utf-8")
        return "utf-8", content[:1_000_000].decode("utf-8-sig", errors="replace")
    except UnicodeDecodeError as problem:
        # One bad line in a long file is a corrupt record, not another encoding.
        broken = sum(1 for line in content.splitlines() if not is_utf8(line))
        if broken * 50 < content.count(b"\n") and problem.start > 4096:
            return "utf-8", content[:1_000_000].decode("utf-8", errors="replace")
        return "cp1252" if not re.search(rb"[\x81\x8d\x8f\x90\x9d]", content) else "latin-1", (
            content[:1_000_000].decode("latin-1")
        )


def is_utf8(line: bytes) -> bool:
    """Return whether some bytes are UTF-8."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def separator(head: str) -> str:
    """Return the separator of a CSV text: the one that cuts most lines into as many fields as the header."""
    best, most = ",", 0
    lines = head.splitlines()
    if lines and lines[0].lower().startswith("sep="):
        return lines[0][4:5] if lines[0][4:5] in SEPARATORS else ","
    for candidate in SEPARATORS:
        rows = list(csv.reader(io.StringIO("\n".join(lines[:200])), delimiter=candidate))
        width = len(rows[0]) if rows else 0
        agreeing = sum(len(row) == width for row in rows)
        if width > 1 and agreeing * width > most:
            best, most = candidate, agreeing * width
    return best


def is_array(path: Path, encoding: str) -> bool:
    """Return whether a JSON file is one array or object over several lines instead of JSON lines."""
    text = path.read_text(encoding=encoding).strip("\ufeff \t\r\n")
    if text.startswith("["):
        return True
    try:
        json.loads(text.split("\n", 1)[0])
    except ValueError:
        try:
            json.loads(text)
        except ValueError:
            return False
        return True
    return False


def is_sqlite(path: Path) -> bool:
    """Return whether a database file is one of SQLite."""
    return path.read_bytes()[:15] == b"SQLite format 3"


def database_format(path: Path) -> str:
    """Return the format in which a table of a database file lands."""
    return "csv" if is_sqlite(path) else "parquet"


def tables_of(path: Path) -> list[str]:
    """Return the names of the tables in a database file."""
    if is_sqlite(path):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            query = (
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            )
            return sorted(name for (name,) in connection.execute(query))
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            query = """
                select case table_schema when 'main' then '' else table_schema || '.' end || table_name from information_schema.tables order by all
            """
            return [name for (name,) in connection.execute(query).fetchall()]
    except duckdb.Error as problem:
        raise UnreadableError(f"{path}: neither a DuckDB nor a SQLite file ({problem}).") from None


def export(path: Path, table: str, target: Path) -> None:
    """Write a table of a database file to `target`: Parquet from DuckDB, CSV from SQLite."""
    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in table.split("."))
    if is_sqlite(path):
        with (
            sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection,
            target.open("w", encoding="utf-8", newline="") as copy,
        ):
            rows = connection.execute(f"select * from {quoted}")
            writer = csv.writer(copy, lineterminator="\n")
            writer.writerow([column[0] for column in rows.description])
            writer.writerows(rows)
        return
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute(
            f"copy {quoted} to '{str(target).replace(chr(39), chr(39) * 2)}' (format parquet)"
        )
