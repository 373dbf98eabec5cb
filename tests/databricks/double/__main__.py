"""Start the double: `.venv-spark/bin/python -m tests.databricks.double --port 0 --work DIR`."""

import argparse
import os
import sys
from pathlib import Path

from tests.databricks.double import server, spark
from tests.databricks.double.workspace import Workspace


def main() -> None:
    """Serve until the process is ended; the line `ready PORT` says from when on."""
    parser = argparse.ArgumentParser(prog="double", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--work", type=Path, required=True, help="tables, metastore and log go here"
    )
    parser.add_argument("--catalog", action="append", help="a catalog's name; repeatable (main)")
    parser.add_argument("--memory", default="3g", help="of the JVM")
    arguments = parser.parse_args()
    token = os.environ.get("DOUBLE_TOKEN")
    if not token:
        sys.exit(
            "DOUBLE_TOKEN is not set: choose any token and give the same one to dbt's profile."
        )
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    workspace = Workspace(
        session=spark.start(work, arguments.memory),
        catalogs=[name.lower() for name in arguments.catalog or ["main"]],
        log_path=work / "statements.jsonl",
    )
    server.serve(workspace, arguments.port, token)


if __name__ == "__main__":
    main()
