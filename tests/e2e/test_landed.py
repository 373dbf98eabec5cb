"""`lakehouse.landed`: a person's values leave a landed file; every other byte, the time and the records stay."""

import gzip
import json
import os
from pathlib import Path

import duckdb
import pytest
from csv_oracle import read_csv

from lakehouse.forget import Columns, Person
from lakehouse.landed import landed_files, redact, redact_csv, text_of

SAMPLE = Path(__file__).parents[2] / "landing"
PERSON = Person(keys={"person-1", "customer-1"}, orders={"order-1"})
PERSON.replacements = {"person-1": "someone", "customer-1": "anyone"}
COLUMNS = Columns(
    declared={"customer_id", "customer_unique_id", "city", "state", "order_id", "message", "price"},
    classes={
        "customer_id": "identifier",
        "customer_unique_id": "identifier",
        "city": "city",
        "message": "free_text",
    },
)


def erase(path):
    return redact(path, lambda record: COLUMNS.erase(record, PERSON), PERSON.is_named_in)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Keys replaced within their quotes, classed columns emptied, the state kept; somebody else untouched.
        (
            '"customer_id",customer_unique_id,city,state\r\n"customer-1",person-1,"São Paulo",SP\r\nc2,p2,"a ""b""",RJ\r\n',
            '"customer_id",customer_unique_id,city,state\r\n"anyone",someone,,SP\r\nc2,p2,"a ""b""",RJ\r\n',
        ),
        # A text over several lines is one record.
        (
            'order_id,message,price\norder-1,"Olá,\n""tudo""\nbem",1\norder-2,"a\nb",2\n',
            'order_id,message,price\norder-1,,1\norder-2,"a\nb",2\n',
        ),
        # What nobody declared, nobody classed; what a change feed says stays.
        (
            "order_id,gift_note,_operation,price\norder-1,for Ana,delete,1\n",
            "order_id,gift_note,_operation,price\norder-1,,delete,1\n",
        ),
        # No record, but it names the person: it keeps being none, with as many quotes.
        (
            'order_id,message,price\norder-1,"never closed,3\norder-2,x,4\norder-1,too,many,5\n',
            'order_id,message,price\n[erased"]\norder-2,x,4\n[erased]\n',
        ),
        # Padding does not hide a key.
        ("order_id,message,price\n order-1 ,x,1", "order_id,message,price\n order-1 ,,1"),
    ],
)
def test_a_csv_file_loses_the_person_and_nothing_else(tmp_path, before, after):
    path = tmp_path / "f.csv"
    path.write_bytes(before.encode())
    os.utime(path, ns=(1, 1_533_081_600_123_456_789))
    path.chmod(0o640)
    assert erase(path) > 0
    assert path.read_bytes() == after.encode()
    assert path.stat().st_mtime_ns == 1_533_081_600_123_456_789
    assert path.stat().st_mode & 0o777 == 0o640
    assert len(read_csv(after.encode()).records) == len(read_csv(before.encode()).records)
    assert erase(path) == 0, "a second time there is nothing to change"
    assert [file.name for file in tmp_path.iterdir()] == ["f.csv"]


def test_json_lines_keep_numbers_as_written(tmp_path):
    path = tmp_path / "f.jsonl.gz"
    lines = '{"order_id": "order-1", "price": 18.10, "message": "x", "note": {"a": 1}}\n{"order_id":"o2","price":1.50}\nbroken order-1\n'
    path.write_bytes(gzip.compress(lines.encode()))
    assert erase(path) == 2
    assert (
        text_of(path)
        == '{"order_id": "order-1", "price": 18.10}\n{"order_id":"o2","price":1.50}\n[erased]\n'
    )
    assert erase(path) == 0


def test_parquet_keeps_its_types_and_order(tmp_path):
    path = tmp_path / "f.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 'order-' || n as order_id, 'text ' || n as message, n::decimal(9, 2) as price "
            f"from range(3) as r (n)) to '{path}' (format parquet)"
        )
        assert erase(path) == 1
        rows = connection.sql(f"from '{path}'")
        assert rows.fetchall()[1][:2] == ("order-1", None)
        assert [row[0] for row in rows.fetchall()] == ["order-0", "order-1", "order-2"]
        assert str(rows.types[2]) == "DECIMAL(9,2)"
    assert erase(path) == 0


def test_the_sample_is_read_as_an_independent_reader_reads_it():
    for path in landed_files(SAMPLE):
        if path.suffix != ".csv":
            continue
        records = []
        pieces = redact_csv(text_of(path), lambda r: records.append([*r.values()]), lambda _: False)  # noqa: B023
        assert "".join(text for text, _ in pieces) == text_of(path)
        expected = [r.fields for r in read_csv(path.read_bytes()).records if r.fields is not None]
        assert records == expected, path


def test_json_of_a_changed_record_is_json(tmp_path):
    path = tmp_path / "f.json"
    path.write_text('{"customer_id":"customer-1","city":"Itajaí","state":"SC"}\n', encoding="utf-8")
    assert erase(path) == 1
    assert json.loads(path.read_text(encoding="utf-8")) == {"customer_id": "anyone", "state": "SC"}
