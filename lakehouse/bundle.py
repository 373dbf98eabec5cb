"""The subcommand `bundle`: the jobs of the Databricks bundle, one task a model, from dbt's manifest."""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[1]
REQUIREMENTS = PROJECT / "requirements/databricks.txt"
JOBS = PROJECT / "deploy/databricks/medallion_job.yml"
MANIFEST = Path("target/bundle/manifest.json")
HEADER = """\
# Written by `make bundle` from dbt's manifest and requirements/databricks.txt; change lakehouse/bundle.py instead.
"""

# The first task: the seeds, their tests, and the tests that read no model.
SEEDS = "seeds"

# Names and values reach dbt by --vars, for a task on serverless compute can set no environment variable.
# The profile is the project's own, `databricks_job` of profiles/profiles.yml, and therefore the tasks name no
# warehouse_id: with one, Databricks writes a profile of its own, which knows nothing of our session time zone
# and threads. The two exclude each other.
DBT_TASK = {"project_directory": "../..", "profiles_directory": "profiles"}
DBT = "dbt build --target databricks_job --vars '${var.dbt_vars}'"

# Of every job. Rows are stamped with the time of their run and read by these stamps, which is right for one
# build at a time: a run that comes while another goes on waits in the queue.
JOB = {
    "max_concurrent_runs": 1,
    "queue": {"enabled": True},
    "email_notifications": {
        "on_failure": ["${var.notification_email}"],
        "no_alert_for_skipped_runs": True,
    },
    # What `repair run` needs, for the group that is called when a task fails.
    "permissions": [{"group_name": "${var.engineers_group}", "level": "CAN_MANAGE_RUN"}],
}


class Indented(yaml.SafeDumper):
    """YAML as yamllint wants it: lists indented, nothing by reference."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent lists, too."""
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write everything out."""
        return True


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `bundle`."""
    parser = subparsers.add_parser("bundle", help="write the jobs of the Databricks bundle")
    parser.add_argument(
        "--manifest",
        type=Path,
        default=MANIFEST,
        metavar="FILE",
        help=f"dbt's manifest, parsed for Databricks (default: {MANIFEST}; `make bundle` makes it)",
    )
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Write the file, or compare it; return 1 when it is stale or there is no manifest."""
    if not arguments.manifest.is_file():
        print(f"There is no manifest in {arguments.manifest}: run `make bundle`.", file=sys.stderr)
        return 1
    text = document(json.loads(arguments.manifest.read_text(encoding="utf-8")), pins())
    name = JOBS.relative_to(PROJECT)
    if arguments.check:
        if not JOBS.is_file() or JOBS.read_text(encoding="utf-8") != text:
            print(f"{name} is stale: run `make bundle` and commit it.", file=sys.stderr)
            return 1
        return 0
    JOBS.write_text(text, encoding="utf-8")
    print(f"Wrote {name}: {text.count('dbt_task:')} tasks")
    return 0


def pins(requirements: Path = REQUIREMENTS) -> list[str]:
    """Return dbt and its adapter at the versions that the project is tested with."""
    text = requirements.read_text(encoding="utf-8")
    return [
        re.search(rf"^{name}==[^ ]+", text, re.MULTILINE)[0]
        for name in ("dbt-core", "dbt-databricks")
    ]


def document(manifest: dict[str, Any], dependencies: list[str]) -> str:
    """Return the text of the file: both jobs.

    manifest: dbt's; dependencies: what pip installs for the dbt command line.
    """
    environments = [
        {
            "environment_key": "dbt",
            # The serverless environment's version, which stands for its Python (4: Python 3.12).
            "spec": {"environment_version": "4", "dependencies": dependencies},
        }
    ]
    medallion = {
        "name": "medallion",
        "description": "One task a model, with its tests. Starts when files have landed.",
        **JOB,
        "timeout_seconds": 4 * 3600,
        "trigger": {
            "pause_status": "${var.trigger_pause_status}",
            "file_arrival": {
                # By reference, so that the volume is made before the job that watches it.
                "url": "/Volumes/${var.catalog}/${resources.schemas.landing.name}/"
                "${resources.volumes.files.name}/",
                # A delivery is many files: start when none has come for two minutes.
                "wait_after_last_change_seconds": 120,
                "min_time_between_triggers_seconds": 600,
            },
        },
        "environments": environments,
        "tasks": [dbt_task(*task) for task in tasks(manifest)],
    }
    single = {
        "name": "medallion_single",
        "description": "The whole build in one task: fewer queries, no repair by model. "
        "Use one of the two jobs, never both at a time.",
        **JOB,
        "timeout_seconds": 4 * 3600,
        "schedule": {
            "quartz_cron_expression": "0 0 5 * * ?",
            "timezone_id": "America/Sao_Paulo",
            "pause_status": "PAUSED",
        },
        "environments": environments,
        "tasks": [dbt_task("build", [], [], timeout=4 * 3600)],
    }
    jobs = {"resources": {"jobs": {"medallion": medallion, "medallion_single": single}}}
    return HEADER + yaml.dump(jobs, Dumper=Indented, sort_keys=False, width=10_000)


def dbt_task(
    key: str, selection: list[str], depends_on: list[str], timeout: int = 3600
) -> dict[str, Any]:
    """Return a task of a job.

    key: its name; selection: what dbt builds (nothing: all); depends_on: names of tasks; timeout: in seconds.
    """
    # Cautious: a model's task takes the tests that read this model alone; a test that reads more is named.
    select = f" --indirect-selection cautious --select {' '.join(selection)}" if selection else ""
    return {
        "task_key": key,
        **({"depends_on": [{"task_key": name} for name in depends_on]} if depends_on else {}),
        "environment_key": "dbt",
        "max_retries": 1,
        "min_retry_interval_millis": 60_000,
        "timeout_seconds": timeout,
        "dbt_task": {**DBT_TASK, "commands": [DBT + select]},
    }


def tasks(manifest: dict[str, Any]) -> list[tuple[str, list[str], list[str]]]:
    """Return key, selection and dependencies of each task, parents first.

    Every model has a task. A test belongs to the last of the models it reads, and this task waits for the others: it goes
    from a later model to earlier ones in one fixed order, so it cannot close a circle.
    """
    nodes = manifest["nodes"]
    keys = {
        # The versions of a model share its name, not its alias.
        name: SEEDS if node["resource_type"] == "seed" else node.get("alias", node["name"])
        for name, node in nodes.items()
        if node["resource_type"] in ("seed", "model", "snapshot")
    }

    def reads(node: dict[str, Any]) -> set[str]:
        return {keys[name] for name in node["depends_on"]["nodes"] if name in keys}

    waits_for = {
        SEEDS: set(),
        **{
            keys[name]: reads(nodes[name])
            for name in keys
            if nodes[name]["resource_type"] != "seed"
        },
    }
    depths: dict[str, int] = {}

    def place(key: str) -> tuple[int, str]:
        if key not in depths:
            depths[key] = 1 + max((place(parent)[0] for parent in waits_for[key]), default=-1)
        return (0 if key == SEEDS else 1 + depths[key]), key

    order = sorted(waits_for, key=place)
    selections = {
        keys[name]: [f"{node['name']}.v{node['version']}" if node.get("version") else node["name"]]
        for name, node in nodes.items()
        if name in keys
    } | {SEEDS: ["resource_type:seed"]}
    for node in sorted(nodes.values(), key=lambda each: each["name"]):
        if node["resource_type"] != "test":
            continue
        tested = reads(node)
        home = max(tested, key=order.index, default=SEEDS)
        if tested != {home}:
            selections[home].append(node["name"])
        waits_for[home] |= tested - {home}
    return [(key, selections[key], sorted(waits_for[key], key=order.index)) for key in order]
