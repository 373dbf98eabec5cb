r"""A lakehouse in a temporary folder, run by the real project: the harness of the end-to-end tests.

    lakehouse = Lakehouse(tmp_path)
    lakehouse.land("2018-08-01/olist_orders_dataset.csv", "order_id,customer_id\n1,2\n")
    lakehouse.dbt("build")                                 # fails the test when dbt fails
    lakehouse.rows("select order_id from bronze.stg_marketplace__orders")

How it stays fast (a run costs about 2 s instead of 8):
- dbt is imported once, in multiprocessing's fork server; every run is a fresh process forked from it, so runs share
  no state and can be killed like any other (`start`).
- Builds leave out the Python models (tag `learning`), unless a test asks for them by `learning=True`.
- LANDING_PATH and DUCKDB_PATH are relative and dbt runs in the lakehouse's folder, so they are the same for every
  lakehouse, and dbt parses the project once for all of them, and once for each value of `--vars`.
"""

import gc
import gzip
import hashlib
import multiprocessing
import os
import shutil
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

import duckdb

PROJECT = Path(__file__).resolve().parents[2]

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(
    ["dbt.cli.main", "dbt.adapters.duckdb.impl", "dbt.include.duckdb", "duckdb"]
)


def _run_dbt(arguments, folder, environment, output):
    """Runs dbt in this (forked) process, its output in a file; the exit code is dbt's."""
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    # Python's collector walks the whole manifest again and again: a sixth of a run that ends soon, for 70 MB.
    gc.disable()
    from dbt.cli.main import cli

    try:
        cli(arguments, standalone_mode=True)
    except SystemExit as stop:
        os._exit(stop.code or 0)


class Run(NamedTuple):
    """What a finished dbt run left."""

    exit_code: int
    output: str
    seconds: float


class Started:
    """A dbt run under way."""

    def __init__(self, process, output):
        self.process, self._output, self._begin = process, output, time.monotonic()

    def kill(self):
        """Ends the run as a crash would (SIGKILL)."""
        self.process.kill()
        self.process.join()

    def wait(self, timeout=300):
        """Waits for the end and gives the Run."""
        self.process.join(timeout)
        if self.process.exitcode is None:
            self.kill()
            raise TimeoutError(f"dbt did not end within {timeout} s:\n{self.output()}")
        return Run(self.process.exitcode, self.output(), time.monotonic() - self._begin)

    def output(self):
        """What dbt has written so far."""
        return self._output.read_text(errors="replace") if self._output.exists() else ""


def start_dbt(arguments, folder, environment, output):
    """Starts dbt in a folder and gives a Started; its output goes into a file."""
    process = _server.Process(
        target=_run_dbt, args=(list(map(str, arguments)), str(folder), environment, str(output))
    )
    process.start()
    return Started(process, output)


class Lakehouse:
    """A landing folder and a DuckDB file of their own, in `folder`.

    `parsed` is a folder that lakehouses of one session share to keep dbt's parse results in (default: one of its own);
    `project` is the dbt project to run, for a test that needs another than this one.
    """

    def __init__(self, folder, parsed=None, project=PROJECT):
        self.project = Path(project)
        self.folder = Path(folder)
        self.parsed = Path(parsed or self.folder / "parsed")
        self.landing = self.folder / "landing"
        self.database = self.folder / "lakehouse.duckdb"
        self.landing.mkdir(parents=True, exist_ok=True)
        self.runs = 0

    def land(self, name, content, modified_at=None):
        """Puts a file into the landing folder.

        `content` is bytes or text (written as UTF-8; for a name in .gz it is compressed). `modified_at` is the
        file's time: a datetime (UTC when it has no zone) or an ISO text such as '2018-08-01 10:00:00'.
        """
        content = content.encode() if isinstance(content, str) else content
        path = self.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content, 1) if name.lower().endswith(".gz") else content)
        if modified_at is not None:
            moment = (
                datetime.fromisoformat(modified_at) if isinstance(modified_at, str) else modified_at
            )
            moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
            os.utime(path, (moment.timestamp(), moment.timestamp()))
        return path

    def start_from(self, other):
        """Begins with the database of another lakehouse: the file, and what of it only the write-ahead log holds."""
        for file in other.folder.glob(f"{other.database.name}*"):
            shutil.copy(file, self.folder)

    def start(self, *arguments, env=None, learning=False):
        """Starts dbt (arguments as on the command line) and gives a Started; `env` adds environment variables."""
        self.runs += 1
        target, output = self.folder / "target", self.folder / f"dbt-{self.runs}.log"
        target.mkdir(exist_ok=True)
        environment = {
            **os.environ,
            "LANDING_PATH": "landing",
            "DUCKDB_PATH": self.database.name,
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_USE_COLORS": "false",
            # What dbt tells is in its output; the log of all it does takes a tenth of a run.
            "DBT_LOG_LEVEL_FILE": "none",
            **(env or {}),
        }
        if not learning and arguments[0] in ("build", "run", "test"):
            arguments = (*arguments, "--exclude", "tag:learning")
        command = [
            *arguments,
            *("--project-dir", str(self.project), "--profiles-dir", str(self.project / "profiles")),
            *("--target-path", str(target), "--log-path", str(self.folder / "logs")),
        ]
        if (parse := self._parse(arguments)).exists():
            command += ["--partial-parse-file-path", str(parse)]
        return start_dbt(command, self.folder, environment, output)

    def dbt(self, *arguments, env=None, check=True, learning=False):
        """Runs dbt and gives the Run; with `check`, a failed run fails the test and shows dbt's output."""
        run = self.start(*arguments, env=env, learning=learning).wait()
        # dbt reads it where it is told, and writes it here.
        written = self.folder / "target" / "partial_parse.msgpack"
        if written.exists():
            self.parsed.mkdir(exist_ok=True)
            written.replace(self._parse(arguments))
        if check and run.exit_code:
            raise AssertionError(
                f"dbt {' '.join(map(str, arguments))} ended with {run.exit_code}:\n{run.output}"
            )
        return run

    def _parse(self, arguments):
        """Where dbt's parse result is kept for what stands behind `--vars`."""
        variables = arguments[arguments.index("--vars") + 1] if "--vars" in arguments else ""
        return self.parsed / f"{hashlib.md5(variables.encode()).hexdigest()}.msgpack"

    def connect(self):
        """A read-only connection; close it (or use it in `with`) before the next dbt run."""
        return duckdb.connect(str(self.database), read_only=True)

    def rows(self, query, parameters=None):
        """The rows of a query as tuples."""
        with self.connect() as connection:
            return connection.execute(query, parameters or []).fetchall()

    def records(self, query, parameters=None):
        """The rows of a query as dicts."""
        with self.connect() as connection:
            result = connection.execute(query, parameters or [])
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def value(self, query, parameters=None):
        """The one value a query gives."""
        return self.rows(query, parameters)[0][0]
