"""`lakehouse release`: a version is ready when its number, its notes and its tag agree."""

import subprocess
import sys
from pathlib import Path

import pytest

from lakehouse import release

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = """\
# Changelog

## Unreleased

## 1.2.0 - 2026-03-01

### Added
- Something.

## 1.1.0 - 2026-01-01
- Earlier.
"""


def git(project, *arguments):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.test")
    subprocess.run(["git", *identity, *arguments], cwd=project, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path):
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / "package").mkdir()
    for name in ("dbt_project.yml", "package/dbt_project.yml"):
        (tmp_path / name).write_text("name: medallion\nversion: 1.2.0\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n')
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    return tmp_path


def commit(project, name, text):
    (project / name).write_text(text)
    git(project, "commit", "--quiet", "-am", "change")


def test_a_version_that_is_ready_prints_its_notes_alone(project):
    done = subprocess.run(
        [sys.executable, "-m", "lakehouse", "release", "1.2.0", "--project", str(project)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "### Added\n- Something.\n"


def test_the_tag_may_be_there_when_it_is_this_commit(project):
    git(project, "tag", "-a", "v1.2.0", "-m", "release")
    assert release.check(project, "1.2.0") == []
    commit(project, "CHANGELOG.md", CHANGELOG + "more\n")
    assert ["taken" in problem for problem in release.check(project, "1.2.0")] == [True]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("dbt_project.yml", "version: 1.1.0\n", "says version 1.1.0"),
        ("CHANGELOG.md", CHANGELOG.replace("## 1.2.0 ", "## 1.2.1 "), "no section"),
        ("CHANGELOG.md", CHANGELOG.replace("### Added\n- Something.\n", ""), "no section"),
        ("CHANGELOG.md", CHANGELOG.replace("Unreleased", "Unreleased\n- Later."), "Unreleased"),
    ],
)
def test_what_does_not_agree_is_named(project, name, text, problem):
    commit(project, name, text)
    found = release.check(project, "1.2.0")
    assert [problem in each for each in found] == [True], found


def test_uncommitted_changes_and_odd_versions_are_refused(project):
    (project / "new").write_text("")
    assert release.check(project, "1.2.0") == ["There are uncommitted changes."]
    for version in ("v1.2.0", "1.2", ""):
        assert "no version" in release.check(project, version)[0]


def test_this_project_has_one_version():
    assert len(set(release.declared_versions(ROOT).values())) == 1
