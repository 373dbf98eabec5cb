"""Bronze against the nastiest files: every landed record is found exactly once, byte for byte.

One landing zone holds all nasty files, one dbt run reads them, and each file is one test. What must come out is
worked out by `csv_oracle` (CSV), Python's json (JSON lines) or written down by hand (`corrupt`).
"""

import csv
import io
import json
import os
import random
import re
import shutil
from typing import NamedTuple

import duckdb
import pytest
from csv_oracle import Landed, decoded, read_csv, same_text
from lakehouse_run import PROJECT, Lakehouse

BRONZE = ("run", "--select", "ops_landed_files", "staging")
FILES = {
    "orders": "olist_orders_dataset",
    "order_items": "olist_order_items_dataset",
    "sellers": "olist_sellers_dataset",
    "products": "olist_products_dataset",
    "customers": "olist_customers_dataset",
    "geolocation": "olist_geolocation_dataset",
    "order_payments": "olist_order_payments_dataset",
}
LINEAGE = (
    "_rescued_data",
    "_corrupt_record",
    "_source_file",
    "_source_row",
    "_source_size_bytes",
    "_source_modified_at",
    "_delivered_at",
    "_loaded_at",
    "_record_hash",
)
SEED = int(os.environ.get("INGEST_SEED", "20180801"))
H = b"seller_id,seller_zip_code_prefix,seller_city,seller_state"
GOOD = b"\n1,007,sp,SP\n"
csv.field_size_limit(100_000_000)
MIDNIGHT = "2018-09-03 00:00:00"


class Case(NamedTuple):
    """A nasty CSV file: its bytes, the records that must come out corrupt, and whether DuckDB's own reader may read it."""

    content: bytes
    corrupt: tuple = ()
    is_regular: bool = True
    suffix: str = ".csv"


def lines(*records, end=b"\n", header=H):
    return end.join([header, *records]) + end


# --- regular and good: Python's csv module must agree -----------------------------------------------------------
CSV = {
    "plain": Case(lines(b"1,007,sp,SP", b'2,,"",x')),
    "one-row": Case(H + GOOD),
    # Several times what DuckDB reads at once, so that threads share it: header, order and number of the records must hold.
    "large": Case(lines(*(b"%012d,%05d,cidade,SP" % (n, n % 90_000) for n in range(150_000)))),
    "large-quoted-newlines": Case(
        lines(*(b'%012d,%05d,"cidade%s",SP' % (n, n, b"\n" * (n % 7 // 6)) for n in range(99_999)))
    ),
    "no-newline-at-end": Case(H + b"\n1,2,3,4\n5,6,7,8"),
    "quoted-newline-lf": Case(lines(b'1,2,"a\nb\n\nc",4', b"5,6,7,8")),
    "quoted-newline-crlf": Case(lines(b'1,2,"a\r\nb\r\n\r\nc",4', b"5,6,7,8", end=b"\r\n")),
    "quoted-lone-cr": Case(lines(b'1,2,"a\rb",4', b"5,6,7,8")),
    "doubled-quotes": Case(lines(b'"""1""","2""","""3",""""', b'"",6,7,8')),
    "comma-in-quotes": Case(lines(b'1,"a,b",",",",,"')),
    "crlf": Case(lines(b"1,2,3,4", b"5,6,7,8", end=b"\r\n")),
    "cr": Case(lines(b"1,2,3,4", b"5,6,7,8", end=b"\r")),
    "lone-cr-line-end": Case(lines(b"1,2,3,4\r5,6,7,8", b"9,10,11,12")),
    "lone-cr-after-crlf": Case(lines(b"1,2,3,4\r5,6,7,8\r\r9,9,9,9", b"9,10,11,12", end=b"\r\n")),
    "mixed-line-ends": Case(H + b"\r\n1,2,3,4\n5,6,7,8\r9,10,11,12\r\n13,14,15,16\n"),
    "bom-lf": Case(b"\xef\xbb\xbf" + H + GOOD),
    "bom-crlf": Case(b"\xef\xbb\xbf" + lines(b'1,2,"3\r\n",4', end=b"\r\n")),
    "blank-lines": Case(H + b"\n\n1,2,3,4\n\n\n5,6,7,8\n\n"),
    "blank-lines-at-start": Case(b"\n\n" + lines(b"1,2,3,4", b"5,6,7,8")),
    "blank-lines-at-start-crlf": Case(b"\r\n\r\n" + lines(b"1,2,3,4", b"5,6,7,8", end=b"\r\n")),
    "blank-lines-crlf": Case(H + b"\r\n\r\n1,2,3,4\r\n\r\n"),
    "header-only": Case(H),
    "header-only-newline": Case(H + b"\n"),
    "other-order": Case(
        lines(b"SP,sp,007,1", header=b"seller_state,seller_city,seller_zip_code_prefix,seller_id")
    ),
    "upper-case-padded-header": Case(
        lines(b"1,2,3,4", header=b" SELLER_ID ,Seller_Zip_Code_Prefix, seller_city,SELLER_STATE")
    ),
    "quoted-header": Case(
        lines(
            b"1,2,3,4",
            header=b'"seller_id","seller_zip_code_prefix","seller_city"," seller_state "',
        )
    ),
    "missing-column": Case(lines(b"1,2,3", header=b"seller_id,seller_city,seller_state")),
    "additional-column": Case(lines(b'1,2,3,4,"a ""b""\n",', header=H + b",rating,more")),
    "duplicate-and-blank-names": Case(
        lines(b"1,2,3,4,5,6", header=b"seller_id,seller_id,,seller_city,,seller_id")
    ),
    "names-with-quotes": Case(lines(b"1,2,3", header=b'seller_id,it\'s,"say ""x"""')),
    "one-column": Case(lines(b"1", b"2", header=b"seller_id")),
    "no-declared-column": Case(lines(b"1,2", header=b"x,y")),
    "control-characters": Case(lines(b"\x011,\x01,\x02\x1f,\x7f", b"\\x01,\\n,\\,\\0")),
    "nul": Case(lines(b"\x001,a\x00b,c\x00,\x00")),
    "unicode": Case(
        lines("1,São Paulo,☃ 🛒,\u2028\ufeff\U0010ffff".encode(), b"5,6,7,8"), is_regular=True
    ),
    "spaces": Case(lines(b" 1 , 2,3 ,  ")),
    "quoted-nulls": Case(lines(b"NULL,null,\\N,NA")),
    "formula": Case(lines(b"=1+1,@x,#,-")),
    "many-lines-record": Case(lines(b'1,2,"' + b"line\n" * 500 + b'",4', b"5,6,7,8")),
    "name-with-space": Case(H + GOOD, suffix=" (1).csv"),
    "name-with-'quote'": Case(H + GOOD, suffix="'s.csv"),
    "name-unicodé-☃": Case(H + GOOD, suffix="é☃.csv"),
    "name-with-glob": Case(H + GOOD, suffix="[1]*?{a,b}.csv"),
    "name-with-backslash": Case(H + GOOD, suffix="\\n.csv"),
    "dt=2018-08-09": Case(H + GOOD),
    "upper-case-name": Case(H + GOOD, suffix=".CSV"),
    "gzip": Case(lines(b'1,2,"a\r\n\r\nb",4', b'"",6,7,8', end=b"\r\n"), suffix=".csv.gz"),
    "gzip-lf": Case(lines(b'1,2,"a\n\nb",4', "5,6,é,8".encode()), suffix=".csv.gz"),
    "gzip-no-newline-at-end": Case(H + b"\n1,2,3,4", suffix=".csv.gz"),
    "gzip-bom": Case(b"\xef\xbb\xbf" + lines(b"1,2,3,4", end=b"\r\n"), suffix=".csv.gz"),
    "gzip-header-only": Case(H, suffix=".csv.gz"),
    "gzip-empty": Case(b"", suffix=".csv.gz"),
    "gzip-upper-case": Case(H + GOOD, suffix=".CSV.GZ"),
}
# --- irregular ----------------------------------------------------------------------------------------------------
IRREGULAR = {
    "too-few": Case(lines(b"1,2,3,4", b"5,6,7", b"8", b"9,10,11,12"), ["5,6,7", "8"]),
    "too-many": Case(lines(b"1,2,3,4", b"5,6,7,8,9", b"9,10,11,12"), ["5,6,7,8,9"]),
    "too-many-empty": Case(lines(b"1,2,3,4,", b"5,6,7,8"), ["1,2,3,4,"]),
    "space-after-quote": Case(lines(b'1,2,"3" ,4', b"5,6,7,8"), ['1,2,"3" ,4']),
    "space-before-quote": Case(lines(b'1,2, "3",4', b"5,6,7,8")),
    "text-after-quote": Case(lines(b'1,2,"3"x,4', b"5,6,7,8"), ['1,2,"3"x,4']),
    "quote-in-unquoted": Case(lines(b'1,5" tv,3,4', b'a"b"c,6,7""",8', b"5,6,7,8")),
    "unclosed-first-line": Case(lines(b'1,"2,3,4', b"5,6,7,8", b"9,10,11,12"), ['1,"2,3,4']),
    "unclosed-middle": Case(lines(b"1,2,3,4", b'5,6,"7,8', b"9,10,11,12"), ['5,6,"7,8']),
    "unclosed-last": Case(lines(b"1,2,3,4", b'5,6,"7,8'), ['5,6,"7,8']),
    "unclosed-last-no-newline": Case(lines(b"1,2,3,4") + b'5,6,7,"8', ['5,6,7,"8']),
    "unclosed-crlf": Case(lines(b"1,2,3,4", b'5,6,"7,8', b"9,10,11,12", end=b"\r\n"), ['5,6,"7,8']),
    "unclosed-twice": Case(
        lines(b'1,"2,3,4', b"5,6,7,8", b'9,"10,11,12', b"13,14,15,16"), ['1,"2,3,4', '9,"10,11,12']
    ),
    "unclosed-before-multiline": Case(
        lines(b'1,"2,3,4', b'5,6,"a\nb",8', b'9,"c\n\nd",11,12', b"13,14,15,16"), ['1,"2,3,4']
    ),
    "unclosed-after-multiline": Case(
        lines(b'5,6,"a\r\nb",8', b'1,"2,3,4', b"13,14,15,16", end=b"\r\n"), ['1,"2,3,4']
    ),
    "unclosed-cr": Case(
        lines(b'5,6,"a\rb",8', b'1,"2,3,4', b"13,14,15,16", end=b"\r"), ['1,"2,3,4']
    ),
    "latin-1-line": Case(
        lines(b"1,2,S\xe3o Paulo,SP", "5,6,São Paulo,8".encode(), b"9,10,11,12"),
        ["1,2,São Paulo,SP"],
    ),
    "latin-1-file": Case(
        lines(b"\xe91,2,3,4", b"5,6,\xff\x80\xbf\xc0,8", b'9,10,"\xc3\xe9\n",12', b"1,1,1,1"),
        ["é1,2,3,4", "5,6,ÿ\x80¿À,8", '9,10,"Ãé', '",12'],
    ),
    "latin-1-header": Case(lines(b"1,2,3", header=b"seller_id,pre\xe7o,seller_city")),
    "latin-1-one-column": Case(lines(b"1", b"\xe9", b"", b"2", header=b"seller_id"), ["é"]),
    "utf-16": Case("seller_id,x\n1,2\n".encode("utf-16"), None),
    "truncated-utf-8": Case(lines(b"1,2,3,4") + "5,6,7,é".encode()[:-1], ["5,6,7,Ã"]),
    "lines-of-spaces": Case(lines(b"1,2,3,4", b"   ", b"\t", b"5,6,7,8"), ["   ", "\t"]),
    "bom-and-bad-line": Case(b"\xef\xbb\xbf" + lines(b"1,2,3,4", b"5", end=b"\r\n"), ["5"]),
    "control-and-bad-line": Case(lines(b"\x01\x02,\x7f,\x00,\\x01", b"\x01"), ["\x01"]),
    "blank-one-column": Case(lines(b"1", b"", b"2", header=b"seller_id")),
    "one-column-quoted": Case(lines(b'""', b"1,2", b'"a\nb"', header=b"seller_id"), ["1,2"]),
    "3-mb-line": Case(lines(b'1,2,"' + b"x," * 1_500_000 + b'",4', b"5,6,7,8")),
    "3-mb-lines-record": Case(
        lines(b'1,2,"' + (b"x" * 29 + b"\n") * 100_000 + b'",4', b"5,6,7,8", b"z"), ["z"]
    ),
    # Beyond DuckDB's buffer of 32 MB. Right, yet slow (a minute a run): only with INGEST_HUGE=1.
    **(
        {}
        if "INGEST_HUGE" not in os.environ
        else {"33-mb-line": Case(lines(b"1,2," + b"y" * 33_000_000 + b",4", b"5,6,7,8"))}
    ),
    "gzip-bad-lines": Case(
        lines(b'1,2,"a\nb",4', b"5", b'6,"7,8,9', b"5,6,7,8"), ["5", '6,"7,8,9'], suffix=".csv.gz"
    ),
    "gzip-latin-1": Case(
        lines(
            b"1,2,S\xe3o,\xc3",
            "5,6,São☃,8".encode(),
            b'9,"a\r\n\r\nb",\xff,',
            b'0,"a\r\n\r\nb",,',
            end=b"\r\n",
        ),
        ["1,2,S??,?", '9,"a', 'b",?,'],
        suffix=".csv.gz",
    ),
    "gzip-latin-1-header": Case(
        lines(b"1,2", header=b"seller_city,seller_id\xe7"), suffix=".csv.gz"
    ),
    "gzip-3-mb-line": Case(lines(b"1,2," + b"y" * 3_000_000 + b",4", b"5,6,7,8"), suffix=".csv.gz"),
}
# Good records all of them, though DuckDB's own reader may refuse a line for its length: a matter for the net.
REGULAR = {"latin-1-header", "3-mb-line", "33-mb-line", "gzip-latin-1-header", "gzip-3-mb-line"}
CSV |= {name: case._replace(is_regular=name in REGULAR) for name, case in IRREGULAR.items()}


# --- JSON lines: the declared columns of a record, the rest of it, or the corrupt text --------------------------------
JSON = {
    "json-good": (
        b'{"product_id": "007", "product_weight_g": 18.10, "product_length_cm": 1e5}\n'
        b'{"product_id": 12345678901234567890123, "product_height_cm": true, "product_width_cm": null}\n'
    ),
    "json-nested": (
        b'{"product_id": {"a": 1.10, "b": [1, "2, 3.0", null]}, "tags": [1.0, {"x": "\\"1.50\\": 2"}]}\n'
        b'{"product_id": "{\\"a\\": 1.10}", "empty": {}, "list": []}\n'
    ),
    "json-malformed": b'{"product_id": 1\n{"product_id": "2"}\nnonsense\n{"product_id": "3"} x\n{"product_id": "4\n"}\n',
    "json-keys": b'{"product_id": "1", "extra": "x", "nothing": null}\n{"extra": 1.50}\n{}\n{"PRODUCT_ID": "9"}\n',
    "json-no-object": b'[1, 2]\n"text"\n1.50\nnull\n{"product_id": ""}\n',
    "json-same-key-twice": b'{"product_id": "1", "product_id": "2"}\n{"x": 1, "x": 2}\n{"product_id": "3"}\n',
    "json-crlf": b'{"product_id": "1"}\r\n\r\n{"product_id": "a\\r\\nb"}\r\n',
    "json-blank-lines": b'\n\n{"product_id": "1"}\n\n{"product_id": "2"}\n\n   \n',
    "json-bom": b'\xef\xbb\xbf{"product_id": "1"}\r\n{"product_id": "2"}',
    "json-latin-1": b'{"product_id": "S\xe3o"}\r\n\r\n{"product_id": "1"}\n{"product_id": "S\xc3\xa3o"}\n\xff',
    "json-control": b'{"product_id": "\\u0001 \\u00e9 \\t"}\n{"product_id": "\x01"}\n\x01\x02\n',
    "json-escapes": b'{"product_id": "\\ud83d\\uded2 \\\\ \\/ \\""}\n{"product_id": "\\ud83d"}\n{"product_id": "a\\\\", "n": -0.50}\n',
    "json-long": b'{"product_id": "' + b"x" * 3_000_000 + b'"}\n{"product_id": "1"}\n',
    "json-gzip": b'{"product_id": 1.0}\r\nbad\r\n{"product_id": "S\xe3o"}\r\n{"product_id": "S\xc3\xa3o"}\r\n',
}


class Number(str):
    """A JSON number as it is written."""


def json_text(value):
    """A JSON value as bronze shows it: strings and numbers as they are, the rest as JSON without spaces."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ",".join(json_inner(item) for item in value) + "]"
    return (
        "{"
        + ",".join(
            json.dumps(key, ensure_ascii=False) + ":" + json_inner(item)
            for key, item in value.items()
        )
        + "}"
    )


def json_inner(value):
    return (
        json.dumps(value, ensure_ascii=False)
        if value is None or type(value) is str
        else json_text(value)
    )


def read_json(content, columns):
    """What bronze must hold for JSON lines: a list of (declared values, rescued text, corrupt text)."""
    records = []
    for line in re.split(rb"\r\n|\r|\n", content.removeprefix(b"\xef\xbb\xbf")):
        if not line:
            continue

        def unique(pairs):
            if len(dict(pairs)) < len(pairs):
                raise ValueError("a key twice")
            return dict(pairs)

        try:
            record = json.loads(
                line.decode(), parse_float=Number, parse_int=Number, object_pairs_hook=unique
            )
            if not isinstance(record, dict):
                raise ValueError("no object")
            json.dumps(record, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except ValueError:
            records.append(({}, None, decoded(line)[0]))
            continue
        rest = {key: value for key, value in record.items() if key not in columns}
        records.append(
            (
                {key: json_text(record.get(key)) for key in columns},
                json_text(rest) if rest else None,
                None,
            )
        )
    return records


# --- Parquet -------------------------------------------------------------------------------------------------------
PARQUET = {
    "parquet-types": (
        "select 7 as customer_id, '007' as customer_unique_id, date '2018-08-01' as customer_city, "
        "1.50::decimal(9,2) as \"Extra\", {'b': [1, 2], 'a': {'d': 'é'}} as nested, true as customer_state, 'x' as \"it's \"\"q\"\"\"",
        1,
    ),
    "parquet-missing": ("select range::varchar as customer_state from range(5000)", 5000),
    "parquet-empty": ("select 1 as customer_id where false", 0),
    "parquet-dt=2018-08-01": ("select '' as customer_id, null::varchar as customer_city", 1),
}
BROKEN = {
    "gzip-not.csv.gz": b"seller_id\n1\n",
    "parquet-cut-off.parquet": b"PAR1" + b"\x00\xe9" * 30,
    "parquet-text.parquet": b"customer_id\n1\n",
    "parquet-tiny.parquet": b"PAR1",
}
OTHER = {
    "notes.txt": b"x",
    "unclaimed.csv": b"a\n1\n",
    "excel/olist_sellers_dataset.xlsx": b"PK",
    "olist_sellers_dataset": b"seller_id\n1\n",
    "zip/olist_sellers_dataset.csv.zip": b"PK",
}
HIDDEN = [
    "_SUCCESS",
    ".olist_sellers_dataset.csv",
    "_tmp/olist_sellers_dataset.csv",
    ".git/olist_sellers_dataset.csv",
    "a/.ipynb_checkpoints/olist_sellers_dataset-checkpoint.csv",
]
DATES = {
    "2018-08-01/{}.csv": "2018-08-01",
    "2018/08/02/{}.csv": "2018-08-02",
    "20180803/{}.csv": "2018-08-03",
    "2018_08_04/{}.csv": "2018-08-04",
    "dt=2018-08-05/{}.csv": "2018-08-05",
    "{}_20180806.csv": "2018-08-06",
    "{}.2018.08.07.csv": "2018-08-07",
    "{}-2018-08-08T10:00:00.csv": "2018-08-08",
    "2018-02-30/{}.csv": None,
    "2018-13-01/2018-08-09/{}.csv": "2018-08-09",
    "2018-08-10/2018-09-01/{}.csv": "2018-08-10",
    "120180801/{}.csv": None,
    "201808011/{}.csv": None,
    "99999999/{}.csv": None,
    "no-date/{}.csv": None,
    "20180230-20180811/{}.csv": "2018-08-11",
}


def csv_path(name):
    return f"{name}/{FILES['sellers']}{CSV[name].suffix}"


def json_path(name):
    return f"{name}/{FILES['products']}.{'json.gz' if name.endswith('gzip') else 'jsonl'}"


def parquet_path(name):
    return f"{name}/{FILES['customers']}.parquet"


def broken_path(name):
    return f"{name.split('.')[0]}/{FILES['customers']}.{name.split('.', 1)[1]}"


def land_all(lakehouse, without=()):
    """Every nasty file, all at midnight: a time dbt likes to take for a date."""
    lakehouse.land("olist_orders_dataset.csv", "order_id\n1\n", MIDNIGHT)
    lakehouse.land("olist_order_items_dataset.csv", "order_id\n1\n", MIDNIGHT)
    for name, case in CSV.items():
        if name in without:
            continue
        lakehouse.land(csv_path(name), case.content, MIDNIGHT)
    lakehouse.land(f"empty/{FILES['sellers']}.csv", b"", MIDNIGHT)
    for name, content in JSON.items():
        lakehouse.land(json_path(name), content, MIDNIGHT)
    lakehouse.land(f"empty/{FILES['products']}.jsonl", b"", MIDNIGHT)
    for name, (query, _) in PARQUET.items():
        path = lakehouse.land(parquet_path(name), b"", MIDNIGHT)
        duckdb.sql(f"copy ({query}) to '{path}' (format parquet)")
        os.utime(path, (1535932800, 1535932800))
    for name, content in BROKEN.items():
        lakehouse.land(broken_path(name), b"", MIDNIGHT).write_bytes(content)
        os.utime(lakehouse.landing / broken_path(name), (1535932800, 1535932800))
    for name, content in OTHER.items():
        lakehouse.land(name, content, MIDNIGHT)
    for name in HIDDEN:
        lakehouse.land(name, b"seller_id\nhidden\n", MIDNIGHT)
    for name in DATES:
        lakehouse.land("dates/" + name.format(FILES["order_payments"]), b"order_id\n1\n", MIDNIGHT)


class Zone:
    """The landing zone of nasty files, read: its lakehouse, dbt's run and the tables' rows by file."""

    def __init__(self, lakehouse, run):
        self.lakehouse, self.run = lakehouse, run
        self.inventory = {}
        for row in lakehouse.records("select * from ops.ops_landed_files order by _processed_at"):
            self.inventory[row["source_file"]] = row
        self.by_file = {}
        for entity in FILES:
            rows = lakehouse.records(
                f"select * from bronze.stg_marketplace__{entity} order by _source_file, _source_row"
            )
            for row in rows:
                self.by_file.setdefault(row["_source_file"], []).append(row)

    def columns(self, entity):
        with self.lakehouse.connect() as connection:
            names = connection.execute(
                f"select * from bronze.stg_marketplace__{entity} limit 0"
            ).description
        return [name for name, *_ in names if name not in LINEAGE]


@pytest.fixture(scope="module")
def zone(lakehouses):
    lakehouse = lakehouses("nasty")
    land_all(lakehouse)
    return Zone(lakehouse, lakehouse.dbt(*BRONZE))


def check_records(rows, landed: Landed, columns, name):
    """Bronze rows of one CSV file against the oracle's records."""
    assert [row["_source_row"] for row in rows] == list(range(1, len(landed.records) + 1)), name
    for row, record in zip(rows, landed.records, strict=True):
        fields = dict(zip(landed.names, record.fields or [], strict=False))
        got = {column: row[column] for column in columns}
        assert got == {column: fields.get(column) for column in columns}, (name, row["_source_row"])
        if name == "gzip-latin-1-header":
            assert json.loads(row["_rescued_data"]) == {"seller_id?": "2"}
            continue
        rest = {
            key: value for key, value in fields.items() if key not in columns and value is not None
        }
        assert json.loads(row["_rescued_data"] or "{}") == rest, (name, row["_source_row"])
        is_compressed = row["_source_file"].endswith(".gz")
        assert same_text(row["_corrupt_record"], record.corrupt, is_compressed), (
            name,
            row["_source_row"],
        )


@pytest.mark.parametrize("name", CSV)
def test_every_csv_record_is_kept(zone, name):
    case = CSV[name]
    landed = read_csv(case.content)
    rows, listed = zone.by_file.get(csv_path(name), []), zone.inventory[csv_path(name)]
    check_records(rows, landed, zone.columns("sellers"), name)
    assert listed["record_count"] == len(rows)
    assert listed["is_regular"] == case.is_regular
    if case.corrupt is not None:
        assert [
            row["_corrupt_record"] for row in rows if row["_corrupt_record"] is not None
        ] == list(case.corrupt)
    if case.is_regular and "latin-1" not in name:
        text = case.content.decode("utf-8-sig").lstrip("\r\n")
        expected = [row for row in list(csv.reader(io.StringIO(text, newline="")))[1:] if row]
        assert [[field or "" for field in record.fields] for record in landed.records] == expected


@pytest.mark.parametrize("name", JSON)
def test_every_json_line_is_kept(zone, name):
    columns = zone.columns("products")
    expected = read_json(JSON[name], columns)
    rows = zone.by_file[json_path(name)]
    assert [row["_source_row"] for row in rows] == list(range(1, len(expected) + 1))
    for row, (fields, rescued, corrupt) in zip(rows, expected, strict=True):
        assert {column: row[column] for column in columns} == {
            column: fields.get(column) for column in columns
        }
        assert row["_rescued_data"] == rescued
        assert same_text(row["_corrupt_record"], corrupt, name == "json-gzip"), (
            row["_corrupt_record"],
            corrupt,
        )
    assert zone.inventory[json_path(name)]["record_count"] == len(rows)


@pytest.mark.parametrize("name", PARQUET)
def test_every_parquet_row_is_kept(zone, name):
    rows, count = zone.by_file.get(parquet_path(name), []), PARQUET[name][1]
    assert zone.inventory[parquet_path(name)]["record_count"] == len(rows) == count
    assert [row["_source_row"] for row in rows] == list(range(1, count + 1))
    if name == "parquet-types":
        assert [rows[0][c] for c in zone.columns("customers")] == [
            "7",
            "007",
            None,
            "2018-08-01",
            "true",
        ]
        assert json.loads(rows[0]["_rescued_data"]) == {
            "extra": "1.50",
            "nested": '{"b":[1,2],"a":{"d":"é"}}',
            'it\'s "q"': "x",
        }
    elif name == "parquet-missing":
        assert [row["customer_state"] for row in rows] == [str(number) for number in range(count)]
    elif name == "parquet-dt=2018-08-01":
        assert (rows[0]["customer_id"], rows[0]["customer_city"], rows[0]["_rescued_data"]) == (
            "",
            None,
            None,
        )


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_binary_file_is_one_corrupt_record(zone, name):
    (row,) = zone.by_file[broken_path(name)]
    assert row["_corrupt_record"] == BROKEN[name].decode("latin-1")
    assert f"'{broken_path(name)}' is no whole " in zone.run.output


def test_empty_files_are_listed_with_no_record(zone):
    for name in (f"empty/{FILES['sellers']}.csv", f"empty/{FILES['products']}.jsonl"):
        assert zone.inventory[name]["record_count"] == 0 and name not in zone.by_file


def test_files_nobody_claims_are_listed_and_told(zone):
    for name in OTHER:
        assert zone.inventory[name]["entity"] is None and zone.inventory[name]["record_count"] == 0
        assert f"No source claims the landed file '{name}'" in zone.run.output
    assert not [name for name in zone.inventory if name in HIDDEN]


def test_a_source_without_files_is_told_and_empty(zone):
    assert re.search(
        r"No file in 'landing' for source marketplace.geolocation \(pattern '\*\*/olist_geol",
        zone.run.output,
    )
    assert zone.lakehouse.value("select count(*) from bronze.stg_marketplace__geolocation") == 0


@pytest.mark.parametrize("name", DATES)
def test_the_drop_date_is_read_from_the_path(zone, name):
    path = "dates/" + name.format(FILES["order_payments"])
    expected = f"{DATES[name]} 00:00:00" if DATES[name] else MIDNIGHT
    assert str(zone.inventory[path]["delivered_at"]) == expected
    assert str(zone.by_file[path][0]["_delivered_at"]) == expected


def test_nothing_else_is_in_bronze(zone):
    """Bronze rows and inventory agree for every file, and no row comes from anywhere else."""
    counts = {path: len(rows) for path, rows in zone.by_file.items()}
    assert counts == {
        path: row["record_count"] for path, row in zone.inventory.items() if row["record_count"]
    }


def without_load_time(rows):
    return [{key: value for key, value in row.items() if key != "_loaded_at"} for row in rows]


def test_both_readers_agree(zone, lakehouses):
    """Regular files through the careful reader give the same rows. Irregular ones through DuckDB's own reader give as
    many (the net reads again what was miscounted), though not always the same: why it may not read them."""
    lakehouse = lakehouses("swapped")
    land_all(lakehouse, without=["33-mb-line"])
    lakehouse.dbt("run", "--select", "ops_landed_files")
    with duckdb.connect(str(lakehouse.database)) as connection:
        connection.execute(
            "update ops.ops_landed_files set is_regular = not is_regular where file_format = 'csv' and header is not null"
        )
    lakehouse.dbt("run", "--select", "staging")
    swapped = Zone(lakehouse, None)
    differing, miscounted = [], []
    for path, rows in zone.by_file.items():
        read = swapped.by_file.get(path, [])
        if len(read) != len(rows) and not path.startswith("33-mb-line/"):
            miscounted.append(path)
        elif zone.inventory[path]["is_regular"] and without_load_time(read) != without_load_time(
            rows
        ):
            differing.append(path)
    assert (differing, miscounted) == ([], [])


def test_only_new_and_changed_files_are_read(zone):
    """After the tests that read the zone: a run with nothing new, then one with two changed files and a new one."""
    lakehouse, tables = (
        zone.lakehouse,
        "select count(*), max(_loaded_at) from bronze.stg_marketplace__",
    )
    before = {entity: lakehouse.rows(tables + entity) for entity in FILES}
    listed = lakehouse.value("select count(*) from ops.ops_landed_files")
    lakehouse.dbt(*BRONZE)
    assert {entity: lakehouse.rows(tables + entity) for entity in FILES} == before
    assert lakehouse.value("select count(*) from ops.ops_landed_files") == listed

    other_time, other_size, new = csv_path("plain"), csv_path("crlf"), f"new/{FILES['sellers']}.csv"
    lakehouse.land(other_time, CSV["plain"].content.replace(b"007", b"008"), "2018-09-04 00:00:00")
    lakehouse.land(other_size, CSV["crlf"].content + b"9,10,11,12\r\n", MIDNIGHT)
    lakehouse.land(new, H + GOOD, MIDNIGHT)
    lakehouse.dbt(*BRONZE)
    assert lakehouse.value("select count(*) from ops.ops_landed_files") == listed + 3
    rows = lakehouse.rows(
        "select _source_file, seller_zip_code_prefix from bronze.stg_marketplace__sellers "
        "where _loaded_at > ? order by _source_file, _source_row",
        [before["sellers"][0][1]],
    )
    assert set(rows) == {
        (other_time, "008"),
        (other_time, None),
        (new, "007"),
        (other_size, "2"),
        (other_size, "6"),
        (other_size, "10"),
    }
    assert len(rows) == 6
    total = lakehouse.value("select count(*) from bronze.stg_marketplace__sellers")
    assert total == before["sellers"][0][0] + len(rows)


def test_a_missing_landing_folder_is_told_and_the_run_goes_on(lakehouse):
    lakehouse.landing.rmdir()
    run = lakehouse.dbt(*BRONZE)
    assert "The landing path 'landing' holds no file. Set LANDING_PATH" in " ".join(
        run.output.split()
    )
    assert lakehouse.value("select count(*) from bronze.stg_marketplace__orders") == 0
    assert lakehouse.value("select count(*) from ops.ops_landed_files") == 0


def test_a_full_refresh_does_not_forget_files_that_are_gone(lakehouse):
    select = ("run", "--select", "ops_landed_files", "stg_marketplace__sellers")
    kept = lakehouse.land("2018-08-01/olist_sellers_dataset.csv", "seller_id\nkept\n")
    lakehouse.land("2018-08-02/olist_sellers_dataset.csv", "seller_id\nstays\n")
    lakehouse.dbt(*select)
    kept.unlink()
    lakehouse.dbt(*select)
    refused = lakehouse.dbt(*select, "--full-refresh", check=False)
    assert refused.exit_code
    assert "2018-08-01/olist_sellers_dataset.csv" in refused.output
    assert "forget_missing_files" in refused.output
    sellers = "select seller_id from bronze.stg_marketplace__sellers order by seller_id"
    assert lakehouse.rows(sellers) == [("kept",), ("stays",)]
    lakehouse.dbt(*select, "--full-refresh", "--vars", "forget_missing_files: true")
    assert lakehouse.rows(sellers) == [("stays",)]


def test_a_required_source_without_files_is_an_error(tmp_path):
    """In a copy of the project, because whether one of its own sources is required is the project's business."""
    for name in ("dbt_project.yml", "models", "macros", "package", "profiles", "seeds", "analyses"):
        (shutil.copytree if (PROJECT / name).is_dir() else shutil.copy)(
            PROJECT / name, tmp_path / name
        )
    sources = tmp_path / "models/staging/marketplace/_marketplace__sources.yml"
    entry = "landing: {files: '**/olist_orders_dataset*', required: "
    text = sources.read_text()
    assert entry in text
    sources.write_text(text.replace(entry + "false", entry + "true"))
    lakehouse = Lakehouse(tmp_path / "lakehouse", project=tmp_path)
    lakehouse.land("olist_order_items_dataset.csv", "order_id\n1\n")
    run = lakehouse.dbt("run", "--select", "ops_landed_files", check=False)
    said = " ".join(run.output.split())
    assert run.exit_code
    assert (
        "The landing path 'landing' holds no file for the required source marketplace.orders "
        "(pattern '**/olist_orders_dataset*')" in said
    )


def test_a_thousand_files_in_one_run(lakehouse):
    for number in range(500):
        for entity in ("orders", "order_items"):
            lakehouse.land(
                f"{number % 30 + 1}/{FILES[entity]}_{number}.csv",
                f"order_id,x\n{number},1\n{number},2\n",
            )
    run = lakehouse.dbt(*BRONZE)
    print(f"\n1,000 files in one run: {run.seconds:.1f} s")
    for entity in ("orders", "order_items"):
        assert lakehouse.rows(
            f"select count(*), count(distinct order_id), max(_source_row) from bronze.stg_marketplace__{entity}"
        ) == [(1000, 500, 2)]


# --- random files -----------------------------------------------------------------------------------------------------
def random_csv(chance, columns):
    """A small CSV file: random columns, fields, line ends and defects. Gives its bytes and its suffix."""
    suffix = chance.choice([".csv", ".csv", ".csv", ".csv.gz"])
    # Of a compressed file with defects DuckDB does not show which line end is which, so they are all alike there.
    end = (
        chance.choice([b"\n", b"\n", b"\r\n", b"\r"])
        if suffix == ".csv"
        else chance.choice([b"\n", b"\r\n"])
    )
    pieces = [
        "a",
        "b",
        "07",
        " ",
        ",",
        '"',
        '"',
        "é",
        "☃",
        "\\",
        "\t",
        "\x01",
        "\x00",
        "\n",
        "'",
        "$1",
        "x" * 50,
    ]

    def field():
        text = "".join(chance.choices(pieces, k=chance.choice([0, 1, 1, 2, 3, 5])))
        if chance.random() < 0.4 or re.search('[,"\n]', text):
            text = '"' + text.replace('"', '""') + '"'
        return text.encode().replace(b"\n", end)

    def broken(line):
        at = chance.randrange(len(line) + 1)
        junk = chance.choice([b'"', b",", b"\xe9", end, b'"x', b'",', b" ", b"\x01", line])
        return line[:at] + junk + line[at:] if chance.random() < 0.8 else line[:at]

    names = chance.sample(columns, chance.randint(1, len(columns))) + chance.choices(
        ["extra", "more", ""], k=chance.choice([0, 0, 1])
    )
    chance.shuffle(names)
    records = [b",".join(field() for _ in names) for _ in range(chance.randint(0, 8))]
    defects = chance.choice([0.0, 0.0, 0.2])
    records = [broken(record) if chance.random() < defects else record for record in records]
    ends = [
        end
        if chance.random() < 0.9 or suffix != ".csv"
        else chance.choice([b"\n", b"\r\n", b"\r", end * 2])
        for _ in records
    ]
    content = ",".join(names).encode() + end + b"".join(map(bytes.__add__, records, ends))
    if chance.random() < 0.3 and suffix == ".csv":
        content = content[: -len(end)]
    return chance.choice([b"", b"", b"", b"\xef\xbb\xbf"]) + content, suffix


def test_random_files(lakehouses):
    lakehouse, chance, landed = lakehouses("random"), random.Random(SEED), {}
    lakehouse.land("olist_order_items_dataset.csv", "order_id\n")
    # Larger than the chunks (8 MB) DuckDB cuts a file into, with quoted line ends and what looks like records.
    texts = ["a", '""', ",", "\r\n", 'x,"",y\r\n1,2,3\r\n', "é" * 9]
    rows = [
        [str(number), "".join(chance.choices(texts, k=8)), "x" * 60] for number in range(110_000)
    ]
    big = "\r\n".join(
        ["order_id,customer_id,order_status", *(f'{a},"{b}",{c}' for a, b, c in rows)]
    )
    lakehouse.land("olist_orders_dataset.csv", big)
    columns = {
        "sellers": ["seller_id", "seller_city", "seller_state"],
        "geolocation": ["geolocation_lat", "geolocation_city"],
        "customers": ["customer_id", "customer_city"],
        "products": ["product_id", "product_width_cm"],
    }
    for number in range(300):
        entity = chance.choice(list(columns))
        content, suffix = random_csv(chance, columns[entity])
        path = f"{number}/{FILES[entity]}{suffix}"
        landed[path] = (entity, content, suffix)
        lakehouse.land(path, content)
    run = lakehouse.dbt(*BRONZE, env={"DBT_LOG_LEVEL_FILE": "debug"})
    got = lakehouse.rows(
        "select order_id, customer_id, order_status from bronze.stg_marketplace__orders order by _source_row"
    )
    assert got == [(a, b.replace('""', '"'), c) for a, b, c in rows]
    log = (lakehouse.folder / "logs" / "dbt.log").read_text(errors="replace")
    assert not re.search('insert into [^ ]*stg_marketplace__orders" by name', log), (
        "DuckDB's own reader miscounted"
    )
    zone = Zone(lakehouse, run)
    declared = {entity: zone.columns(entity) for entity in columns}
    regular = sum(row["is_regular"] for row in zone.inventory.values())
    print(
        f"\n300 random files (INGEST_SEED={SEED}, {regular} regular) in one run: {run.seconds:.1f} s"
    )
    for path, (entity, content, _) in landed.items():
        expected, name = read_csv(content), f"INGEST_SEED={SEED} {path} {content!r}"
        check_records(zone.by_file.get(path, []), expected, declared[entity], name)
        assert zone.inventory[path]["record_count"] == len(expected.records), name
