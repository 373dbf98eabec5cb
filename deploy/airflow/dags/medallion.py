"""The build of the lakehouse as two DAGs; docs/how-to/run-with-airflow.md sets them up. Use one of the two.

`medallion` has a task for each model: a failed model or test stops what reads it and nothing else, and a repaired run
goes on where it stopped. `medallion_single` is one `dbt build`: faster, and repeated as a whole.

Settings come from the environment:

    LANDING_PATH, DUCKDB_PATH   as for dbt; relative ones are below the project
    MEDALLION_HOME              the project's folder (default: the one this file lies in)
    MEDALLION_DBT               the dbt to run (default: .venv/bin/dbt of the project)
    MEDALLION_MANIFEST          dbt's manifest, from which the tasks follow (default: target/airflow/target/manifest.json)
    MEDALLION_ALERT_URL         a webhook that takes {"text": "..."}; told of each task that failed (default: none)
"""

import json
import logging
import os
import sys
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset
from airflow.timetables.assets import AssetOrTimeSchedule
from airflow.timetables.trigger import CronTriggerTimetable
from cosmos import ProfileConfig
from cosmos.constants import InvocationMode
from cosmos.operators.local import DbtBuildLocalOperator

PROJECT = Path(os.environ.get("MEDALLION_HOME", Path(__file__).resolve().parents[3])).resolve()
MANIFEST = PROJECT / os.environ.get("MEDALLION_MANIFEST", "target/airflow/target/manifest.json")

sys.path.append(str(PROJECT))
from lakehouse.bundle import tasks  # noqa: E402

# Whoever lands files may say so: a task with `outlets=[Asset("medallion_landing")]` starts a build.
LANDING = Asset("medallion_landing")
# A DAG with `schedule=[Asset("medallion_gold")]` starts when gold is complete.
GOLD = Asset("medallion_gold")


def say_failed(context: dict[str, Any]) -> None:
    """Log what failed and what to do, and tell MEDALLION_ALERT_URL.

    context: of the failed task, from Airflow.
    """
    task = context["task_instance"]
    text = (
        f"{task.dag_id}: {task.task_id} failed in run {task.run_id}. What reads it was not built and keeps its last state. "
        f"After the repair: airflow tasks clear --downstream --only-failed --yes {task.dag_id}"
    )
    logging.getLogger(__name__).error(text)
    if url := os.environ.get("MEDALLION_ALERT_URL"):
        request = urllib.request.Request(
            url, json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request, timeout=10).close()


def dbt_build(key: str, selection: list[str], **options: Any) -> DbtBuildLocalOperator:
    """Return a task that runs `dbt build`.

    key: its name; selection: what dbt builds (nothing: all); options: more of the operator.
    """
    return DbtBuildLocalOperator(
        task_id=key,
        select=selection or None,
        # Cautious: a model's task takes the tests that read this model alone; a test that reads more is named.
        indirect_selection="cautious" if selection else None,
        project_dir=str(PROJECT),
        profile_config=ProfileConfig(
            profile_name="medallion",
            target_name="duckdb",
            profiles_yml_filepath=PROJECT / "profiles/profiles.yml",
        ),
        # dbt has an environment of its own: its pins and Airflow's do not mix.
        invocation_mode=InvocationMode.SUBPROCESS,
        dbt_executable_path=os.environ.get("MEDALLION_DBT", str(PROJECT / ".venv/bin/dbt")),
        # Cosmos runs dbt in a temporary copy of links, so paths must not be relative.
        env={
            "LANDING_PATH": landing_path(),
            "DUCKDB_PATH": str(PROJECT / os.environ.get("DUCKDB_PATH", "medallion.duckdb")),
        },
        append_env=True,
        # Each dbt takes the parse of the one before, `target/partial_parse.msgpack` in this folder.
        cache_dir=MANIFEST.parents[1],
        install_deps=False,
        emit_datasets=False,
        **options,
    )


def landing_path() -> str:
    """Return the landing zone: an address (s3://...) as it is, a folder absolute."""
    path = os.environ.get("LANDING_PATH", "landing")
    return path if "://" in path else str(PROJECT / path)


# Of both DAGs.
OPTIONS: dict[str, Any] = {
    "start_date": datetime(2026, 1, 1),
    "catchup": False,
    # DuckDB's file takes one writer, so there is one task at a time. And rows are stamped with the time of their run and
    # read by these stamps, so there is one run at a time.
    "max_active_tasks": 1,
    "max_active_runs": 1,
    "default_args": {
        "retries": 1,
        "retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(hours=1),
        "on_failure_callback": say_failed,
    },
    "tags": ["medallion"],
}

with DAG(
    "medallion",
    description="One task a model, with its tests. Starts in the morning, and when files have landed.",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("0 5 * * *", timezone="America/Sao_Paulo"), assets=[LANDING]
    ),
    **OPTIONS,
):
    if not MANIFEST.is_file():
        raise FileNotFoundError(f"There is no manifest in {MANIFEST}: run `make airflow-manifest`.")
    built: dict[str, DbtBuildLocalOperator] = {}
    # Parents come first.
    for key, selection, waits_for in tasks(json.loads(MANIFEST.read_text(encoding="utf-8"))):
        built[key] = dbt_build(key, selection)
        built[key].set_upstream([built[parent] for parent in waits_for])
    last = [task for task in built.values() if not task.downstream_list]
    EmptyOperator(task_id="gold_is_complete", outlets=[GOLD]).set_upstream(last)

with DAG(
    "medallion_single",
    description="The whole build in one task. Use one of the two DAGs, never both at a time.",
    schedule=None,
    **OPTIONS,
):
    dbt_build("build", [], outlets=[GOLD])
