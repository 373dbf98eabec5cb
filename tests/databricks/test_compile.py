"""The offline check of `make compile-databricks` can fail."""

import shutil
from pathlib import Path

import pytest

from tests.databricks import compile_offline


@pytest.mark.parametrize(
    "sql",
    [
        "select a::int from t",
        "select string_agg(a, ',') from t",
        "select * exclude (a) from t",
        "select first_value(a ignore nulls) over (order by b) from t",
        "select regexp_replace(a, '[[:space:]]', '') from t",
        "select date_diff('day', a, b) from t",
        "insert into t by name select 1 as a",
    ],
)
def test_finds_what_only_duckdb_understands(sql: str) -> None:
    assert len(compile_offline.findings({"model": sql})) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "select 'a::int, string_agg(x)' as a -- len(a)",
        "select size(a), datediff(b, c) from t",
        "select first_value(a) ignore nulls over (order by b) from t",
        "select * except (a) from t",
    ],
)
def test_leaves_the_rest_alone(sql: str) -> None:
    assert compile_offline.findings({"model": sql}) == []


def test_a_macro_of_duckdb_stops_the_compilation(tmp_path: Path) -> None:
    if not compile_offline.DBT.exists():
        pytest.skip("no .venv-databricks: run `make spark`")
    project = tmp_path / "project"
    compile_offline.copy_project(project)
    shutil.rmtree(project / "models/marts")
    shutil.rmtree(project / "tests")
    shutil.rmtree(project / "analyses")
    (project / "models/operations/broken.sql").write_text("select {{ duckdb__trimmed('a') }}")
    with pytest.raises(RuntimeError, match=r"duckdb__trimmed\(\) was called"):
        compile_offline.compiled(project, {})
