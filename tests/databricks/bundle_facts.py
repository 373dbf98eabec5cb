"""What the bundle may hold and what its jobs would build, asked of Databricks' SDK and of dbt.

Runs in .venv-databricks, which has both; test_bundle.py runs in .venv and reads the JSON that it leaves in FOLDER.

    python bundle_facts.py fields FOLDER   the fields of a job, a schema and a volume
    python bundle_facts.py builds FOLDER   the nodes that each task builds; dbt writes to FOLDER, too
"""

import dataclasses
import enum
import inspect
import json
import os
import shlex
import sys
import typing
from pathlib import Path
from typing import Any

import yaml
from databricks.sdk.service import catalog, dashboards, jobs

PROJECT = Path(__file__).resolve().parents[2]
VALUES = {
    "${bundle.target}": "prod",
    "${var.catalog}": "medallion_prod",
    "${var.schema}": "default",
    "${var.warehouse_id}": "0123456789abcdef",
    "${var.landing_path}": "/Volumes/medallion_prod/landing/files",
}


def fields(kind: Any) -> Any:
    """What a type allows: a dict of fields, a list of one, the values of an enumeration, or a type's name."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Union:
        return fields(arguments[0])
    if origin is list:
        return [fields(arguments[0])]
    if origin is dict:
        return "dict"
    if inspect.isclass(kind) and issubclass(kind, enum.Enum):
        return {"one of": [member.value for member in kind]}
    if dataclasses.is_dataclass(kind):
        if kind is jobs.ForEachTask:  # holds a task, which would not end
            return {}
        hints = typing.get_type_hints(kind)
        return {field.name: fields(hints[field.name]) for field in dataclasses.fields(kind)}
    return kind.__name__


def creatable(method: Any) -> dict[str, Any]:
    """What the arguments of a method of the SDK allow."""
    hints = typing.get_type_hints(method)
    return {
        name: fields(hints[name])
        for name in inspect.signature(method).parameters
        if name in hints and name != "self"
    }


def resources() -> dict[str, Any]:
    """What each kind of resource may hold: the API's fields, and those that the bundle adds."""
    grants = {"grants": [{"principal": "str", "privileges": [fields(catalog.Privilege)]}]}
    permissions = {
        "permissions": [{"group_name": "str", "service_principal_name": "str", "level": "str"}]
    }
    # Read from a file, in a catalog and schema of the target; the rest is the API's.
    file = dict.fromkeys(("file_path", "dataset_catalog", "dataset_schema"), "str")
    return {
        "dashboards": fields(dashboards.Dashboard)
        | file
        | {"embed_credentials": "bool"}
        | permissions,
        "jobs": fields(jobs.JobSettings) | permissions,
        "schemas": creatable(catalog.SchemasAPI.create) | grants,
        "volumes": creatable(catalog.VolumesAPI.create) | grants,
    }


def builds(folder: str) -> dict[str, list[str]]:
    """The ids of the nodes that each task's own command selects, asked of dbt."""
    from dbt.cli.main import dbtRunner

    os.environ |= {
        "DBT_HOST": "offline.invalid",
        "DBT_ACCESS_TOKEN": "not-a-token",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    jobs_file = (PROJECT / "deploy/databricks/medallion_job.yml").read_text(encoding="utf-8")
    root_file = (PROJECT / "databricks.yml").read_text(encoding="utf-8")
    variables = yaml.safe_load(root_file)["variables"]["dbt_vars"]["default"]
    for reference, value in VALUES.items():
        variables = variables.replace(reference, value)
    where = [
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT / "profiles")),
        *("--target-path", folder, "--log-path", folder),
    ]
    manifest = None
    found = {}
    for job in yaml.safe_load(jobs_file)["resources"]["jobs"].values():
        for task in job["tasks"]:
            (command,) = task["dbt_task"]["commands"]
            arguments = shlex.split(command.replace("${var.dbt_vars}", variables))[2:]
            if manifest is None:
                target = arguments[: arguments.index("--vars") + 2]
                manifest = dbtRunner().invoke(["--quiet", "parse", *target, *where]).result
            output = ["--output", "json", "--output-keys", "unique_id"]
            result = dbtRunner(manifest=manifest).invoke(
                ["--quiet", "--log-level", "none", "ls", *output, *arguments, *where]
            )
            if not result.success:
                raise RuntimeError(f"{task['task_key']}: {result.exception}")
            found[f"{job['name']}.{task['task_key']}"] = [
                json.loads(line)["unique_id"] for line in result.result
            ]
    return found


if __name__ == "__main__":
    what, where = sys.argv[1:]
    answer = resources() if what == "fields" else builds(where)
    (Path(where) / f"{what}.json").write_text(json.dumps(answer), encoding="utf-8")
