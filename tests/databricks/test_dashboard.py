"""The AI/BI dashboard: its file is not stale, each dataset runs on gold, and each widget finds the columns it draws.

Nothing here needs a workspace; what a workspace draws of it, only a workspace can show.
"""

import json
import re

import duckdb
import pytest
import yaml

from lakehouse import dashboard

WIDTH = 6


@pytest.fixture(scope="module")
def gold():
    """The tables of gold without rows, made from their contracts."""
    connection = duckdb.connect()
    for path in (dashboard.PROJECT / "models/marts").rglob("*.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            if "columns" not in model:  # a metric view
                continue
            columns = ", ".join(f"{c['name']} {c['data_type']}" for c in model["columns"])
            connection.execute(f"create table {model['name']} ({columns})")
    return connection


def test_the_file_is_not_stale():
    assert dashboard.OUT.read_text(encoding="utf-8") == dashboard.document(), "run `make bundle`"


@pytest.mark.parametrize("name", dashboard.DATASETS)
def test_a_dataset_runs_and_gives_what_its_widgets_draw(gold, name):
    query = "".join(dashboard.lines(dashboard.DATASETS[name]))
    columns = {column[0] for column in gold.execute(query).description}
    for widget in dashboard.WIDGETS:
        if widget.dataset == name:
            assert {widget.value, widget.axis, *widget.more} - {""} <= columns, widget.title


def test_every_dataset_is_drawn_and_every_widget_has_one():
    assert {widget.dataset for widget in dashboard.WIDGETS} == set(dashboard.DATASETS)


def test_queries_are_those_of_both_engines_and_name_no_schema():
    for query in dashboard.DATASETS.values():
        assert not re.search(r"::|\b(gold|silver|bronze)\.|\bfilter\s*\(|strftime", query)


def test_widgets_lie_side_by_side():
    taken = set()
    for widget in dashboard.WIDGETS:
        x, y, width, height = widget.place
        assert x + width <= WIDTH, widget.title
        cells = {(column, row) for column in range(x, x + width) for row in range(y, y + height)}
        assert not cells & taken, widget.title
        taken |= cells


def test_names_are_unique_in_the_file():
    page = json.loads(dashboard.document())["pages"][0]
    names = [placed["widget"]["name"] for placed in page["layout"]]
    assert len(names) == len(set(names))


def test_the_exposure_names_the_tables_that_are_read():
    path = dashboard.PROJECT / "models/exposures/ai_bi_marketplace.yml"
    (exposure,) = yaml.safe_load(path.read_text(encoding="utf-8"))["exposures"]
    read = set(re.findall(r"\b(?:from|join) (\w+)", "\n".join(dashboard.DATASETS.values())))
    assert {f"ref('{name}')" for name in read} == set(exposure["depends_on"])
