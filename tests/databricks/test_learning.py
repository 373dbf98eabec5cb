"""Python models, and the marts that publish them, end with the same rows on both engines.

Everything is built on DuckDB. What the models read is then copied to the double, table by table, and only they run there:
as notebooks on Spark that import the project from its folder.
"""

import json
import shutil
import subprocess
from pathlib import Path

import duckdb
import yaml
from conftest import ROOT, running_double
from test_parity import Twins

# The sample is too small for pairs in five orders. What is copied has no primary key that a foreign key could name.
VARIABLES = json.dumps(
    {"affinity_minimum_orders": 1, "column_comments": False, "foreign_keys": False}
)
BARE = (
    *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
    *("--vars", VARIABLES),
)


def learning(manifest: dict) -> tuple[set[str], set[str]]:
    """The models tagged `learning`, and the others that they read: names with their schema."""
    nodes = manifest["nodes"]
    models = {key for key, node in nodes.items() if "learning" in node["tags"]}
    models = {key for key in models if nodes[key]["resource_type"] == "model"}
    parents = {each for key in models for each in nodes[key]["depends_on"]["nodes"]} - models
    names = [
        {f"{nodes[key]['schema']}.{nodes[key]['alias']}" for key in keys}
        for keys in (models, parents)
    ]
    return names[0], names[1]


def copy_tables(twins: Twins, tables: set[str]) -> None:
    """Make the tables on the double, with the types and rows they have on DuckDB."""
    statements = [
        f"create schema if not exists main.{twins.name}_{each}" for each in ("silver", "gold")
    ]
    with duckdb.connect(str(twins.database), read_only=True) as connection:
        for table in sorted(tables):
            file = twins.folder / f"{table}.parquet"
            connection.execute(f"copy {table} to '{file}' (format parquet)")
            # DuckDB's timestamps have no zone, the project's on Spark are those of the session, UTC.
            columns = ", ".join(
                f"cast({name} as timestamp) as {name}" if kind == "TIMESTAMP" else name
                for name, kind in connection.execute(
                    "select column_name, data_type from information_schema.columns"
                    " where table_schema || '.' || table_name = ? order by ordinal_position",
                    [table],
                ).fetchall()
            )
            statements.append(
                f"create or replace table main.{twins.name}_{table} as select {columns} from parquet.`{file}`"
            )
    client = subprocess.run(
        [str(ROOT / ".venv-databricks/bin/python"), str(Path(__file__).with_name("client.py"))],
        env=twins.double.environment,
        input="".join(json.dumps(each) + "\n" for each in statements),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in client.stdout.splitlines()]
    assert [each for each in answers if "error" in each] == []


def test_python_models_end_the_same(tmp_path: Path) -> None:
    with running_double(tmp_path / "double") as double:
        twins = Twins(double, tmp_path / "twins", "learning")
        twins.land(*(ROOT / "landing").iterdir())
        outcome = twins.dbt("duckdb", "build", "--select", "+tag:learning", *BARE)
        assert outcome.returncode == 0, outcome.stdout[-5000:]
        models, parents = learning(json.loads((twins.folder / "duckdb/manifest.json").read_text()))
        copy_tables(twins, parents)
        # As the bundle does it: the notebooks find the package where the synced files are, and nowhere else.
        synced = tmp_path / "synced"
        shutil.copytree(ROOT / "lakehouse/learning", synced / "lakehouse/learning")
        variables = json.dumps({**json.loads(VARIABLES), "project_path": str(synced)})
        arguments = ("run", "--select", "tag:learning", "--vars", variables)
        outcome = twins.dbt("databricks", *arguments)
        assert outcome.returncode == 0, outcome.stdout[-5000:]
        compared = [each for each in twins.compare(("silver", "gold")) if each.table in models]
        assert {each.table for each in compared} == models
        assert [f"{each.table}: {each.difference}" for each in compared if each.difference] == []
        notebooks = [line for line in double.log() if "notebook" in line]
        scripts = list((ROOT / "models/intermediate/learning").glob("*.py"))
        assert len(notebooks) == len(scripts)
        assert all(str(synced) in line["source"] for line in notebooks)


def test_the_bundle_takes_the_package_along() -> None:
    bundle = yaml.safe_load((ROOT / "databricks.yml").read_text())
    excluded = {each for each in bundle["sync"]["exclude"] if each.startswith("lakehouse")}
    # A single star stays within its folder.
    assert excluded == {"lakehouse/*.py", "lakehouse/simulate/**"}
    assert '"project_path": "${workspace.file_path}"' in bundle["variables"]["dbt_vars"]["default"]
