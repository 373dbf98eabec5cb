"""The double as a fixture: started once on a free port in a temporary directory, ended afterwards."""

import contextlib
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "not-a-real-token"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--long`: what `make parity` runs and `make test` leaves out."""
    parser.addoption("--long", action="store_true", help="run the long scenarios of parity too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is marked `long` unless it is asked for."""
    for item in items:
        if item.get_closest_marker("long") and not config.getoption("long"):
            item.add_marker(pytest.mark.skip(reason="long: `make parity` runs it"))


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "long: a scenario that only `make parity` runs")


def run_dbt(
    environment: str, *arguments: str, project: Path, output: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess:
    """Run dbt of an environment (.venv or .venv-databricks); all it writes goes to the output folder.

    The profile lies in the project's folder or its `profiles/`.
    """
    profiles = project / "profiles"
    command = [
        *(str(ROOT / environment / "bin/dbt"), "--no-use-colors", *arguments),
        *("--project-dir", str(project)),
        *("--profiles-dir", str(profiles if profiles.exists() else project)),
        *("--target-path", str(output), "--log-path", str(output)),
    ]
    return subprocess.run(
        command,
        cwd=output.parent,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )


@dataclass
class Double:
    """A running double."""

    port: int
    work: Path
    token: str = TOKEN

    @property
    def environment(self) -> dict[str, str]:
        """For dbt and the client."""
        return {**os.environ, "DOUBLE_PORT": str(self.port), "DOUBLE_TOKEN": self.token}

    def get(self, path: str, token: str | None = TOKEN) -> tuple[int, dict[str, Any]]:
        """Status and content of a GET."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if token is not None:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def state(self) -> dict[str, Any]:
        """The rules used so far, and what was recorded and not enforced."""
        return self.get("/_double/state")[1]

    def log(self) -> list[dict[str, Any]]:
        """All lines of the statement log."""
        # Not `splitlines()`: statements hold U+2028 and the like, which JSON need not escape.
        lines = (self.work / "statements.jsonl").read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines if line]

    def dbt(self, *arguments: str, project: Path, output: Path) -> subprocess.CompletedProcess:
        """Run dbt from .venv-databricks against the double."""
        where = {"DOUBLE_PORT": str(self.port), "DOUBLE_TOKEN": self.token}
        return run_dbt(
            ".venv-databricks", *arguments, project=project, output=output, variables=where
        )


@contextlib.contextmanager
def running_double(work: Path, *options: str) -> Iterator[Double]:
    """Start a double and end it, whatever happens in between."""
    python = ROOT / ".venv-spark/bin/python"
    if not python.exists() or not (ROOT / ".venv-databricks/bin/dbt").exists():
        pytest.fail("the environments are missing: run `make spark`")
    command = [str(python), "-m", "tests.databricks.double", "--work", str(work), *options]
    work.mkdir(parents=True, exist_ok=True)
    with (work / "spark.log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "DOUBLE_TOKEN": TOKEN},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            ready = process.stdout.readline().split()
            if ready[:1] != ["ready"]:
                pytest.fail(
                    f"the double did not start:\n{(work / 'spark.log').read_text()[-3000:]}"
                )
            yield Double(int(ready[1]), work)
        finally:
            # Spark ends with the process that started it.
            process.terminate()
            process.wait(60)
            shutil.rmtree(work / "warehouse", ignore_errors=True)


@pytest.fixture(scope="session")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    """One double for all tests."""
    with running_double(tmp_path_factory.mktemp("double")) as running:
        yield running


class Client:
    """A connection of databricks-sql-connector."""

    def __init__(self, double: Double):
        self.process = subprocess.Popen(
            [str(ROOT / ".venv-databricks/bin/python"), str(Path(__file__).with_name("client.py"))],
            env=double.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def rows(self, statement: str) -> list[dict[str, Any]]:
        """The rows of a statement that works."""
        answer = self._ask(statement)
        assert "error" not in answer, answer["error"]
        return answer["rows"]

    def error(self, statement: str | dict[str, str]) -> str:
        """The message of a statement, or call, that does not."""
        answer = self._ask(statement)
        assert "error" in answer, f"no error from {statement}"
        return answer["error"]

    def _ask(self, statement: str | dict[str, str]) -> dict[str, Any]:
        print(json.dumps(statement), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="session")
def client(double: Double) -> Iterator[Client]:
    """One connection for all tests."""
    client = Client(double)
    yield client
    client.process.stdin.close()
    client.process.wait(30)
