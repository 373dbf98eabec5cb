"""The REST door: what a Python model needs to be uploaded, run and watched."""

import base64
import itertools
import re
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.databricks.double.workspace import Refused, Workspace

# A submission is answered when the run ends, or after this; the adapter then polls every ten seconds.
PATIENCE_SECONDS = 30


@dataclass
class Run:
    """One execution of a notebook."""

    number: int
    task_key: str
    finished: threading.Event = field(default_factory=threading.Event)
    error: str | None = None
    trace: str | None = None

    def status(self) -> dict[str, Any]:
        """As `jobs/runs/get` tells it."""
        state = {"life_cycle_state": "RUNNING"}
        if self.finished.is_set():
            state = {
                "life_cycle_state": "INTERNAL_ERROR" if self.error else "TERMINATED",
                "result_state": "FAILED" if self.error else "SUCCESS",
                "state_message": self.error or "",
            }
        return {
            "run_id": self.number,
            "job_id": self.number,
            "run_page_url": f"http://127.0.0.1/#job/{self.number}/run/{self.number}",
            "tasks": [{"run_id": self.number, "task_key": self.task_key}],
            "state": state,
        }


class Notebooks:
    """Uploaded sources and their runs; each ends with what the notebook itself ended with."""

    def __init__(self, workspace: Workspace):
        self.workspace = workspace
        self.numbers = itertools.count(1001)
        self.sources: dict[str, str] = {}
        self.runs: dict[int, Run] = {}

    def endpoints(self) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        """What is answered; the version before the path is left out."""
        return {
            "GET /preview/scim/v2/Me": lambda _: {"id": "1", "userName": "double@example.test"},
            "POST /workspace/mkdirs": lambda _: {},
            "POST /workspace/import": self._import,
            "POST /jobs/runs/submit": self._submit,
            "GET /jobs/runs/get": lambda query: self.runs[int(query["run_id"])].status(),
            "GET /jobs/runs/get-output": self._output,
        }

    def permissions(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Recorded, not enforced."""
        self.workspace.recorded.permissions[path] = body
        return {"object_id": path}

    def _import(self, body: dict[str, Any]) -> dict[str, Any]:
        self.sources[body["path"]] = base64.b64decode(body["content"]).decode()
        return {}

    def _submit(self, body: dict[str, Any]) -> dict[str, Any]:
        (task,) = body["tasks"]
        path = task["notebook_task"]["notebook_path"]
        wanted = {"libraries": task.get("libraries"), "environments": body.get("environments")}
        if any(wanted.values()):
            # The notebook runs with what the double's environment has.
            self.workspace.recorded.libraries[path] = {k: v for k, v in wanted.items() if v}
        return {"run_id": self._start(self.sources[path], task["task_key"]).number}

    def _start(self, source: str, task_key: str) -> Run:
        run = Run(next(self.numbers), task_key)
        self.runs[run.number] = run
        threading.Thread(target=self._run, args=(run, source), daemon=True).start()
        run.finished.wait(PATIENCE_SECONDS)
        return run

    def _run(self, run: Run, source: str) -> None:
        """Execute the notebook in a session of its own."""
        session = self.workspace.session.newSession()
        try:
            if re.search(r"(?m)^\s*%", source):
                raise Refused("the double obeys no notebook magic such as %pip")
            code = compile(self._local_names(source), "notebook", "exec")
            exec(code, {"__name__": "__main__", "spark": session})
        except BaseException as error:
            run.error, run.trace = f"{type(error).__name__}: {error}", traceback.format_exc()
        finally:
            self.workspace.hit("notebook")
            self.workspace.log(notebook=run.number, source=source, error=run.error)
            run.finished.set()

    def _local_names(self, source: str) -> str:
        for catalog in self.workspace.catalogs:
            source = source.replace(f"`{catalog}`.`", "`spark_catalog`.`")
        return source

    def _output(self, query: dict[str, Any]) -> dict[str, Any]:
        run = self.runs[int(query["run_id"])]
        return {"error": run.error, "error_trace": run.trace}
