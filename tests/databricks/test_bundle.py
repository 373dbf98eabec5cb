"""The Databricks bundle: its files hold what the API takes, and its jobs build the whole project, each node once.

Nothing here needs Spark, Java or a workspace. What the API takes is asked of Databricks' SDK. The last word, whether a
workspace accepts the bundle, is `databricks bundle validate`'s, which the deploy workflow runs before it deploys.
"""

import copy
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lakehouse import bundle as generator

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-databricks/bin/python"
Fields = dict[str, Any]

# The keys of databricks.yml that are in use; a new one is a decision.
ROOT_KEYS = {"bundle", "include", "sync", "variables", "targets", "resources"}
TARGET_KEYS = {"default", "mode", "presets", "variables", "run_as"}
PRESET_KEYS = {"jobs_max_concurrent_runs"}
KNOWN_REFERENCES = {
    "bundle.target",
    "workspace.current_user.short_name",
    "workspace.file_path",
}

GROUPS = {
    "landing": {"engineers"},
    "bronze": {"engineers"},
    "ops": {"engineers"},
    "silver": {"engineers", "data_scientists"},
    "gold": {"engineers", "data_scientists", "business"},
}


def asked(what: str, folder: Path) -> Fields:
    """Run bundle_facts.py where dbt and the SDK are, and read its answer."""
    if not PYTHON.exists():
        pytest.fail("no .venv-databricks: run `make compile-databricks`")
    command = [PYTHON, Path(__file__).with_name("bundle_facts.py"), what, folder]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    return json.loads((folder / f"{what}.json").read_text())


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Fields:
    """What each kind of resource may hold."""
    return asked("fields", tmp_path_factory.mktemp("facts"))


@pytest.fixture(scope="module")
def files() -> Fields:
    """The bundle with the files it includes."""
    whole = yaml.safe_load((ROOT / "databricks.yml").read_text(encoding="utf-8"))
    whole["resources"] = {}
    for pattern in whole["include"]:
        for path in sorted(ROOT.glob(pattern)):
            for kind, each in yaml.safe_load(path.read_text(encoding="utf-8"))["resources"].items():
                known = whole["resources"].setdefault(kind, {})
                assert not known.keys() & each.keys(), "a resource has two definitions"
                known.update(each)
    return whole


@pytest.fixture(scope="module")
def tasks(files: Fields) -> dict[str, Fields]:
    """The tasks of the job that has one a model, by key."""
    found = files["resources"]["jobs"]["medallion"]["tasks"]
    assert len({task["task_key"] for task in found}) == len(found)
    return {task["task_key"]: task for task in found}


def misfits(value: Any, allowed: Any, where: str) -> list[str]:
    """What of a value the API does not take, a line each."""
    if isinstance(value, str) and "${" in value:
        return []
    if isinstance(allowed, dict) and "one of" in allowed:
        return [] if value in allowed["one of"] else [f"{where}: {value} is no allowed value"]
    if isinstance(allowed, list):
        if not isinstance(value, list):
            return [f"{where}: not a list"]
        pairs = [(each, allowed[0], f"{where}[{index}]") for index, each in enumerate(value)]
    elif isinstance(allowed, dict):
        if not isinstance(value, dict):
            return [f"{where}: not a mapping"]
        unknown = [f"{where}: unknown field {name}" for name in value.keys() - allowed.keys()]
        pairs = [(value[name], allowed[name], f"{where}.{name}") for name in value.keys() & allowed]
        return unknown + [line for pair in pairs for line in misfits(*pair)]
    else:
        kind = {"str": str, "int": int, "bool": bool, "dict": dict}[allowed]
        return [] if type(value) is kind else [f"{where}: {value!r} is no {allowed}"]
    return [line for pair in pairs for line in misfits(*pair)]


def problems(bundle: Fields, api: Fields) -> list[str]:
    """What is wrong with a bundle, a line each."""
    found = [f"unknown key {key}" for key in bundle.keys() - ROOT_KEYS]
    for kind, resources in bundle["resources"].items():
        for name, resource in resources.items():
            found += misfits(resource, api.get(kind, {}), f"{kind}.{name}")
    given_by_all = set.intersection(
        *(set(t.get("variables", {})) for t in bundle["targets"].values())
    )
    for name, target in bundle["targets"].items():
        found += [f"{name}: unknown key {key}" for key in target.keys() - TARGET_KEYS]
        found += [
            f"{name}: unknown preset {key}"
            for key in target.get("presets", {}).keys() - PRESET_KEYS
        ]
        if target.get("mode") not in ("development", "production"):
            found.append(f"{name}: no such mode: {target.get('mode')}")
        if target.get("mode") == "production" and "run_as" not in target:
            found.append(f"{name}: production without run_as")
        undeclared = target.get("variables", {}).keys() - bundle["variables"].keys()
        found += [f"{name}: undeclared variable {variable}" for variable in undeclared]
    for reference in set(re.findall(r"\$\{([^}]+)\}", json.dumps(bundle))):
        kind, _, rest = reference.partition(".")
        known = reference in KNOWN_REFERENCES
        if kind == "var":
            known = rest in bundle["variables"] or rest in given_by_all
        elif kind == "resources":
            group, name, field = rest.split(".")
            known = field in bundle["resources"].get(group, {}).get(name, {})
        if not known:
            found.append(f"nothing is called {reference}")
    return found


def test_the_bundle_holds_what_databricks_takes(files: Fields, api: Fields) -> None:
    assert problems(files, api) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda b: b.update(resorces={}), "unknown key resorces"),
        (lambda b: b["targets"]["prod"].update(mode="productive"), "no such mode"),
        (lambda b: b["targets"]["prod"].pop("run_as"), "without run_as"),
        (lambda b: b["targets"]["dev"].update(runas={}), "unknown key runas"),
        (lambda b: b["targets"]["dev"]["variables"].update(wharehouse="x"), "undeclared variable"),
        (lambda b: b["variables"].pop("warehouse_id"), "nothing is called var.warehouse_id"),
        (lambda b: b["resources"]["schemas"].pop("landing"), "resources.schemas.landing.name"),
        (lambda b: b["resources"]["schemas"]["gold"].update(catalog="x"), "unknown field catalog"),
        (
            lambda b: b["resources"]["schemas"]["gold"]["grants"][0].update(privileges=["READ"]),
            "READ is no allowed value",
        ),
        (
            lambda b: b["resources"]["volumes"]["files"].update(volume_type="LOCAL"),
            "LOCAL is no allowed value",
        ),
        (
            lambda b: b["resources"]["jobs"]["medallion"].update(max_concurrent_runs="1"),
            "'1' is no int",
        ),
        (
            lambda b: b["resources"]["jobs"]["medallion"]["tasks"][3]["dbt_task"].update(
                command="x"
            ),
            "unknown field command",
        ),
        (
            lambda b: b["resources"]["jobs"]["medallion"]["tasks"][3].update(depends_on="seeds"),
            "not a list",
        ),
    ],
)
def test_a_mistake_is_found(
    files: Fields, api: Fields, change: Callable[[Fields], Any], problem: str
) -> None:
    broken = copy.deepcopy(files)
    change(broken)
    assert any(problem in line for line in problems(broken, api))


def test_only_groups_are_granted_anything(files: Fields) -> None:
    for name, schema in files["resources"]["schemas"].items():
        groups = {grant["principal"] for grant in schema["grants"]}
        assert groups == {f"${{var.{group}_group}}" for group in GROUPS[name]}, name
    grants = [
        grant
        for kind in ("schemas", "volumes")
        for resource in files["resources"][kind].values()
        for grant in resource["grants"]
    ]
    assert all(re.fullmatch(r"\$\{var\.\w+_group\}", grant["principal"]) for grant in grants)
    read_only = {"USE_SCHEMA", "SELECT"}
    assert all(
        set(grant["privileges"]) <= read_only
        for schema in files["resources"]["schemas"].values()
        for grant in schema["grants"]
    )


def test_the_environments_are_those_of_the_schema_names(files: Fields) -> None:
    assert files["targets"].keys() == {"dev", "staging", "prod"}
    assert files["targets"]["dev"]["mode"] == "development"
    # The bundle's own prefix for schemas in development mode, and dbt's, are the same.
    assert (
        files["targets"]["dev"]["variables"]["schema"] == "dev_${workspace.current_user.short_name}"
    )


def test_nothing_of_a_workspace_stands_in_the_files() -> None:
    paths = [ROOT / "databricks.yml", *(ROOT / "deploy/databricks").glob("*")]
    paths += (ROOT / ".github/workflows").glob("*.yml")
    for path in paths:
        text = path.read_text(encoding="utf-8")
        for what in (
            r"dapi[0-9a-f]{8}",
            r"https?://\S*(?:azuredatabricks|databricks\.com|cloud\.databricks)",
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-",
            r"warehouses/[0-9a-f]{8}",
            r"[\w.]+@[\w-]+\.\w+",
            r"(?i)(?:secret|token|password)\s*:\s*['\"]?[\w-]{8,}",
        ):
            assert not re.search(what, text), f"{path.name}: {re.search(what, text)[0]}"


def test_what_deploys_gives_every_variable_that_has_no_default(files: Fields) -> None:
    required = {name for name, each in files["variables"].items() if "default" not in each}
    workflow = (ROOT / ".github/workflows/deploy.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"BUNDLE_VAR_(\w+):", workflow)) == required
    how_to = (ROOT / "docs/how-to/run-on-databricks.md").read_text(encoding="utf-8")
    assert {name for name in required if f"BUNDLE_VAR_{name}" not in how_to} == set()


def test_every_model_has_one_task(tasks: dict[str, Fields]) -> None:
    models = {
        path.stem
        for folder in (ROOT / "models", ROOT / "package/models")
        for kind in ("sql", "py")
        for path in folder.rglob(f"*.{kind}")
    }
    assert tasks.keys() == models | {generator.SEEDS}


def test_tasks_keep_to_the_limits(files: Fields) -> None:
    for job in files["resources"]["jobs"].values():
        assert len(job["tasks"]) <= 1000
        assert job["max_concurrent_runs"] == 1
        assert job["queue"]["enabled"]
        keys = {environment["environment_key"] for environment in job["environments"]}
        for task in job["tasks"]:
            assert re.fullmatch(r"[\w-]{1,100}", task["task_key"])
            assert task["environment_key"] in keys
            assert task["max_retries"] > 0
            assert task["timeout_seconds"] > 0
            dbt = task["dbt_task"]
            assert 1 <= len(dbt["commands"]) <= 10
            assert all(command.startswith("dbt ") for command in dbt["commands"])
            # The API takes one of the two.
            assert ("warehouse_id" in dbt) != ("profiles_directory" in dbt)
            folder = ROOT / "deploy/databricks" / dbt["project_directory"]
            assert (folder / dbt["profiles_directory"] / "profiles.yml").is_file()


def test_tasks_wait_for_earlier_ones_only(tasks: dict[str, Fields]) -> None:
    earlier: set[str] = set()
    for key, task in tasks.items():
        assert {each["task_key"] for each in task.get("depends_on", [])} <= earlier
        earlier.add(key)


def test_the_profile_of_the_jobs_sets_the_same_session() -> None:
    profile = yaml.safe_load((ROOT / "profiles/profiles.yml").read_text(encoding="utf-8"))
    outputs = profile["medallion"]["outputs"]
    assert outputs["databricks_job"]["session_properties"] == {"TIMEZONE": "UTC"}
    assert outputs["databricks_job"]["type"] == outputs["databricks"]["type"]


def test_dbt_builds_every_node_in_one_task(tmp_path: Path, tasks: dict[str, Fields]) -> None:
    answer = asked("builds", tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    nodes = manifest["nodes"] | manifest["unit_tests"]
    kinds = ("model", "seed", "snapshot", "test", "unit_test")
    wanted = sorted(name for name, node in nodes.items() if node["resource_type"] in kinds)
    # `ls` without a selection names sources and analyses, too.
    assert set(wanted) <= set(answer.pop("medallion_single.build"))
    assert sorted(name for built in answer.values() for name in built) == wanted

    home = {name: key.split(".")[1] for key, built in answer.items() for name in built}
    for name, key in home.items():
        waits_for = {each["task_key"] for each in tasks[key].get("depends_on", [])}
        reads = {home[each] for each in nodes[name]["depends_on"].get("nodes", []) if each in home}
        assert reads - {key} <= waits_for, name


@st.composite
def manifests(draw: st.DrawFn) -> Fields:
    """A manifest with models that read earlier ones and seeds, and tests that read anything."""
    count = draw(st.integers(1, 8))
    names = draw(st.permutations([f"m{index}" for index in range(count)]))
    nodes = {
        f"seed.{name}": {"name": name, "resource_type": "seed", "depends_on": {"nodes": []}}
        for name in ("s1", "s2")
    }
    for kind, each in [
        *(("model", name) for name in names),
        *(("test", f"t{i}") for i in range(4)),
    ]:
        readable = [name for name in nodes if not name.startswith("test.")]
        reads = draw(st.lists(st.sampled_from(readable), unique=True, max_size=4))
        nodes[f"{kind}.{each}"] = {
            "name": each,
            "resource_type": kind,
            "depends_on": {"nodes": [*reads, "source.x"]},
        }
    return {"nodes": nodes}


@given(manifests())
def test_any_project_gets_tasks_without_a_circle(manifest: Fields) -> None:
    nodes = manifest["nodes"]
    order = generator.tasks(manifest)
    built: dict[str, str] = {name: generator.SEEDS for name in nodes if name.startswith("seed.")}
    earlier: set[str] = set()
    for key, selection, waits_for in order:
        assert set(waits_for) <= earlier
        earlier.add(key)
        taken = [f"model.{key}"] if key != generator.SEEDS else []
        taken += [f"test.{name}" for name in selection if f"test.{name}" in nodes]
        assert not built.keys() & set(taken)
        built |= dict.fromkeys(taken, key)
    waits = {key: set(waits_for) | {key} for key, _, waits_for in order}
    for name, node in nodes.items():
        reads = {built[each] for each in node["depends_on"]["nodes"] if each in built}
        if name in built:
            assert reads <= waits[built[name]]
        else:
            # dbt takes a test that reads one model, or seeds alone, along with them.
            assert name.startswith("test.")
            assert len(reads) == 1


def test_a_test_goes_to_the_last_model_it_reads_which_waits_for_the_others() -> None:
    def node(kind: str, name: str, *reads: str) -> Fields:
        return {"name": name, "resource_type": kind, "depends_on": {"nodes": list(reads)}}

    manifest = {
        "nodes": {
            "model.b": node("model", "b"),
            "model.a": node("model", "a", "model.b"),
            "model.c": node("model", "c", "model.b"),
            "test.both": node("test", "both", "model.a", "model.c"),
            "test.one": node("test", "one", "model.a"),
            "test.none": node("test", "none"),
        }
    }
    assert generator.tasks(manifest) == [
        ("seeds", ["resource_type:seed", "none"], []),
        ("b", ["b"], []),
        ("a", ["a"], ["b"]),
        ("c", ["c", "both"], ["b", "a"]),
    ]


def test_check_says_when_the_file_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from lakehouse.cli import main

    manifest = tmp_path / "manifest.json"
    manifest.write_text('{"nodes": {}}')
    jobs = tmp_path / "medallion_job.yml"
    monkeypatch.setattr(generator, "PROJECT", tmp_path)
    monkeypatch.setattr(generator, "JOBS", jobs)
    command = ["bundle", "--manifest", str(manifest)]
    assert main([*command, "--check"]) == 1
    assert "medallion_job.yml is stale: run `make bundle`" in capsys.readouterr().err
    assert main(command) == 0
    assert main([*command, "--check"]) == 0
    jobs.write_text(jobs.read_text() + "#")
    assert main([*command, "--check"]) == 1
    assert main(["bundle", "--manifest", str(tmp_path / "none.json")]) == 1
