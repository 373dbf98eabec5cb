"""The subcommand `newest`: whether the newest releases of what the project needs build it.

What is tried is what requirements/base.in names. First the newest releases within its bounds, all together: this must
build, for it is what the next `make lock` brings. Then each package that has a release beyond its bound, alone: this may
fail, and says which bound can go and what another waits for.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[1]
# The trial within the bounds, beside those that are called as a package.
WITHIN = "all within bounds"
# A cell of a table is no log.
LONGEST_ERROR = 200


@dataclass
class Outcome:
    """What became of one trial."""

    installs: bool = False
    builds: bool = False
    error: str = ""


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `newest`."""
    parser = subparsers.add_parser(
        "newest", help="try the newest releases of what the project needs, and report"
    )
    parser.add_argument(
        "--requirements",
        type=Path,
        default=PROJECT / "requirements/base.in",
        metavar="FILE",
        help="the packages and their bounds (default: requirements/base.in)",
    )
    parser.add_argument(
        "--project", type=Path, default=PROJECT, metavar="FOLDER", help="what is built"
    )
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("target/newest"),
        metavar="FOLDER",
        help="where to build; holds report.md afterwards (default: target/newest)",
    )
    parser.add_argument("--uv", default="uv", metavar="COMMAND", help="uv, which installs")
    parser.add_argument(
        "--only", nargs="+", metavar="PACKAGE", help="try these beyond their bounds, no others"
    )
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Try, write the report; return 1 when the newest releases within the bounds do not build."""
    work = arguments.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    wanted = direct(arguments.requirements)
    pinned = pins(arguments.requirements.with_suffix(".txt"))
    newest = {name: newest_release(arguments.uv, name) for name in wanted}
    trials = {WITHIN: [str(each) for each in wanted.values()]}
    for name, requirement in wanted.items():
        chosen = not arguments.only or name in arguments.only
        if chosen and newest[name] and not requirement.specifier.contains(newest[name]):
            others = [str(each) for each in wanted.values() if each is not requirement]
            trials[name] = [*others, f"{name}=={newest[name]}"]
    outcomes = {}
    for name, requirements in trials.items():
        print(f"Trying {name}: {' '.join(requirements)}", flush=True)
        outcomes[name] = attempt(
            arguments.project.resolve(), work / name.replace(" ", "-"), arguments.uv, requirements
        )
    text = report(wanted, pinned, newest, outcomes)
    (work / "report.md").write_text(text, encoding="utf-8")
    print(text)
    return 0 if outcomes[WITHIN].builds else 1


def direct(file: Path) -> dict[str, Requirement]:
    """Return what a requirements file asks for, with what it includes by `-r`: name to requirement."""
    found: dict[str, Requirement] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("-r "):
            found |= direct(file.parent / text[3:].strip())
        elif text:
            requirement = Requirement(text)
            found[canonicalize_name(requirement.name)] = requirement
    return found


def pins(file: Path) -> dict[str, str]:
    """Return the versions of a compiled requirements file: name to version (that of this Python comes first)."""
    found: dict[str, str] = {}
    for name, version, marker in re.findall(
        r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;]+)(?: ; ([^\\\n]+))?",
        file.read_text(encoding="utf-8"),
        re.MULTILINE,
    ):
        requirement = Requirement(f"{name}=={version}" + (f" ; {marker}" if marker else ""))
        if not requirement.marker or requirement.marker.evaluate():
            found[canonicalize_name(name)] = version
    return found


def newest_release(uv: str, name: str) -> str:
    """Return the newest release of a package for this Python, or nothing when the index has none."""
    done = subprocess.run(
        [uv, "pip", "compile", "-", "--quiet", "--no-deps", "--no-header", "--no-annotate"],
        input=name,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"==(\S+)", done.stdout)
    return found[1] if found else ""


def attempt(project: Path, folder: Path, uv: str, requirements: list[str]) -> Outcome:
    """Install into an environment in the folder, build the sample with it, and say what became of it."""
    folder.mkdir(parents=True)
    commands = (
        [uv, "venv", "--quiet", "--python", sys.executable, str(folder / "venv")],
        [uv, "pip", "install", "--quiet", "--python", str(folder / "venv"), *requirements],
    )
    for command in commands:
        done = execute(folder, command)
        if done.returncode:
            return Outcome(error=first_error(done.stdout))
    return build(project, folder, folder / "venv/bin/dbt")


def build(project: Path, folder: Path, dbt: Path) -> Outcome:
    """Build a project's landing zone with a dbt, from nothing and once more: then there is nothing to do and nothing wrong."""
    for options in (["--full-refresh"], []):
        command = [
            # dbt_project.yml has a bound of its own for dbt, and this asks what happens without it.
            *(str(dbt), "--quiet", "--no-use-colors", "--no-version-check", "build", *options),
            *("--project-dir", str(project), "--profiles-dir", str(project / "profiles")),
            *("--target", "duckdb", "--target-path", str(folder / "target")),
            *("--log-path", str(folder / "logs")),
        ]
        done = execute(folder, command, LANDING_PATH=str(project / "landing"))
        if done.returncode:
            return Outcome(installs=True, error=first_error(done.stdout))
    return Outcome(installs=True, builds=True)


def execute(folder: Path, command: list[str], **variables: str) -> subprocess.CompletedProcess:
    """Run a command of a trial; what it says, errors too, is kept in the folder's log."""
    settings = {
        "DUCKDB_PATH": str(folder / "medallion.duckdb"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **settings, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    with (folder / "log.txt").open("a", encoding="utf-8") as log:
        log.write(f"{' '.join(command)}\n{done.stdout}\n")
    return done


def first_error(output: str) -> str:
    """Return the line that says what went wrong: the first that names an error, else the last."""
    lines = [re.sub(r"\s+", " ", line).strip() for line in output.splitlines()]
    lines = [line for line in lines if line]
    # pip and dbt announce an error on a line of its own, and dbt says which below it.
    telling = [
        " ".join(lines[number : number + 2])
        for number, line in enumerate(lines)
        if re.search(r"\b(?:error|failure)\b", line, re.IGNORECASE)
    ]
    text = (telling or lines[-1:] or ["it ended without a word"])[0]
    return text if len(text) <= LONGEST_ERROR else text[: LONGEST_ERROR - 1] + "…"


def report(
    wanted: dict[str, Requirement],
    pinned: dict[str, str],
    newest: dict[str, str],
    outcomes: dict[str, Outcome],
) -> str:
    """Return the report in Markdown.

    wanted, pinned, newest: by package its bounds, the version in the compiled file, the newest release; outcomes: by trial.
    """
    within = outcomes[WITHIN]
    verdict = "build" if within.builds else f"DO NOT BUILD: {within.error}"
    lines = [
        "# The newest releases",
        "",
        f"The newest releases within the bounds {verdict}",
        "",
        "| package | bounds | pinned | newest | newest builds | first error |",
        "|---|---|---|---|---|---|",
    ]
    for name, requirement in wanted.items():
        outcome = outcomes.get(name)
        if not newest[name]:
            builds, error = "?", "the index has no release for this Python"
        elif outcome:
            builds = "yes: weigh the reason of the bound" if outcome.builds else "no"
            if not outcome.installs:
                builds = "does not install"
            error = outcome.error
        elif requirement.specifier.contains(newest[name]):
            builds, error = ("yes" if within.builds else "no"), ""
        else:
            builds, error = "not tried", ""
        cells = [
            name,
            str(requirement.specifier) or "none",
            pinned.get(name, "none"),
            newest[name] or "none",
            builds,
            error,
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([*lines, ""])
