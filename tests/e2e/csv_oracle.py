"""What bronze must hold for a landed CSV file, worked out a second time in plain Python.

Shares no code with the macros: a hand-written field splitter over the exact bytes. Where a file has no defects
Python's own csv module must agree (`test_ingest.py` asserts that it does).
"""

import re
from typing import NamedTuple

LINE = re.compile(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")


class Record(NamedTuple):
    """One landed record: its fields, or its whole text where it cannot be parsed."""

    fields: list | None
    corrupt: str | None = None


class Landed(NamedTuple):
    """One landed file: the names in its header, one a field, and its records in order."""

    names: list
    records: list


def split_fields(text):
    """The fields of one record, or None where it breaks the quoting rules.

    A field that does not begin with a quote may contain quotes; an empty one is a missing value (None).
    """
    fields, position = [], 0
    while True:
        if text[position : position + 1] == '"':
            value, position = "", position + 1
            while True:
                end = text.find('"', position)
                if end < 0:
                    return None
                value += text[position:end]
                position = end + 1
                if text[position : position + 1] != '"':
                    break
                value, position = value + '"', position + 1
            if position < len(text) and text[position] != ",":
                return None
            fields.append(value)
        else:
            end = text.find(",", position)
            end = len(text) if end < 0 else end
            fields.append(text[position:end] or None)
            position = end
        if position == len(text):
            return fields
        position += 1


def ends_in_quotes(text):
    """Whether the text ends within a quoted field."""
    position = 0
    while position <= len(text):
        if text[position : position + 1] == '"':
            end = re.compile(r'"(?:[^"]|"")*+"').match(text, position)
            if not end:
                return re.compile(r'"(?:[^"]|"")*+\Z').match(text, position) is not None
            if end.end() < len(text) and text[end.end()] != ",":
                return False
            position = end.end() + 1
        else:
            comma = text.find(",", position)
            if comma < 0:
                return False
            position = comma + 1
    return False


def column_names(header):
    """The names in a header line: trimmed, unquoted, lower case; blank and repeated ones made unique."""
    names = []
    for number, field in enumerate(split_fields(header), start=1):
        raw, field = field or "", (field or "").strip()
        if raw != field and field[:1] == field[-1:] == '"':
            # Quotes within padding, which are no quotes to CSV, yet to whoever wrote the header.
            field = field[1:-1].replace('""', '"').strip()
        name = field.lower() or f"column_{number}"
        names.append(f"{name}_{number}" if name in names else name)
    return names


def decoded(line):
    """The text of a line, and whether it is UTF-8; where it is not, its bytes read as Latin-1."""
    try:
        return line.decode("utf-8"), True
    except UnicodeDecodeError:
        return line.decode("latin-1"), False


def same_text(got, expected, is_compressed):
    """Whether bronze shows a text as expected: exactly, or with question marks for the bytes of a line that is not
    UTF-8 in a compressed file, of which DuckDB shows no more."""
    if not is_compressed or got == expected or None in (got, expected):
        return got == expected
    return re.fullmatch(re.sub(r"(\\\?)+", ".+", re.escape(got)), expected, re.DOTALL) is not None


def read_csv(content):
    """What bronze must hold for a CSV file with these bytes."""
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf")
    lines = [(*decoded(match[1]), match[2].decode()) for match in LINE.finditer(content)]
    if not content:
        return Landed([], [])
    names = column_names(lines[0][0])
    records, position = [], 1
    while position < len(lines):
        text, is_utf8, line_end = lines[position]
        position += 1
        if not text:
            continue
        fields = split_fields(text) if is_utf8 else None
        if fields is None and is_utf8 and text.count('"') % 2 and ends_in_quotes(text):
            # A record of several lines ends with the next line that has an odd number of quotes.
            for last in range(position, len(lines)):
                if lines[last][0].count('"') % 2:
                    joined = (
                        text
                        + line_end
                        + "".join(t + e for t, _, e in lines[position:last])
                        + lines[last][0]
                    )
                    several = (
                        split_fields(joined)
                        if all(ok for _, ok, _ in lines[position : last + 1])
                        else None
                    )
                    if several is not None and len(several) == len(names):
                        fields, position = several, last + 1
                    break
        if fields is not None and len(fields) == len(names):
            records.append(Record(fields))
        else:
            records.append(Record(None, text))
    return Landed(names, records)
