"""What `lakehouse new-source` learns from files, without dbt: nasty files, one fact each."""

import csv
import json
import sqlite3

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakehouse.scaffold.landed import UnreadableError, examine, find, table_name
from lakehouse.scaffold.names import RESERVED, column_names, identifier, singular
from lakehouse.scaffold.profile import profile


@pytest.fixture
def learn(tmp_path):
    """Profiles a file: `learn("a.csv", text)`; it is converted first where it must be."""

    def run(name, content, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        (table,), problems = find([path])
        assert not problems
        copy = tmp_path / "landed" / table.files[0].landed_name
        table.files[0].land(copy)
        return profile(table, [copy])

    return run


def values(*texts):
    """A CSV with a number of rows and one column `v`, its values quoted."""
    return "row_id,v\n" + "".join(f'{i},"{text}"\n' for i, text in enumerate(texts))


@pytest.mark.parametrize(
    ("texts", "type_", "form"),
    [
        (["1", "22", "-3"], "int", ""),
        (["100000000", "3"], "bigint", ""),
        (["007", "12"], "string", ""),
        (["123456789012345678901", "1"], "string", ""),
        (["1.5", "2", "1e3"], "double", ""),
        (["true", "FALSE"], "boolean", ""),
        (["sim", "Não", "sim"], "boolean", "yes_no"),
        (["2024-02-29", "2024-03-01"], "date", ""),
        (["2024-02-29 10:00", "2024-03-01T11:12:13.5"], "timestamp", ""),
        (["2024-02-29T10:00:00Z", "2024-03-01T11:12:13+00:00"], "timestamp", "utc"),
        (["2024-02-29T10:00:00-03:00"] * 3, "timestamp", "local_time"),
        (["2024-02-29T10:00:00-03:00", "2024-08-29T10:00:00Z"], "timestamp", "common_time"),
        (["31/12/2024", "1/2/2024"], "date", "day_month_year"),
        (["31.12.2024 9:30", "1.2.2024 23:59:59"], "timestamp", "day_month_year"),
        (["12/31/2024", "1/2/2024"], "date", "month_day_year"),
        (["2024/12/31", "2024/01/02"], "date", "year_month_day"),
        (["31/12/2024", "12/31/2024"] * 5, "string", ""),
        (["1.234,56", "7,5"], "decimal(18,2)", "decimal_comma"),
        (["R$ 1.234,56", "R$ 7,50"], "decimal(18,2)", "decimal_comma"),
        (["1,234.56", "7.5"], "decimal(18,2)", "thousands_comma"),
        (["7,5%", "10 %"], "decimal(18,2)", "decimal_comma"),
        # A number is a moment only where its column is called like one.
        (["1717200000", "1717203600"], "bigint", ""),
        (["2024-02-29 10:00:00+00", "2024-03-01 11:12:13+00"], "timestamp", "utc"),
        (["1", "x", "2024-01-01"], "string", ""),
        (["", "", ""], "string", ""),
        (["N/A", "-", ""], "string", ""),
    ],
)
def test_a_type_is_what_silver_can_read(learn, texts, type_, form):
    column = learn("things.csv", values(*texts)).column("v")
    assert (column.type, column.form) == (type_, form)


@pytest.mark.parametrize(
    ("name", "texts", "type_", "form"),
    [
        ("ts", ["1717200000", "1717203600.25"], "timestamp", "epoch_seconds"),
        ("createdAt", ["1717200000123", "1717203600000"], "timestamp", "epoch_milliseconds"),
        ("fw_version", ["1.10", "1.2"], "string", ""),
        ("cod_produto", ["10", "20"], "string", ""),
        ("no_show", ["1", "0"], "int", ""),
    ],
)
def test_a_name_decides_what_the_values_leave_open(learn, name, texts, type_, form):
    text = f"row_id,{name}\n" + "".join(f"{i},{text}\n" for i, text in enumerate(texts))
    column = learn("things.csv", text).columns[1]
    assert (column.type, column.form) == (type_, form)


def test_what_somebody_wrote_is_no_list_of_values(learn):
    notes = ["came back with a fever, and was sent home again", "fine", "two\nlines"]
    found = learn("things.csv", values(*notes[:2] * 10))
    assert found.column("v").values == []
    assert learn("things.csv", values(*notes[1:] * 10)).column("v").values == []
    assert learn("things.csv", values(*["open", "-"] * 10)).column("v").missing == ["-"]


def test_parquet_keeps_its_decimals_and_opens_what_is_nested(tmp_path):
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 'p' || i as pay_id, cast(i as decimal(18,6)) as gross, {'city': 'Jaú', 'geo': {'lat': i * 1.5}} as place, "
            "['a', 'b'] as tags, timestamptz '2024-01-05 10:00:00+00' as approved from range(9) as t (i)) "
            f"to '{tmp_path}/pays.parquet'"
        )
    (table,), _ = find([tmp_path / "pays.parquet"])
    found = profile(table, [tmp_path / "pays.parquet"])
    assert {c.name: (c.bronze, c.type) for c in found.columns} == {
        "pay_id": ("pay_id", "string"),
        "gross": ("gross", "decimal(18,6)"),
        "place_city": ("place.city", "string"),
        "place_geo_lat": ("place.geo.lat", "double"),
        "tags": ("tags", "string"),
        "approved": ("approved", "timestamp"),
    }
    assert found.column("tags").values == ['["a","b"]']


def test_a_few_odd_values_are_counted_and_markers_are_missing(learn):
    column = learn("things.csv", values(*["1"] * 20, "abc", "N/A", "-")).column("v")
    assert (column.type, column.unreadable_count, column.missing) == ("int", 1, ["-", "N/A"])
    assert column.filled_count == 21


def test_dirty_dates_go_to_the_quarantine_and_not_to_text(learn):
    texts = ["2024-01-31 10:00:00"] * 12 + ["2024-13-45", "31.12.2024"]
    column = learn("things.csv", values(*texts[:13])).column("v")
    assert (column.type, column.unreadable_count) == ("timestamp", 1)


@pytest.mark.parametrize(
    ("name", "content", "encoding"),
    [
        ("a.csv", "id;Preço;Município\n1;1,5;São Paulo\n2;2,5;Jaú\n", "latin-1"),
        ("a.csv", "id;Preço;Município\n1;1,5;São Paulo\n2;2,5;Jaú\n", "utf-8-sig"),
        ("a.csv", "id;Preço;Município\r\n1;1,5;São Paulo\r\n2;2,5;Jaú\r\n", "utf-16"),
        ("a.csv", "sep=;\nid;Preço;Município\n1;1,5;São Paulo\n2;2,5;Jaú\n", "utf-8"),
        ("a.tsv", "id\tPreço\tMunicípio\n1\t1,5\tSão Paulo\n2\t2,5\tJaú\n", "utf-8"),
        ("a.txt", "id|Preço|Município\n1|1,5|São Paulo\n2|2,5|Jaú\n", "utf-8"),
    ],
)
def test_foreign_dialects_are_converted_while_they_land(learn, name, content, encoding):
    found = learn(name, content, encoding)
    assert [column.name for column in found.columns] == ["a_id", "preco", "municipio"]
    assert found.row_count == 2
    assert found.column("preco").form == "decimal_comma"
    assert found.key == ["a_id"]


def test_objects_are_opened_and_an_array_becomes_lines(learn):
    records = [
        {"eventId": f"e{i}", "place": {"zipCode": "01001", "lat": 1.5 + i}, "tags": [1]}
        for i in range(4)
    ]
    found = learn("events.json", json.dumps(records, indent=2))
    assert found.table.files[0].is_array
    assert {c.name: c.bronze for c in found.columns}["place_zip_code"] == "place.zipCode"
    assert found.column("place_lat").type == "double"
    assert found.key == ["event_id"]


def test_keys(learn):
    rows = [(f"o{i // 2}", i % 2, i % 5) for i in range(40)]
    items = "order_id,item_number,price\n" + "".join(f"{a},{b},{c}.5\n" for a, b, c in rows)
    assert learn("order_items.csv", items).key == ["order_id", "item_number"]
    visits = "Nº Consulta,CPF,valor\n" + "".join(f"{i},{i}-cpf,{i % 3}\n" for i in range(60))
    assert learn("consultas.csv", visits + "7,x-cpf,1\n").key == ["no_consulta"]
    # The id of the entity may come again with other values; what repeats whole does not count.
    again = "ticket_id,status\n" + "".join(f"t{i},open\n" for i in range(20)) * 2 + "t1,closed\n"
    assert learn("tickets.csv", again).key == ["ticket_id"]
    assert learn("nothing.csv", "a,b\n" + "1,2\n2,2\n" * 10 + "1,3\n" * 2).key == []
    assert learn("header.csv", "header_id,b\n").key == ["header_id"]


def test_a_key_called_id_is_named_after_its_table(learn):
    found = learn("clients.csv", "id,name\n1,a\n2,b\n")
    assert found.key == ["client_id"]
    assert [(c.bronze, c.name) for c in found.columns] == [("id", "client_id"), ("name", "name")]
    # The name is taken, and stands for something else.
    assert learn("clients.csv", "id,client_id\n1,9\n2,9\n").key == ["id"]


def test_likely_personal_data_is_marked_and_never_shown(learn):
    found = learn(
        "patients.csv",
        "patient_id,full_name,mail,city,ward\n"
        + "".join(f"p{i},Ana {i % 2},a{i % 2}@b.com,Jau,A\n" for i in range(20)),
    )
    assert {c.name: c.pii for c in found.columns} == {
        "patient_id": "identifier",
        "full_name": "free_text",
        "mail": "identifier",
        "city": "city",
        "ward": "",
    }
    assert not any(c.values or "@" in c.facts or "Ana" in c.facts for c in found.columns if c.pii)


def test_database_files_give_their_tables(tmp_path):
    with sqlite3.connect(tmp_path / "clinic.sqlite") as connection:
        connection.execute("create table visits (visit_id text, cost real)")
        connection.executemany("insert into visits values (?, ?)", [("v1", 1.5), ("v2", 2)])
    with duckdb.connect(str(tmp_path / "meters.duckdb")) as connection:
        connection.execute(
            "create table readings as select 'r' || i as reading_id, i * 1.5 as kwh from range(9) as t (i)"
        )
    for database, table, count in (
        ("clinic.sqlite", "visits", 2),
        ("meters.duckdb", "readings", 9),
    ):
        (found,), _ = find([tmp_path / database])
        assert found.name == table
        copy = tmp_path / "landed" / found.files[0].landed_name
        found.files[0].land(copy)
        assert profile(found, [copy]).row_count == count


def test_files_of_one_table_are_grouped_by_their_names(tmp_path):
    for name in ("visits_2024-01.csv", "visits_20240201.csv", "visits-part3.csv", "patients.csv"):
        (tmp_path / name).write_text("id,a\n1,2\n")
    tables, _ = find([tmp_path])
    assert {table.name: len(table.files) for table in tables} == {"visits": 3, "patients": 1}


def test_what_cannot_be_read_says_why(tmp_path):
    (tmp_path / "empty.csv").touch()
    (tmp_path / "book.xlsx").write_bytes(b"PK")
    for name, words in (
        ("empty.csv", "empty"),
        ("book.xlsx", "Save it as"),
        ("none.csv", "no such"),
    ):
        with pytest.raises(UnreadableError, match=words):
            examine(tmp_path / name)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=30))
@settings(max_examples=200, deadline=None)
def test_names_are_plain_unique_and_free(landed):
    names = column_names(landed, "visits")
    assert len(set(names)) == len(names)
    for name in names:
        assert name == identifier(name)
        assert not name[0].isdigit()
        assert name not in RESERVED


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10)


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=20),
    st.sampled_from([",", ";", "\t"]),
)
@settings(max_examples=60, deadline=None)
def test_whatever_stands_in_a_file_a_profile_comes_out(tmp_path_factory, rows, separator):
    path = tmp_path_factory.mktemp("any") / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow(["Any ID", "select", "ção"])
        writer.writerows(rows)
    (table,), _ = find([path])
    copy = path.parent / "landed" / "any.csv"
    table.files[0].land(copy)
    found = profile(table, [copy])
    assert found.columns[0].name.startswith("any_id")
    assert all(0 <= c.unreadable_count <= c.filled_count <= found.row_count for c in found.columns)


def test_singular():
    words = {
        "visits": "visit",
        "companies": "company",
        "addresses": "address",
        "statuses": "status",
        "houses": "house",
        "boxes": "box",
        "status": "status",
        "bus": "bus",
    }
    assert {plural: singular(plural) for plural in words} == words


def test_table_name_of_a_database_table(tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute('create table "Order Lines" (a)')
    (file,) = examine(tmp_path / "x.db")
    assert table_name(file) == "order_lines"
