"""Landed files with a person's values taken out, every other byte and the number of records as they were."""

import gzip
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

TEXTS = (".csv", ".jsonl", ".ndjson", ".json")
# One field of a record and the records of a file, as package/macros/ingest reads them: what is no record stays none.
FIELD = re.compile(r'"[^"]*(?:""[^"]*)*"(?=,|\Z)|[^",\r\n][^,\r\n]*|(?=,|\Z)')
LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
OPEN = re.compile(r'(?:(?:"[^"]*(?:""[^"]*)*"|[^",\r\n][^,\r\n]*|),)*"[^"]*(?:""[^"]*)*')
# What stands for a record that could not be parsed and named the person. It has as many quotes, odd or even, as the
# record had, so that the records around it are cut where they were.
ERASED = "[erased]"
ERASED_ODD = '[erased"]'

# A function of a record (name to value) that gives what it shall be; none for one that stays.
Redact = Callable[[dict[str, str | None]], "dict[str, str | None] | None"]


def landed_files(root: Path) -> list[Path]:
    """The files of a landing zone that may be read; hidden ones, and those in hidden folders, are none of ours."""
    return sorted(
        path
        for path in root.rglob("*")
        if path.is_file()
        and not any(part.startswith((".", "_")) for part in path.relative_to(root).parts)
    )


def text_of(path: Path) -> str:
    """A file's content, unpacked, a character a byte."""
    content = path.read_bytes()
    if path.suffix.lower() == ".gz" and content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    return content.decode("latin-1")


def kind_of(path: Path) -> str:
    """The kind of a file: csv, jsonl, parquet, or nothing."""
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if suffix in TEXTS:
        return "csv" if suffix == ".csv" else "jsonl"
    return "parquet" if suffix == ".parquet" else ""


def redact(path: Path, change: Redact, names_person: Callable[[str], bool]) -> int:
    """Rewrite a file where records of the person stand in it; return how many records that were.

    The new file takes the place of the old one at once, with its time, so that it is the same delivery.
    change: gives a record as it shall be; names_person: whether a text that is no record names the person.
    """
    kind, changed = kind_of(path), []
    fresh = path.with_name(f".{path.name}.erasing")
    if kind == "parquet":
        changed = redact_parquet(path, fresh, change)
    elif kind:
        pieces = redact_csv if kind == "csv" else redact_json
        parts = []
        for text, is_changed in pieces(text_of(path), change, names_person):
            parts.append(text)
            changed += [True] if is_changed else []
        if changed:
            content = "".join(parts).encode("latin-1")
            fresh.write_bytes(
                gzip.compress(content, mtime=0) if path.suffix.lower() == ".gz" else content
            )
    if changed:
        status = path.stat()
        fresh.chmod(status.st_mode)
        os.utime(fresh, ns=(status.st_atime_ns, status.st_mtime_ns))
        fresh.replace(path)
    return len(changed)


def decoded(text: str) -> str | None:
    """The text behind a character a byte, or none when it is not UTF-8."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return None


def encoded(text: str) -> str:
    """A text as a character a byte."""
    return text.encode("utf-8").decode("latin-1")


def split(record: str) -> list[str] | None:
    """The fields of a record as they are written, or none where it breaks the rules of quoting."""
    fields, position = [], 0
    while True:
        match = FIELD.match(record, position)
        if not match or (match.end() < len(record) and record[match.end()] != ","):
            return None
        fields.append(match[0])
        position = match.end() + 1
        if match.end() >= len(record):
            return fields


def value_of(field: str) -> str | None:
    """A field's value: an empty one is missing, an empty quoted one is not."""
    if field.startswith('"'):
        return field[1:-1].replace('""', '"')
    return field or None


def column_names(header: str) -> list[str]:
    """The names in a header line, as package/macros/ingest/csv_header_names.sql tells them."""
    names: list[str] = []
    for number, field in enumerate(split(header) or [], start=1):
        name = field.strip()
        if len(name) > 1 and name.startswith('"') and name.endswith('"'):
            name = name[1:-1].replace('""', '"').strip()
        name = name.lower() or f"column_{number}"
        names.append(f"{name}_{number}" if name in names else name)
    return names


def records(
    lines: list[tuple[str, str]], width: int
) -> Iterator[tuple[int, int, list[str] | None]]:
    """The records of lines (text, line end) of a CSV file: first line, line after the last, fields or none."""
    position = 0
    while position < len(lines):
        text, _ = lines[position]
        end = position + 1
        fields = split(text) if decoded(text) is not None else None
        if fields is not None and len(fields) != width:
            fields = None
        if fields is None and text.count('"') % 2 and OPEN.fullmatch(text):
            last = next((n for n in range(end, len(lines)) if lines[n][0].count('"') % 2), None)
            if last is not None:
                whole = "".join(t + e for t, e in lines[position:last]) + lines[last][0]
                several = split(whole) if decoded(whole) is not None else None
                if several is not None and len(several) == width:
                    fields, end = several, last + 1
        yield position, end, fields
        position = end


def redact_csv(
    content: str, change: Redact, names_person: Callable[[str], bool]
) -> Iterator[tuple[str, bool]]:
    """The pieces of a CSV file, and whether each was changed."""
    lines = [(match[1], match[2]) for match in LINE.finditer(content)]
    first = next((n for n, (text, _) in enumerate(lines) if text.strip("\xef\xbb\xbf")), None)
    if first is None:
        yield content, False
        return
    names = column_names(decoded(lines[first][0].removeprefix("\xef\xbb\xbf")) or "")
    yield "".join(text + end for text, end in lines[: first + 1]), False
    lines = lines[first + 1 :]
    for begin, after, fields in records(lines, len(names)):
        text = "".join(t + e for t, e in lines[begin:after])
        if fields is None:
            if names_person(text):
                erased = ERASED_ODD if lines[begin][0].count('"') % 2 else ERASED
                yield erased + lines[begin][1], lines[begin][0] != erased
            else:
                yield text, False
            continue
        values = [
            decoded(value) if (value := value_of(field)) is not None else None for field in fields
        ]
        changed = change(dict(zip(names, values, strict=True)))
        if changed is None:
            yield text, False
            continue
        new = [
            field if changed[name] == value else written(changed[name], field)
            for name, value, field in zip(names, values, fields, strict=True)
        ]
        yield ",".join(new) + lines[after - 1][1], new != fields


def written(value: str | None, field: str) -> str:
    """A value as a CSV field, in quotes where the field it replaces was."""
    if value is None:
        return ""
    text = encoded(value).replace('"', '""')
    return f'"{text}"' if field.startswith('"') else text


def redact_json(
    content: str, change: Redact, names_person: Callable[[str], bool]
) -> Iterator[tuple[str, bool]]:
    """The pieces of a file of JSON lines, and whether each was changed."""
    for match in LINE.finditer(content):
        line = decoded(match[1])
        pairs = members(line) if line is not None else None
        if pairs is None:
            if names_person(match[1]):
                yield ERASED + match[2], match[1] != ERASED
            else:
                yield match[0], False
            continue
        changed = change({name: json_value(raw) for name, raw in pairs.items()})
        if changed is None:
            yield match[0], False
            continue
        kept = {
            name: raw
            if changed[name] == json_value(raw)
            else json.dumps(changed[name], ensure_ascii=False)
            for name, raw in pairs.items()
            if name in changed and not (changed[name] is None and json_value(raw) is not None)
        }
        text = (
            "{"
            + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {v}" for k, v in kept.items())
            + "}"
        )
        is_changed = kept != pairs
        yield (encoded(text) + match[2] if is_changed else match[0]), is_changed


def members(line: str) -> dict[str, str] | None:
    """The members of a JSON object, each value as it is written; none when it is no object, or names one twice."""
    decoder, pairs, position = json.JSONDecoder(), {}, 0
    blank = re.compile(r"[ \t\r\n]*")
    try:
        position = blank.match(line, 0).end()
        if line[position : position + 1] != "{":
            return None
        position = blank.match(line, position + 1).end()
        while line[position : position + 1] != "}":
            name, position = decoder.raw_decode(line, position)
            position = blank.match(line, position).end()
            if not isinstance(name, str) or name in pairs or line[position] != ":":
                return None
            begin = blank.match(line, position + 1).end()
            _, position = decoder.raw_decode(line, begin)
            pairs[name] = line[begin:position]
            position = blank.match(line, position).end()
            if line[position] == ",":
                position = blank.match(line, position + 1).end()
    except (ValueError, IndexError):
        return None
    return pairs if not line[position + 1 :].strip() else None


def json_value(raw: str) -> str | None:
    """A JSON value as text: a string's content, null as none, anything else as it is written."""
    return json.loads(raw) if raw[:1] == '"' or raw == "null" else raw


def redact_parquet(path: Path, fresh: Path, change: Redact) -> list[bool]:
    """Write a Parquet file anew where records of the person stand in it; a mark for each of them."""
    with duckdb.connect() as connection:
        source = str(path).replace("'", "''")
        rows = connection.sql(f"select * from read_parquet('{source}', hive_partitioning = false)")
        names = rows.columns
        texts = ", ".join(f'cast("{name}" as varchar)' for name in names)
        updates = []
        for number, row in enumerate(connection.execute(f"select {texts} from rows").fetchall()):
            record = dict(zip([name.lower() for name in names], row, strict=True))
            changed = change(record)
            if changed is not None and changed != record:
                updates.append((number, [changed[name.lower()] for name in names]))
        if updates:
            connection.execute(
                "create table whole as select row_number() over () - 1 as n_, * from rows"
            )
            assignments = ", ".join(f'"{name}" = ?' for name in names)
            for number, values in updates:
                connection.execute(
                    f"update whole set {assignments} where n_ = ?", [*values, number]
                )
            target = str(fresh).replace("'", "''")
            connection.execute(
                f"copy (select * exclude (n_) from whole order by n_) to '{target}' (format parquet)"
            )
    return [True for _ in updates]
