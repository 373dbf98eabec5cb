"""`read_files` as the double emulates it, through the real connector."""

import json
from pathlib import Path

import pytest
from conftest import Client

CSV = "format => 'csv', rescuedDataColumn => '_rescued', columnNameOfCorruptRecord => '_corrupt'"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def rescued(row: dict) -> dict | None:
    """The rescued fields without the path, which is checked to be the file's."""
    if row["_rescued"] is None:
        return None
    content = json.loads(row["_rescued"])
    assert content.pop("_file_path").startswith("file:/")
    return content


def test_csv_by_position_keeps_strings_and_finds_odd_lines(client: Client, folder: Path):
    (folder / "a.csv").write_text('007,a\n8,"b, ""c"""\n9\n"",\n10,d,surplus,"and, more"\n')
    rows = client.rows(
        f"select * from read_files('{folder}', {CSV}, header => false, escape => '\"',"
        " schema => 'id string, name string, _corrupt string')"
    )
    assert list(rows[0]) == ["id", "name", "_corrupt", "_rescued"]
    got = [(row["id"], row["name"], row["_corrupt"], rescued(row)) for row in rows]
    assert got == [
        ("007", "a", None, None),
        ("8", 'b, "c"', None, None),
        ("9", None, "9", None),
        (None, None, None, None),
        ("10", "d", None, {"_c2": "surplus", "_c3": "and, more"}),
    ]


def test_csv_with_header_is_matched_by_name_file_by_file(client: Client, folder: Path):
    (folder / "a.csv").write_text("id,name\n1,a\n")
    (folder / "b b.csv").write_text("name,extra,id\nb,yes,2\nc,,3\n")
    (folder / "c.csv").write_text("id\n4\n")
    rows = client.rows(
        f"select *, _metadata.file_name as file from read_files('{folder}', {CSV}, header => true,"
        " schema => 'id string, name string, _corrupt string') order by id"
    )
    got = [(row["file"], row["id"], row["name"], row["_corrupt"], rescued(row)) for row in rows]
    assert got == [
        ("a.csv", "1", "a", None, None),
        ("b%20b.csv", "2", "b", None, {"extra": "yes"}),
        ("b%20b.csv", "3", "c", None, None),
        ("c.csv", "4", None, None, None),
    ]


def test_csv_with_header_and_nothing_rescued_wants_the_very_columns(client: Client, folder: Path):
    (folder / "a.csv").write_text("id,name\n1,a\n")
    call = f"read_files('{folder}', format => 'csv', header => true, schema => '{{}} string, name string')"
    assert client.rows(f"select * from {call.format('id')}") == [{"id": "1", "name": "a"}]
    assert "a header differs" in client.error(f"select * from {call.format('key')}")


def test_csv_over_several_lines(client: Client, folder: Path):
    (folder / "a.csv").write_text('1,"two\nlines"\n2,one\n')
    call = f"read_files('{folder}', {CSV}, schema => 'id string, text string, _corrupt string', header => false"
    whole = client.rows(f"select id, text from {call}, multiLine => true) order by id")
    assert whole == [{"id": "1", "text": "two\nlines"}, {"id": "2", "text": "one"}]
    assert len(client.rows(f"select id, text from {call})")) == 3


def test_csv_separator_quote_and_encoding(client: Client, folder: Path):
    (folder / "a.csv").write_bytes("1;'São; Paulo'\n".encode("latin-1"))
    rows = client.rows(
        f"select * from read_files('{folder}/a.csv', format => 'csv', header => false, sep => ';', quote => '''',"
        " encoding => 'ISO-8859-1', schema => 'id int, city string')"
    )
    assert rows == [{"id": 1, "city": "São; Paulo"}]


def test_csv_permissive_and_failfast(client: Client, folder: Path):
    (folder / "a.csv").write_text("1\nx\n")
    call = f"read_files('{folder}', format => 'csv', header => false, schema => 'id int', mode => '{{}}')"
    permissive = client.rows(f"select * from {call.format('PERMISSIVE')}")
    assert permissive == [{"id": 1}, {"id": None}]
    assert "MALFORMED_RECORD" in client.error(f"select * from {call.format('FAILFAST')}")


def test_csv_rows_are_skipped_before_header_and_records(client: Client, folder: Path):
    (folder / "a.csv").write_text("made by a machine\n\nid,name\n1,a\n2,\n")
    rows = client.rows(
        f"select * from read_files('{folder}', {CSV}, header => true, skipRows => 2,"
        " schema => 'id string, name string, _corrupt string') order by id"
    )
    assert [(row["id"], row["name"], row["_corrupt"]) for row in rows] == [
        ("1", "a", None),
        ("2", None, None),
    ]


def test_json_lines(client: Client, folder: Path):
    lines = ['{"id": "007", "n": 1.25}', '{"id": 8, "N": 2, "o": {"a": [1]}}', '{"id": ', "", "[1]"]
    (folder / "a.json").write_text("\n".join(lines))
    rows = client.rows(
        f"select * from read_files('{folder}', format => 'json', rescuedDataColumn => '_rescued',"
        " columnNameOfCorruptRecord => '_corrupt', schema => 'id string, n string, _corrupt string')"
    )
    got = [(row["id"], row["n"], row["_corrupt"], rescued(row)) for row in rows]
    assert got[:3] == [
        ("007", "1.25", None, None),
        ("8", None, None, {"N": 2, "o": {"a": [1]}}),
        (None, None, '{"id": ', None),
    ]
    assert len(got) == 4


def test_text_by_line_and_whole(client: Client, folder: Path):
    (folder / "a.txt").write_text("one\ntwo\n")
    call = f"read_files('{folder}', format => 'text'"
    assert client.rows(f"select * from {call})") == [{"value": "one"}, {"value": "two"}]
    assert client.rows(f"select * from {call}, wholeText => true)") == [{"value": "one\ntwo\n"}]


def test_parquet_has_the_columns_of_all_files(client: Client, folder: Path):
    for name, query in {"a": "select 1 as id", "b": "select 2 as id, 'x' as extra"}.items():
        client.rows(
            f"create table main.default.{name} using parquet location '{folder}/{name}' as {query}"
        )
    rows = client.rows(f"select * from read_files('{folder}', format => 'parquet') order by id")
    assert rows == [
        {"id": 1, "extra": None, "_rescued_data": None},
        {"id": 2, "extra": "x", "_rescued_data": None},
    ]
    declared = client.rows(
        f"select * from read_files('{folder}', format => 'parquet', schema => 'id string, name string',"
        " rescuedDataColumn => '_rescued') order by id"
    )
    assert [(row["id"], row["name"], rescued(row)) for row in declared] == [
        ("1", None, None),
        ("2", None, {"extra": "x"}),
    ]


def test_binary_files_are_listed(client: Client, folder: Path):
    (folder / "deep/er").mkdir(parents=True)
    (folder / "a.bin").write_bytes(b"\x00\xff")
    (folder / "deep/er/b.bin").write_bytes(b"abc")
    call = f"read_files('{folder}', format => 'binaryFile') order by path"
    rows = client.rows(f"select path, length, modificationTime from {call}")
    assert [(row["path"], row["length"]) for row in rows] == [
        (f"file:{folder}/a.bin", 2),
        (f"file:{folder}/deep/er/b.bin", 3),
    ]
    assert all(row["modificationTime"].startswith("20") for row in rows)
    assert len(client.rows(f"select * from {call}")[0]) == 4


@pytest.mark.parametrize(
    ("path", "options", "names"),
    [
        ("", "", {"a.txt", "b.csv", "c.txt", "d.txt"}),
        ("", ", fileNamePattern => '*.txt'", {"a.txt", "c.txt", "d.txt"}),
        ("", ", pathGlobFilter => 'a*'", {"a.txt"}),
        ("/*.txt", "", {"a.txt"}),
        ("/{x,y}/*.txt", "", {"c.txt", "d.txt"}),
        ("/{a.txt,x/c.txt}", "", {"a.txt", "c.txt"}),
        ("/[ab].*", "", {"a.txt", "b.csv"}),
        ("/?", ", recursiveFileLookup => true", {"c.txt", "d.txt"}),
    ],
)
def test_files_are_found(client: Client, folder: Path, path: str, options: str, names: set[str]):
    for name in ("a.txt", "b.csv", "x/c.txt", "y/d.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    rows = client.rows(
        f"select _metadata.file_name from read_files('{folder}{path}', format => 'text'{options})"
    )
    assert {row["file_name"] for row in rows} == names


def test_metadata_is_hidden_and_complete(client: Client, folder: Path):
    (folder / "a b.csv").write_text("1,x\n")
    call = f"read_files('{folder}', {CSV}, header => false, schema => 'id string, name string, _corrupt string')"
    assert list(client.rows(f"select * from {call}")[0]) == ["id", "name", "_corrupt", "_rescued"]
    (row,) = client.rows(
        f"with files as (select *, _metadata as facts from {call} as landed where landed._metadata.file_size = 4)"
        " select facts.* from files"
    )
    assert list(row) == [
        "file_path",
        "file_name",
        "file_size",
        "file_block_start",
        "file_block_length",
        "file_modification_time",
    ]
    assert row["file_path"] == f"file:{folder}/a%20b.csv"
    assert (row["file_name"], row["file_size"]) == ("a%20b.csv", 4)


def test_two_calls_in_one_statement(client: Client, folder: Path):
    (folder / "a.txt").write_text("1\n2\n")
    call = f"read_files('{folder}', format => 'text')"
    rows = client.rows(
        f"with x as (select value from {call}) select a.value from x as a join {call} as b using (value) join x as c using (value) order by value"
    )
    assert rows == [{"value": "1"}, {"value": "2"}]


def test_call_inside_a_string_or_comment_is_left_alone(client: Client):
    rows = client.rows("select 'read_files(' as text -- read_files('/nowhere')\n /* read_files( */")
    assert rows == [{"text": "read_files("}]


def test_values_may_be_expressions(client: Client, folder: Path):
    (folder / "a.txt").write_text("1\n")
    rows = client.rows(
        f"select value from read_files(concat('{folder}', '/', 'a.txt'), `format` => lower('TEXT'))"
    )
    assert rows == [{"value": "1"}]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "'/tmp', format => 'csv', schema => 'a string', delimeter => ';'",
            "unknown option 'delimeter'",
        ),
        ("'/tmp', format => 'text', header => true", "unknown option 'header' for format text"),
        ("'/tmp', format => 'xml'", "format 'xml' is not one of"),
        ("'/tmp'", "format None is not one of"),
        ("'/tmp', format => 'csv'", "give a schema"),
        ("'/tmp', 'csv'", "takes a path, then"),
        ("", "needs a path"),
        ("'landing', format => 'text'", "is not an absolute path"),
        ("'/tmp/**/*.csv', format => 'text'", "`**` does not recurse"),
        ("'/nowhere/at/all', format => 'text'", "PATH_NOT_FOUND"),
        ("'/tmp', format => 'text', wholeText => true, WHOLETEXT => false", "has an option twice"),
        (
            "'/tmp', format => 'csv', schema => 'a int', rescuedDataColumn => 'r'",
            "from string columns only",
        ),
        (
            "'/tmp', format => 'csv', schema => 'a string', rescuedDataColumn => 'r', mode => 'FAILFAST'",
            "in mode PERMISSIVE only",
        ),
        (
            "'/tmp', format => 'json', schema => 'a string', rescuedDataColumn => 'r', encoding => 'x'",
            "not emulated with rescued JSON",
        ),
        (
            "'/tmp', format => 'csv', schema => 'a string', columnNameOfCorruptRecord => 'c'",
            "the schema lacks c",
        ),
    ],
)
def test_wrong_call_is_refused(client: Client, arguments: str, message: str):
    assert message in client.error(f"select * from read_files({arguments})")


def test_partition_directory_is_refused(client: Client, folder: Path):
    (folder / "day=1").mkdir()
    (folder / "day=1/a.txt").write_text("1")
    message = client.error(f"select * from read_files('{folder}', format => 'text')")
    assert "lies in a partition directory" in message
