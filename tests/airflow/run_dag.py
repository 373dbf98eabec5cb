"""Runs a DAG once, in .venv-airflow, and writes what became of each task: `run_dag.py <dag> <file for the states>`.

As `airflow dags test`, without the minute between two tries.
"""

import json
import os
import sys
from pathlib import Path

from airflow.dag_processing.dagbag import DagBag


def main() -> None:
    """Load the DAGs; with `structure` in place of a DAG, write the tasks of all of them instead."""
    name, answer = sys.argv[1:]
    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    if bag.import_errors:
        sys.exit(json.dumps(bag.import_errors))
    if name == "structure":
        found = {
            dag.dag_id: {
                "tasks": {task.task_id: described(task) for task in dag.tasks},
                "max_active_tasks": dag.max_active_tasks,
                "max_active_runs": dag.max_active_runs,
            }
            for dag in bag.dags.values()
        }
    else:
        dag = bag.dags[name]
        for task in dag.tasks:
            task.retries = 0
        run = dag.test()
        found = {each.task_id: each.state for each in run.get_task_instances()}
    Path(answer).write_text(json.dumps(found), encoding="utf-8")


def described(task) -> dict:
    """What the tests look at."""
    return {
        "waits_for": sorted(task.upstream_task_ids),
        "select": getattr(task, "select", None),
        "indirect_selection": getattr(task, "indirect_selection", None),
        "retries": task.retries,
        "outlets": [each.name for each in task.outlets],
    }


if __name__ == "__main__":
    main()
