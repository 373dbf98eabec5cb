"""`lakehouse newest`: the report's logic, the real package manager and the real dbt; no index is asked."""

import shutil
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from lakehouse import newest

ROOT = Path(__file__).resolve().parents[2]


def row(text, package):
    """The cells of a package's row."""
    line = next(line for line in text.splitlines() if line.startswith(f"| {package} |"))
    return [cell.strip() for cell in line.strip("|").split(" | ")]


WANTED = {
    name: Requirement(f"{name}{bounds}")
    for name, bounds in (("a", ">=1,<2"), ("b", ">=1,<2"), ("c", ">=1,<2"), ("d", ">=1,<2"))
}


def test_the_report_says_which_bound_can_go():
    outcomes = {
        newest.WITHIN: newest.Outcome(installs=True, builds=True),
        "b": newest.Outcome(installs=True, builds=True),
        "c": newest.Outcome(installs=True, error="Parser Error: x | y"),
        "d": newest.Outcome(error="failed to download"),
    }
    releases = {"a": "1.9", "b": "2.0", "c": "2.1", "d": "3.0"}
    text = newest.report(WANTED, dict.fromkeys("abcd", "1.5"), releases, outcomes)
    assert "within the bounds build" in text
    assert row(text, "a")[2:] == ["1.5", "1.9", "yes", ""]
    assert row(text, "b")[4] == "yes: weigh the reason of the bound"
    assert row(text, "c")[4:] == ["no", "Parser Error: x \\| y"]
    assert row(text, "d")[4:] == ["does not install", "failed to download"]


def test_the_report_says_when_the_bounds_themselves_do_not_build():
    outcomes = {newest.WITHIN: newest.Outcome(installs=True, error="it broke")}
    text = newest.report(WANTED, {}, dict.fromkeys("abc", "1.9") | {"d": ""}, outcomes)
    assert "DO NOT BUILD: it broke" in text
    assert row(text, "a")[2:] == ["none", "1.9", "no", ""]
    assert row(text, "d")[4] == "?"


@pytest.mark.parametrize(("builds", "code"), [(True, 0), (False, 1)])
def test_only_the_releases_within_the_bounds_turn_it_red(tmp_path, monkeypatch, builds, code):
    (tmp_path / "base.in").write_text("one>=1,<2 # a reason\n-r more.in\n")
    (tmp_path / "more.in").write_text("Two_Words>=1,<2\n")
    (tmp_path / "base.txt").write_text(
        "one==1.1 \\\n    --hash=sha256:0\ntwo-words==1.0 ; python_full_version < '3.0'\ntwo-words==1.2\n"
    )
    tried = {}

    def attempt(_project, folder, _uv, requirements):
        tried[folder.name] = requirements
        good = builds and folder.name == "all-within-bounds"
        return newest.Outcome(installs=True, builds=good, error="" if good else "Error: no")

    monkeypatch.setattr(newest, "attempt", attempt)
    monkeypatch.setattr(
        newest, "newest_release", lambda _uv, name: {"one": "1.5", "two-words": "2.0"}[name]
    )
    work = tmp_path / "work"
    given = ["newest", "--requirements", str(tmp_path / "base.in"), "--work", str(work)]
    from lakehouse.cli import main

    assert main(given) == code
    assert tried == {
        "all-within-bounds": ["one<2,>=1", "Two_Words<2,>=1"],
        "two-words": ["one<2,>=1", "two-words==2.0"],
    }
    text = (work / "report.md").read_text()
    assert row(text, "two-words")[2:] == ["1.2", "2.0", "no", "Error: no"]


def test_a_package_that_cannot_be_installed_is_an_outcome(tmp_path):
    """The folder it is to come from is not there; the environment and the installation are real."""
    uv = tmp_path / "uv"
    # The commands of uv that are used here, by the project's own pip: a machine may have no uv.
    uv.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = venv ] && exec "{sys.executable}" -m venv "$5"\n'
        'exec "$5/bin/python" -m pip install --quiet --no-index "$6"\n'
    )
    uv.chmod(0o755)
    missing = f"nothing @ file://{tmp_path}/nothing.whl"
    outcome = newest.attempt(ROOT, tmp_path / "trial", str(uv), [missing])
    assert not outcome.installs
    assert not outcome.builds
    assert "ERROR" in outcome.error
    assert "nothing.whl" in (tmp_path / "trial/log.txt").read_text()


def test_a_build_that_fails_is_an_outcome_with_its_first_error(tmp_path):
    """The real dbt, over a project of one model."""
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    shutil.copytree(ROOT / "profiles", project / "profiles")
    (project / "dbt_project.yml").write_text("name: medallion\nprofile: medallion\n")
    model = project / "models/one.sql"
    dbt = Path(sys.executable).with_name("dbt")
    model.write_text("select 1 as one")
    assert newest.build(project, tmp_path, dbt) == newest.Outcome(installs=True, builds=True)
    model.write_text("select nonsense")
    outcome = newest.build(project, tmp_path, dbt)
    assert outcome.installs
    assert not outcome.builds
    assert "nonsense" in outcome.error or "one" in outcome.error
    assert len(outcome.error) <= newest.LONGEST_ERROR


def test_the_first_error_is_the_line_that_names_one():
    assert newest.first_error("a\nRuntime Error in model x\n  Column y\nb") == (
        "Runtime Error in model x Column y"
    )
    assert newest.first_error("a\n\nb\n") == "b"
    assert newest.first_error("") == "it ended without a word"


def test_the_projects_own_requirements_are_read():
    wanted = newest.direct(ROOT / "requirements/base.in")
    pinned = newest.pins(ROOT / "requirements/base.txt")
    assert {"dbt-core", "duckdb", "narwhals"} <= wanted.keys() <= pinned.keys()
    assert all(each.specifier.contains(pinned[name]) for name, each in wanted.items())
