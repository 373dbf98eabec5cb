"""What engines are known to do differently, asked of both through the project's own macros."""

import json
from pathlib import Path

import duckdb
import pytest
from conftest import Client, Double
from test_parity import Twins

PROBES = Path(__file__).with_name("probes.sql")

# Probe → why its answers may differ.
ADMITTED = {
    "normalized İstanbul": "Java makes two characters of the Turkish letter; no Portuguese name has it",
    "normalized ΟΔΟΣ": "Java knows the other sigma of a word's end",
}

# What the project does not write plainly, because the engines part there: an expression, DuckDB's answer, that of
# Databricks (or a part of its error), and what is written instead.
PLAIN = [
    (
        "(select min(p) from (select x, row_number() over (order by x) as p"
        " from (values (1), (null)) as t (x)) as s where x is null)",
        *("2", "1", "nulls last"),
    ),
    ("cast(cast(1.5 as double) as int)", "2", "1", "floor(), or the whole numbers they are"),
    ("round(cast(1.005 as double), 2)", "1.0", "1.01", "rounded()"),
    ("cast(1e20 as double)", "1e+20", "1.0E20", "no double as text, so in no key"),
    ("cast(1 as double) / 0", "inf", "DIVIDE_BY_ZERO", "nullif()"),
    ("cast(10.00 as decimal(9, 2)) / 3", "3.3333333333333335", "3.333333", "a double over it"),
    ("concat('a', null)", "a", None, "coalesce(), or concat_ws()"),
    ("regexp_replace('aba', 'a', 'x')", "xba", "xbx", "regexp_all()"),
    ("regexp_replace('Ç', '(?i)ç', 'x')", "x", "Ç", "lower(), or classes of both"),
    ("trim('\u00a0a')", "a", "\u00a0a", "trimmed()"),
    (r"length('a\nb')", "4", "3", "string_literal()"),
    ("extract(dow from cast('2018-10-14' as date))", "0", "1", "iso_weekday()"),
    ("try_cast('1.7' as int)", "2", None, "read_as()"),
    ("try_cast('2018' as date)", None, "2018-01-01", "read_as()"),
    ("lower('İ')", "i", "i\u0307", "no letters that Portuguese lacks"),
]


def answers(twins: Twins, target: str) -> dict[str, str | None]:
    """Each probe's value, as text."""
    outcome = twins.dbt(
        target, "show", "--inline", PROBES.read_text(), "--limit", "-1", "--output", "json"
    )
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    shown = json.loads(outcome.stdout[outcome.stdout.index("{") :])["show"]
    return {row["probe"]: row["probe_value"] for row in shown}


def test_both_engines_give_the_same_answers(
    double: Double, tmp_path_factory: pytest.TempPathFactory
) -> None:
    twins = Twins(double, tmp_path_factory.mktemp("probes"), "probes")
    mine, theirs = answers(twins, "duckdb"), answers(twins, "databricks")
    assert len(mine) > 1000
    assert theirs.keys() == mine.keys()
    different = {name for name, value in mine.items() if theirs[name] != value}
    assert {name: (mine[name], theirs[name]) for name in different - ADMITTED.keys()} == {}
    assert ADMITTED.keys() <= different


def test_plainly_written_they_part(client: Client) -> None:
    """What needs a macro needs it still, and a probe can tell the engines apart."""
    found, expected = [], []
    for expression, mine, theirs, instead in PLAIN:
        query = f"select cast({expression} as string) as answer"
        shown = duckdb.sql(query).fetchone()[0]
        if theirs and theirs.isupper() and "_" in theirs:
            answer = theirs if theirs in client.error(query) else "no error"
        else:
            answer = client.rows(query)[0]["answer"]
        found.append((expression, shown, answer, instead))
        expected.append((expression, mine, theirs, instead))
    assert found == expected


@pytest.mark.parametrize(
    ("root", "address"),
    [
        ("/Volumes/a/b/files", "dbfs:/Volumes/a/b/files"),
        ("s3://bucket/landing/", "s3://bucket/landing"),
        (
            "abfss://files@account.dfs.core.windows.net/landing",
            "abfss://files@account.dfs.core.windows.net/landing",
        ),
        ("gs://bucket/landing", "gs://bucket/landing"),
    ],
)
def test_a_file_is_known_by_its_path_below_any_root(
    double: Double, client: Client, tmp_path: Path, root: str, address: str
) -> None:
    twins = Twins(double, tmp_path / "roots", "roots")
    inline = "{{ databricks_source_file() }} -- {{ databricks_read_files(landing_root(), {}) | replace('\n', ' ') }}"
    variables = json.dumps({"landing_path": root})
    arguments = ("--inline", inline, "--vars", variables, "--output", "json")
    outcome = twins.dbt("databricks", "compile", *arguments)
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    compiled = json.loads(outcome.stdout)["compiled"]
    expression, _, call = compiled.partition(" -- ")
    assert f"'{root.rstrip('/')}'" in call
    for name, url in (
        ("a b+c.csv", "a%20b+c.csv"),
        ("2018-08-01/São.csv", "2018-08-01/S%C3%A3o.csv"),
    ):
        row = f"select named_struct('file_path', '{address}/{url}') as _metadata"
        assert client.rows(f"select {expression} as name from ({row})") == [{"name": name}]
