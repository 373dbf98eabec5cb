"""The DAGs: their shape against the manifest, their runs against `dbt build`."""

import http.server
import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lakehouse.bundle import SEEDS, tasks
from tests.e2e.compare import differences

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "target/airflow/target/manifest.json"
COMPLETE = "gold_is_complete"


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    if not MANIFEST.exists():
        pytest.skip("there is no manifest: `make airflow-manifest` writes it")
    return json.loads(MANIFEST.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def structure(airflow, manifest) -> dict[str, Any]:
    assert manifest["nodes"]  # what the DAGs are made from
    return airflow.run("structure")


def test_every_model_has_one_task(structure, manifest):
    models = {
        node["alias"] for node in manifest["nodes"].values() if node["resource_type"] == "model"
    }
    assert structure["medallion"]["tasks"].keys() == models | {SEEDS, COMPLETE}


def test_a_model_waits_for_what_it_reads(structure, manifest):
    shape = structure["medallion"]["tasks"]
    nodes = manifest["nodes"]
    for node in nodes.values():
        if node["resource_type"] == "model":
            read = {
                SEEDS if nodes[name]["resource_type"] == "seed" else nodes[name]["alias"]
                for name in node["depends_on"]["nodes"]
                if name in nodes
            }
            assert read <= set(shape[node["alias"]]["waits_for"])


def test_every_test_runs_in_one_task_after_all_it_reads(structure, manifest):
    """A test on one model comes with the model, cautiously; one on several is named, once."""
    shape = structure["medallion"]["tasks"]
    nodes = manifest["nodes"]
    for test in nodes.values():
        if test["resource_type"] != "test":
            continue
        read = {
            SEEDS if nodes[name]["resource_type"] == "seed" else nodes[name]["alias"]
            for name in test["depends_on"]["nodes"]
            if name in nodes
        }
        homes = [key for key, task in shape.items() if test["name"] in (task["select"] or [])]
        if len(read) > 1 or not read:
            assert len(homes) == 1, test["name"]
            assert read <= {homes[0], *shape[homes[0]]["waits_for"]}, test["name"]
        else:
            assert not homes, test["name"]
    assert all(
        task["indirect_selection"] == "cautious" for key, task in shape.items() if key != COMPLETE
    )


def test_gold_is_complete_after_everything(structure):
    shape = structure["medallion"]["tasks"]
    read = {parent for task in shape.values() for parent in task["waits_for"]}
    assert shape.keys() - read == {COMPLETE}
    assert shape[COMPLETE]["outlets"] == ["medallion_gold"]


def test_one_task_and_one_run_at_a_time(structure):
    """DuckDB's file takes one writer."""
    for name in ("medallion", "medallion_single"):
        assert structure[name]["max_active_tasks"] == 1
        assert structure[name]["max_active_runs"] == 1
    assert all(
        task["retries"] == 1
        for name in structure
        for key, task in structure[name]["tasks"].items()
        if key != COMPLETE
    )


def test_a_run_leaves_what_dbt_build_leaves(airflow, manifest, tmp_path):
    """Of the real project, over the sample: the model of gold that is reached from bronze in the fewest steps, and these."""
    nodes = manifest["nodes"]
    needs = {name: ancestors(nodes, name) for name in nodes if name.startswith("model.")}
    through = [
        name
        for name, read in needs.items()
        if nodes[name]["schema"].endswith("gold")
        and any(nodes[each]["schema"].endswith("bronze") for each in read)
    ]
    kept = set(needs[min(through or needs, key=lambda name: (len(needs[name]), name))])
    kept |= {name for name in nodes if nodes[name]["resource_type"] == "seed"}
    cut = {
        "nodes": {
            name: node
            for name, node in nodes.items()
            if name in kept
            or (
                node["resource_type"] == "test"
                and {each for each in node["depends_on"]["nodes"] if each in nodes} <= kept
            )
        }
    }
    selection = [
        part for _, selected, _ in tasks(cut) for part in selected if part != "resource_type:seed"
    ]
    (tmp_path / "target").mkdir()
    (tmp_path / "target/manifest.json").write_text(json.dumps(cut), encoding="utf-8")
    states = airflow.run(
        "medallion",
        MEDALLION_MANIFEST=str(tmp_path / "target/manifest.json"),
        DUCKDB_PATH=str(tmp_path / "airflow.duckdb"),
        LANDING_PATH="landing",
    )
    assert COMPLETE in states
    assert set(states.values()) == {"success"}, airflow.output[-5000:]
    subprocess.run(
        [
            *(str(ROOT / ".venv/bin/dbt"), "build", "--indirect-selection", "cautious"),
            *("--select", "resource_type:seed", *selection, "--target", "duckdb"),
            *("--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path)),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "DUCKDB_PATH": str(tmp_path / "build.duckdb"),
            "LANDING_PATH": "landing",
        },
        check=True,
    )
    schemas = ("bronze", "silver", "gold", "ops")
    found = differences(tmp_path / "airflow.duckdb", tmp_path / "build.duckdb", schemas)
    # The ledger tells of runs, and here are several.
    assert found.keys() <= {"ops.ops_model_runs"}, found
    with duckdb.connect(str(tmp_path / "airflow.duckdb"), read_only=True) as connection:
        assert (
            connection.execute("select count(*) from duckdb_tables()").fetchone()[0] > len(kept) / 2
        )


def ancestors(nodes: dict[str, Any], name: str) -> set[str]:
    """A node and all that it reads."""
    return {name}.union(
        *(
            ancestors(nodes, each)
            for each in nodes[name]["depends_on"].get("nodes", [])
            if each in nodes
        )
    )


# `numbers` holds what NUMBER says; a test wants 1, another wants each number among the letters.
SMALL = {
    "dbt_project.yml": "name: medallion\nprofile: medallion\nflags: {send_anonymous_usage_stats: false}\n",
    "profiles/profiles.yml": """
        medallion:
          target: duckdb
          outputs:
            duckdb: {type: duckdb, path: "{{ env_var('DUCKDB_PATH') }}"}
    """,
    "models/numbers.sql": "select {{ env_var('NUMBER') }} as number",
    "models/letters.sql": "select 1 as number, 'a' as letter union all select 2, 'b'",
    "models/pairs.sql": "select number, letter from {{ ref('numbers') }} join {{ ref('letters') }} using (number)",
    "models/aside.sql": "select number from {{ ref('letters') }}",
    "models/schema.yml": """
        models:
          - name: numbers
            columns:
              - name: number
                data_tests:
                  - accepted_values: {arguments: {values: [1, 3], quote: false}}
                  - relationships: {arguments: {to: ref('letters'), field: number}}
    """,
}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A project of four models, so that a run takes seconds: what happens after a failure is the same in any."""
    project = tmp_path_factory.mktemp("small")
    for name, text in SMALL.items():
        path = project / name
        path.parent.mkdir(exist_ok=True)
        lines = text.strip("\n").splitlines()
        indent = len(lines[0]) - len(lines[0].lstrip())
        path.write_text("\n".join(line[indent:] for line in lines) + "\n", encoding="utf-8")
    (project / "lakehouse").symlink_to(ROOT / "lakehouse")
    subprocess.run(
        [
            *(str(ROOT / ".venv/bin/dbt"), "parse", "--project-dir", str(project)),
            *("--profiles-dir", str(project / "profiles")),
            *("--target-path", str(project / "target/airflow/target"), "--log-path", str(project)),
        ],
        env={**os.environ, "DUCKDB_PATH": "unused.duckdb", "NUMBER": "1"},
        check=True,
    )
    return project


def run_small(airflow, small: Path, number: int, dag: str = "medallion", **variables: str) -> dict:
    """Run a DAG of the small project with a number; gives the states."""
    return airflow.run(
        dag,
        MEDALLION_HOME=str(small),
        MEDALLION_DBT=str(ROOT / ".venv/bin/dbt"),
        DUCKDB_PATH="small.duckdb",
        NUMBER=str(number),
        **variables,
    )


def numbers(small: Path, table: str) -> list[int]:
    """What a table of the small project holds."""
    with duckdb.connect(str(small / "small.duckdb"), read_only=True) as connection:
        return [row[0] for row in connection.execute(f"select number from {table}").fetchall()]


def test_a_failed_test_stops_what_reads_the_model_and_a_repaired_run_goes_on(airflow, small):
    received = []

    class Alerts(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Alerts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    states = run_small(
        airflow, small, 2, MEDALLION_ALERT_URL=f"http://127.0.0.1:{server.server_port}/"
    )
    server.shutdown()
    assert states["numbers"] == "failed"
    assert states["pairs"] == "upstream_failed"
    assert states["gold_is_complete"] == "upstream_failed"
    assert states["letters"] == states["aside"] == "success"
    assert ["medallion: numbers failed" in each["text"] for each in received] == [True]

    states = run_small(airflow, small, 1)
    assert set(states.values()) == {"success"}
    assert numbers(small, "pairs") == [1]


def test_a_failed_test_between_two_models_stops_what_reads_them(airflow, small):
    """3 is an accepted number, and no letter has it."""
    states = run_small(airflow, small, 3)
    assert states["numbers"] == "failed"
    assert states["pairs"] == "upstream_failed"


def test_the_single_dag_builds_everything_in_one_task(airflow, small):
    assert run_small(airflow, small, 1, dag="medallion_single") == {"build": "success"}
    assert numbers(small, "pairs") == [1]
