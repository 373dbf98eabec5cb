"""`lakehouse quarantine`: counts, explains, shows an example, and gives no personal data away."""

import json

import duckdb
import pytest
import yaml

from lakehouse.cli import main
from lakehouse.quarantine import IMPERSONAL, MODELS, description, masked, shape

SELLER = {
    "seller_id": "s1",
    "seller_zip_code_prefix": "01310",
    "seller_city": "São Paulo",
    "seller_state": "XX",
}
ROWS = [
    (
        "sellers",
        "state_exists",
        "open",
        json.dumps(SELLER),
        "2018-08-02/sellers.csv",
        7,
        "2018-08-02",
    ),
    ("sellers", "state_exists", "released", "{}", "2018-08-01/sellers.csv", 1, "2018-08-01"),
    ("sellers", "state_exists", "released", "{}", "2018-08-01/sellers.csv", 2, "2018-08-01"),
    (
        "orders",
        "status_exists, purchase_present",
        "open",
        '{"order_id": "o1"}',
        "a.csv",
        1,
        "2018-08-01",
    ),
    (
        "orders",
        "status_exists",
        "open",
        '{"order_id": "o2", "order_status": "?"}',
        "b.csv",
        1,
        "2018-08-02",
    ),
    (
        "customers",
        "record_parseable",
        "open",
        "c1,p1,Ana Souza,ana@mail.br",
        "c.csv",
        3,
        "2018-08-01",
    ),
]


@pytest.fixture
def database(tmp_path):
    """A database with a quarantine of six records."""
    path = tmp_path / "lakehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema silver; create schema ops")
        connection.execute(
            "create table silver.int_quarantine (entity text, broken_rules text, quarantine_status text, "
            "original_record text, source_file text, source_row bigint, delivered_at timestamp)"
        )
        connection.executemany(
            "insert into silver.int_quarantine values (?, ?, ?, ?, ?, ?, ?)", ROWS
        )
        connection.execute("create table ops.ops_reconciliation (entity text)")
        connection.execute(
            "insert into ops.ops_reconciliation values ('sellers'), ('orders'), ('customers'), ('leads')"
        )
    return path


def told(capsys, database, *options):
    """What the command prints; it must end well."""
    assert main(["quarantine", "--database", str(database), *options]) == 0
    return capsys.readouterr().out


def test_offenders_are_listed_worst_first(capsys, database):
    said = told(capsys, database)
    titles = [line for line in said.splitlines() if line and ": " in line and line[0] != " "]
    assert titles == [
        "orders: status_exists",
        "sellers: state_exists",
        "customers: record_parseable",
        "orders: purchase_present",
    ]
    assert said.startswith("6 records in the quarantine break 4 rules")
    assert "3 records: 1 open, 2 released by a later record" in said
    assert "from 2018-08-01/sellers.csv (2), 2018-08-02/sellers.csv (1)" in said


def test_a_rule_is_explained_by_its_yaml(capsys, database):
    assert "The state is one of Brazil's 27. (has_known_state)" in told(
        capsys, database, "--entity", "sellers"
    )
    assert "too few or too many fields" in told(capsys, database, "--entity", "customers")
    assert description("orders", "order_id_present").startswith("order_id is part of the key")
    assert "cannot be read as its type" in description("orders", "purchased_at_readable")
    assert description("orders", "forgotten") == "The rule is no longer declared."


def test_an_example_is_open_and_shows_no_personal_data(capsys, database):
    said = told(capsys, database)
    assert "2018-08-02/sellers.csv row 7, delivered 2018-08-02" in said
    assert '"seller_state": "XX"' in said and '"seller_zip_code_prefix": "99999"' in said
    assert '"seller_city": "xxx xxxxx"' in said
    for personal in ("São Paulo", "01310", "Ana", "mail"):
        assert personal not in said
    assert "x9,x9,xxx xxxxx,xxx@xxxx.xx" in said


def test_entity_rule_and_limit_choose(capsys, database):
    assert "sellers" not in told(capsys, database, "--entity", "orders")
    said = told(capsys, database, "--rule", "purchase_present")
    assert said.startswith("1 records break purchase_present") and "status_exists" not in said
    assert "3 more rules: --limit 4 shows them all." in told(capsys, database, "--limit", "1")
    assert told(capsys, database, "--entity", "leads") == "Nothing in the quarantine for leads.\n"


def test_what_is_wrong_is_told(capsys, database, tmp_path):
    for options, message in (
        (["--database", str(tmp_path / "none.duckdb")], "run `make build` first"),
        (
            ["--database", str(database), "--entity", "order"],
            "there are customers, leads, orders, sellers",
        ),
    ):
        assert main(["quarantine", *options]) == 1
        assert message in capsys.readouterr().err
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    assert main(["quarantine", "--database", str(tmp_path / "empty.duckdb")]) == 1
    assert "There is no quarantine" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["quarantine", "--limit", "0"])


@pytest.mark.parametrize(
    "record",
    [
        '{"_rescued_data": "{\\"email\\": \\"ana@mail.br\\", \\"order_id\\": \\"Ana\\"}"}',
        '{"review_comment_message": "Ana ligou 99123"}',
        '["Ana"]',
        '"Ana"',
        '{"Ana',
        '{"customer_city": ["Ana"], "geolocation_lat": -23.5}',
        '{"_rescued_data": "[\\"Ana\\"]"}',
    ],
)
def test_whatever_is_not_known_to_be_impersonal_is_masked(record):
    assert not [part for part in ("Ana", "@mail", "99123", "23") if part in masked(record)]


def test_shapes():
    assert shape("Av. 9 de Julho, 1º") == "xx. 9 xx xxxxx, 9x"
    assert shape("a" * 100) == "x" * 60 + "… (100 characters)"
    assert masked(None) == "{}"


def test_every_declared_column_is_shown_or_masked_on_purpose():
    """A column that is declared later is masked until somebody says here and in IMPERSONAL that it may be shown."""
    declared = set()
    for path in (MODELS / "staging").rglob("_*__sources.yml"):
        for source in yaml.safe_load(path.read_text())["sources"]:
            for table in source["tables"]:
                declared |= {column["name"] for column in table["columns"]}
    assert IMPERSONAL - {"_operation"} <= declared
    assert not [
        name
        for name in IMPERSONAL
        for part in ("city", "zip", "comment", "unique", "_lat", "_lng", "email")
        if part in name
    ]
