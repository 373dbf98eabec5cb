"""The DAG that starts the Databricks job, against a server that answers as the jobs API does and refuses all else."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

TOKEN = "not-a-real-token"
JOBS = {"medallion": 11, "medallion_single": 12}


class Workspace(http.server.ThreadingHTTPServer):
    """Two jobs; a run is pending when it is first asked about, then running, then over."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.result = "SUCCESS"
        self.started: list[int] = []
        self.asked = 0
        self.refused: list[str] = []

    def connection(self) -> dict[str, str]:
        """What Airflow needs to know, in its environment."""
        place = {"host": "127.0.0.1", "schema": "http", "port": self.server_port}
        return {
            "AIRFLOW_CONN_DATABRICKS_DEFAULT": json.dumps(
                {"conn_type": "databricks", "password": TOKEN, **place}
            ),
            "DATABRICKS_POLLING_SECONDS": "1",
        }


class Handler(http.server.BaseHTTPRequestHandler):
    """Three endpoints of the jobs API, version 2.2."""

    server: Workspace

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        address = urlparse(self.path)
        given = {key: value[0] for key, value in parse_qs(address.query).items()}
        given |= json.loads(data) if data else {}
        status, content = 404, {"error_code": "ENDPOINT_NOT_FOUND"}
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            status, content = 403, {"error_code": "PERMISSION_DENIED"}
        else:
            match self.command, address.path:
                case "GET", "/api/2.2/jobs/list":
                    status, content = 200, {"jobs": self._jobs(given.get("name"))}
                case "POST", "/api/2.2/jobs/run-now" if given.get("job_id") in JOBS.values():
                    self.server.started.append(given["job_id"])
                    status, content = 200, {"run_id": 900 + len(self.server.started)}
                case "GET", "/api/2.2/jobs/runs/get" if self.server.started:
                    status, content = 200, self._run(int(given["run_id"]))
        if status != 200:
            self.server.refused.append(f"{status} {self.command} {self.path}")
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _jobs(self, name: str | None) -> list[dict[str, Any]]:
        return [
            {"job_id": number, "settings": {"name": each}}
            for each, number in JOBS.items()
            if name in (None, each)
        ]

    def _run(self, number: int) -> dict[str, Any]:
        self.server.asked += 1
        state = {"life_cycle_state": "RUNNING", "state_message": ""}
        if self.server.asked > 3:
            state = {
                "life_cycle_state": "TERMINATED",
                "result_state": self.server.result,
                "state_message": "",
            }
        return {
            "run_id": number,
            "job_id": self.server.started[-1],
            "run_page_url": f"http://127.0.0.1/#job/1/run/{number}",
            "state": state,
            "tasks": [],
        }


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    server = Workspace()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_the_job_is_found_by_its_name_started_once_and_awaited(airflow, workspace):
    states = airflow.run("medallion_databricks", **workspace.connection())
    assert states == {"build": "success"}, airflow.output[-3000:]
    assert workspace.started == [JOBS["medallion"]]
    assert workspace.asked > 3
    assert not workspace.refused


def test_a_failed_job_is_a_failed_task(airflow, workspace):
    workspace.result = "FAILED"
    states = airflow.run(
        "medallion_databricks", **workspace.connection(), DATABRICKS_JOB="medallion_single"
    )
    assert states == {"build": "failed"}
    assert workspace.started == [JOBS["medallion_single"]]


def test_a_job_that_is_not_there_is_a_failed_task(airflow, workspace):
    states = airflow.run(
        "medallion_databricks", **workspace.connection(), DATABRICKS_JOB="no_such_job"
    )
    assert states == {"build": "failed"}
    assert not workspace.started
