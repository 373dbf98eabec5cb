"""Airflow of .venv-airflow with a home of its own, and a way to run a DAG in it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-airflow/bin/python"


class Airflow:
    """An Airflow whose database lies in `home`."""

    def __init__(self, home: Path):
        self.home = home
        self.output = ""
        self.command("airflow", "db", "migrate")

    def command(self, name: str, *arguments: str, **variables: str) -> str:
        """Run a program of .venv-airflow with the settings of deploy/airflow/environment; gives what it wrote."""
        shell = f'source deploy/airflow/environment && exec "{PYTHON.parent}/$0" "$@"'
        done = subprocess.run(
            ["bash", "-c", shell, name, *arguments],
            cwd=ROOT,
            env={**os.environ, "AIRFLOW_HOME": str(self.home), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )
        self.output = done.stdout
        assert done.returncode == 0, done.stdout[-5000:]
        return done.stdout

    def run(self, dag: str, **variables: str) -> dict[str, Any]:
        """Run a DAG once; gives task to state. `structure` gives the shape of all DAGs instead."""
        answer = self.home / "answer.json"
        self.command("python", "tests/airflow/run_dag.py", dag, str(answer), **variables)
        return json.loads(answer.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Airflow:
    """One Airflow for all tests."""
    if not PYTHON.exists():
        pytest.skip("there is no .venv-airflow: `make test-airflow` makes it")
    return Airflow(tmp_path_factory.mktemp("airflow"))
