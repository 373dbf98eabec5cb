"""The parts of the site that need no browser: masks, scales, findings in words, and errors that say what to do."""

import importlib
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
charts = importlib.import_module("lakehouse.site.charts")
masking = importlib.import_module("lakehouse.site.masking")


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, [0, 1]),
        (9, [0, 2.5, 5, 7.5, 10]),
        (100, [0, 25, 50, 75, 100]),
        (0.19, [0, 0.05, 0.1, 0.15, 0.2]),
        (1_003_862, [0, 500_000, 1_000_000, 1_500_000]),
    ],
)
def test_axis_has_round_marks_and_reaches_the_highest_value(highest, expected):
    assert charts.ticks(highest) == pytest.approx(expected)


def test_every_state_has_a_tile_of_its_own():
    assert len(charts.TILES) == 27
    assert len(set(charts.TILES.values())) == 27


def test_chart_escapes_what_it_is_given():
    chart = charts.bars("a <b> title", "records & rows", ["<script>"], [1])
    assert "<script>" not in chart.wide
    assert "&lt;script&gt;" in chart.wide


def test_line_with_a_gap_is_drawn_over_what_is_known():
    line = charts.Series("sold", [1, None, 3], band=([0, None, 2], [2, None, 4]))
    chart = charts.lines("title", "items", ["a", "b", "c"], [line])
    assert "band" in chart.wide
    assert chart.table.rows[1] == ["b", "", "", ""]


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("customer_id", "8d50f5eadf50201ccdcedfb9e2ac8455", "hidden (32 characters)"),
        ("review_comment_message", "chegou tarde", "hidden (12 characters)"),
        ("customer_zip_code_prefix", "01037", "99999"),
        ("customer_city", "são paulo", "xxx xxxxx"),
        ("price", "-19.90", "-19.90"),
        ("order_channel", "site", "xxxx"),
        ("is_late_by_day", True, "yes"),
        ("delivery_days", 7.362326388888889, "7.36"),
        ("order_status", "", "(empty)"),
    ],
)
def test_mask_shows_no_person(name, value, shown):
    mask = masking.Mask(declared={"price", "order_status", "is_late_by_day", "delivery_days"})
    assert mask.show(name, value) == shown


def test_mask_obeys_the_class_of_a_column():
    mask = masking.Mask({"nickname": "identifier"}, {"nickname"})
    assert mask.show("nickname", "ana") == "hidden (3 characters)"


def test_mask_outlines_a_line_nobody_could_read():
    line = '"8d50f5eadf50201ccdcedfb9e2ac8455","são paulo",01037'
    shown = masking.Mask().show("_corrupt_record", line)
    assert shown == '"x","x x",9'


def test_site_without_a_build_says_what_to_do(tmp_path):
    process = subprocess.run(
        [
            ROOT / ".venv/bin/python",
            "-m",
            "lakehouse",
            "site",
            "--database",
            tmp_path / "none.duckdb",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert process.returncode == 1
    assert "make build" in process.stderr
    assert "Traceback" not in process.stderr
