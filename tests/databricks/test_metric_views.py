"""The metric views that Databricks would get, read as plain SQL over gold, give what hand-written SQL gives.

A view's expressions are portable SQL, so DuckDB can work them out on the sample that `make twice` built.
"""

import re

import duckdb
import pytest
import yaml

from tests.databricks import compile_offline
from tests.metrics.test_metrics import BY_HAND, SAMPLE, same

# As the views name what the metrics are asked by there.
DIMENSIONS = {
    "orders": "customer_state_code",
    "order_items": "product_category",
    "order_payments": "payment_type_name",
    "leads": "lead_origin",
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The metric views as the Databricks target compiles them, by semantic model."""
    if not compile_offline.DBT.exists() or not SAMPLE.is_file():
        pytest.skip("needs .venv-databricks and what `make twice` builds")
    project = tmp_path_factory.mktemp("metric_views") / "project"
    compile_offline.copy_project(project)
    compiled = compile_offline.compiled(project, {})
    return {name: compiled[f"metrics_{name}"] for name in BY_HAND}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_view_gives_what_sql_gives(views: dict[str, str], name: str) -> None:
    with duckdb.connect(str(SAMPLE), read_only=True) as connection:
        assert differences(connection, name, views[name]) == []


def differences(connection: duckdb.DuckDBPyConnection, name: str, text: str) -> list[tuple]:
    """Where a view and the SQL written by hand differ: overall, by month and by a dimension."""
    view = yaml.safe_load(text)
    read, time, (_, written), metrics = BY_HAND[name]
    measures = {each["name"]: each["expr"] for each in view["measures"]}
    if measures.keys() != metrics.keys():
        return sorted(measures.keys() ^ metrics.keys())
    dimensions = {each["name"]: each["expr"] for each in view["dimensions"]}
    month = next(each for each in dimensions if each.endswith("_month"))
    columns = {row[0] for row in connection.execute(f"describe {local(view['source'])}").fetchall()}
    # A name that is a dimension and another thing in the source has two meanings in a measure.
    found = [each for each in dimensions if each in columns and dimensions[each] != each]
    for dimension, group in (
        (None, ""),
        (month, f"cast(date_trunc('month', {time}) as date), "),
        (DIMENSIONS[name], f"{written}, "),
    ):
        grouped = " group by 1" if dimension else ""
        mine = ", ".join(qualified(measures[metric], columns) for metric in metrics)
        theirs = ", ".join(metrics.values())
        key = f"{qualified(dimensions[dimension], columns)}, " if dimension else ""
        one = table(connection, f"select {key}{mine} from {joined(view)}{grouped}", bool(dimension))
        other = table(connection, f"select {group}{theirs} from {read}{grouped}", bool(dimension))
        found += [(dimension, each) for each in one.keys() ^ other.keys()]
        found += [
            (dimension, each, metric, value, expected)
            for each in one.keys() & other.keys()
            for metric, value, expected in zip(metrics, one[each], other[each], strict=True)
            if not same(value, expected)
        ]
    return found


def table(connection: duckdb.DuckDBPyConnection, sql: str, has_key: bool) -> dict[str, tuple]:
    """Rows by what they are grouped by."""
    rows = connection.execute(sql).fetchall()
    return {str(row[0]) if has_key else "all": row[has_key:] for row in rows}


def local(relation: str) -> str:
    """A table of the workspace as DuckDB has it."""
    return f"gold.{relation.rsplit('.', 1)[-1].strip('`')}"


def joined(view: dict) -> str:
    """The source and its joins."""
    joins = (
        f" left join {local(each['source'])} as {each['name']} on {each['on']}"
        for each in view.get("joins", [])
    )
    return f"{local(view['source'])} as source{''.join(joins)}"


def qualified(expression: str, columns: set[str]) -> str:
    """An expression whose bare names are the source's, as a metric view has it."""
    names = "|".join(sorted(columns, key=len, reverse=True))
    return re.sub(rf"(?<![\w.'])({names})\b(?!')", r"source.\1", expression)
