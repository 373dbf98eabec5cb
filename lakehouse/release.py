"""The subcommand `release`: whether a version is ready to be tagged, and its notes."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
# Three numbers, as in semantic versioning, and perhaps what makes it a candidate: 1.2.0, 1.2.0-rc1.
VERSION = r"\d+\.\d+\.\d+(-[0-9a-z.]+)?"


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `release`."""
    parser = subparsers.add_parser(
        "release", help="check that a version may be tagged, and print its notes"
    )
    parser.add_argument("version", help="such as 1.2.0, without a v")
    parser.add_argument(
        "--project", type=Path, default=PROJECT, metavar="FOLDER", help="default: this one"
    )
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Print the notes; return 0, or 1 and what is not ready."""
    problems = check(arguments.project, arguments.version)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    print(notes(arguments.project, arguments.version))
    return 0


def check(project: Path, version: str) -> list[str]:
    """Return what keeps a version from being tagged; empty when nothing does.

    project: the folder of the project; version: without a v.
    """
    if not re.fullmatch(VERSION, version):
        return [f"{version} is no version: three numbers, such as 1.2.0."]
    problems = [
        f"{name} says version {declared}, not {version}."
        for name, declared in declared_versions(project).items()
        if declared != version
    ]
    if not notes(project, version):
        problems.append(f"CHANGELOG.md has no section '## {version} - <date>' with text in it.")
    if notes(project, "Unreleased"):
        problems.append("CHANGELOG.md still has text under 'Unreleased': move it to the version.")
    tagged = git(project, "rev-parse", "--verify", "--quiet", f"v{version}^{{commit}}")
    # The workflow asks when the tag is there already.
    if tagged and tagged != git(project, "rev-parse", "HEAD"):
        problems.append(f"The tag v{version} is taken, by another commit.")
    if git(project, "status", "--porcelain"):
        problems.append("There are uncommitted changes.")
    return problems


def declared_versions(project: Path) -> dict[str, str]:
    """Return what each file that says the version says: the project, its dbt package, its command line."""
    names = ("dbt_project.yml", "package/dbt_project.yml", "pyproject.toml")
    texts = {name: (project / name).read_text(encoding="utf-8") for name in names}
    pattern = re.compile(r"^version *[:=] *['\"]?([^'\"\s]+)", re.MULTILINE)
    return {name: pattern.search(text)[1] for name, text in texts.items()}


def notes(project: Path, version: str) -> str:
    """Return the text of a version's section in CHANGELOG.md, or nothing."""
    text = (project / "CHANGELOG.md").read_text(encoding="utf-8")
    section = re.search(
        rf"^## {re.escape(version)}(?: - \d{{4}}-\d\d-\d\d)? *\n(.*?)(?=^## |\Z)", text, re.M | re.S
    )
    return section[1].strip() if section else ""


def git(project: Path, *arguments: str) -> str:
    """Return what git says; nothing when it refuses."""
    run = subprocess.run(
        ["git", *arguments], cwd=project, capture_output=True, text=True, check=False
    )
    return run.stdout.strip() if run.returncode == 0 else ""
