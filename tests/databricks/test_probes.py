"""What engines are known to do differently, asked of both through the project's own macros."""

import json
from pathlib import Path

import pytest
from conftest import Double
from test_parity import Twins

PROBES = Path(__file__).with_name("probes.sql")


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
    assert len(mine) > 500
    assert {
        name: (value, theirs.get(name)) for name, value in mine.items() if theirs.get(name) != value
    } == {}
    assert theirs.keys() == mine.keys()
