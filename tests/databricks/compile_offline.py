"""Compile every model with the Databricks adapter, without a workspace, and look for what only DuckDB understands.

Run as a script (`make compile-databricks`) it compiles the project four ways: from scratch, as an incremental run,
with a catalog a domain and row filters, and with streaming tables and materialized views. The adapter is the real one; it is offline and has a token that is none.

Compiling reads no landing zone, so a copy of the project is compiled in which a macro gives files of each kind instead,
and in which `is_incremental()` answers what is asked for. In the copy, every macro named `duckdb_…` stops with an error.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# The site loads this file by its path.
sys.path.insert(0, str(Path(__file__).parent))
import metric_view_spec

PROJECT = Path(__file__).parents[2]
DBT = PROJECT / ".venv-databricks/bin/dbt"
PARTS = (
    "macros",
    "models",
    "package",
    "seeds",
    "analyses",
    "tests/singular",
    "tests/generic",
    "profiles",
)

# Functions and signs of DuckDB that the adapter, which parses no SQL, lets pass.
DUCKDB_ONLY = {
    "a cast with two colons": r"::",
    "a function of DuckDB": r"\b(?:read_(?:csv|parquet|blob|json|text)|regexp_(?:matches|full_match)|list_\w+|len|unnest"
    r"|string_(?:agg|split)|str(?:p|f)time|try_strptime|date_(?:diff|sub)|epoch\w*|json_(?:extract\w*|merge_patch|keys)"
    r"|generate_series|strlen|error|map_keys\(cast|hash)\s*\(",
    "a clause of DuckDB": r"\*\s*(?:exclude|replace)\b|\b(?:by name\s+select|ignore nulls\s*\)|asof join|positional join)",
    "a function that an ANSI error stops": r"\bdecode\s*\([^()]*,\s*'utf-?8'",
}
# Within string literals.
DUCKDB_PATTERNS = {"a character class of RE2": r"\[\[:\w+:\]\]"}

OVERRIDES = """
{% macro is_incremental() %}{{ return(var('offline_incremental', false)) }}{% endmacro %}

{% macro databricks_files_to_read(entity) %}
    {%- set files = [] -%}
    {%- for name, header, is_regular in [
        ('a.csv', 'a,b', true), ('b.csv', 'a,b', false), ('c.jsonl', '{}', true), ('d.parquet', 'a,b', true),
        ('e.csv.gz', none, false)
    ] -%}
        {%- do files.append({
            'source_file': "it's " ~ name, 'file_format': name.split('.')[1], 'size_bytes': 1, 'header': header,
            'modified_at': '2018-08-01 00:00:00', 'delivered_at': '2018-08-01 00:00:00', 'is_regular': is_regular,
            'column_names': none,
        }) -%}
    {%- endfor -%}
    {{ return(files) }}
{% endmacro %}

{% macro databricks_parquet_texts(source_file) %}
    {{ return({'a': 'cast(`a` as string)', 'B': 'to_json(`B`)'}) }}
{% endmacro %}
"""
INVENTORY = """
{% if execute %}
{{ databricks_landed_files(landing_entities()) }}
;
{{ databricks_text_facts(["file:/it's"]) }}
;
{{ databricks_count_records(["file:/it's"]) }}
{% endif %}
"""
# What guards personal data: the functions, and for each model its tags and masks.
POLICIES = """
{% if execute %}
{{ policy_statements() | join(';') }}
{%- for node in graph.nodes.values() if node.resource_type == 'model' %}
;
{{ governing_statements(node, api.Relation.create(node.database, node.schema, node.alias, type='table'), {}) | join(';') }}
{%- endfor %}
{% endif %}
"""
# What is compiled where tests and analyses are of no matter.
MODELS = ("--select", "resource_type:model", "--indirect-selection", "empty")
RUNS = {
    "from scratch": {},
    "incremental": {"offline_incremental": True},
    "domains apart, regional teams": {
        "domains_apart": "catalog",
        "regional_group": "regional-teams",
        "databricks_bronze": ["stg_carriers__shipment_events"],
    },
    "streaming tables and materialized views": {
        "databricks_bronze": "streaming_table",
        "databricks_marts": "materialized_view",
    },
}


def copy_project(target: Path) -> None:
    """A copy of the project that can be compiled without files, and in which no macro of DuckDB can be called."""
    for part in PARTS:
        shutil.copytree(PROJECT / part, target / part)
    shutil.copy(PROJECT / "dbt_project.yml", target)
    overridden = re.findall(r"{% macro (\w+)", OVERRIDES)
    for path in [*(target / "macros").rglob("*.sql"), *(target / "package/macros").rglob("*.sql")]:
        text = path.read_text()
        for name in overridden:
            text = re.sub(rf"{{%-? macro {name}\(", f"{{% macro replaced_{name}(", text)
        stop = r"\1{{ exceptions.raise_compiler_error('\2() was called') }}"
        path.write_text(re.sub(r"({%-? macro (duckdb_\w+)\([^%]*%})", stop, text))
    (target / "macros/offline.sql").write_text(OVERRIDES)
    (target / "analyses/inventory.sql").write_text(INVENTORY)
    (target / "analyses/policies.sql").write_text(POLICIES)


def compiled(project: Path, variables: dict, *selection: str) -> dict[str, str]:
    """Compile a copy, or what of it dbt's options select: name of each node to its SQL."""
    target = project / "target"
    shutil.rmtree(target, ignore_errors=True)
    process = subprocess.run(
        [
            *(
                DBT,
                "--quiet",
                "compile",
                "--target",
                "databricks",
                "--no-populate-cache",
                "--no-introspect",
            ),
            *(
                "--project-dir",
                project,
                "--profiles-dir",
                project / "profiles",
                "--target-path",
                target,
            ),
            *("--log-path", target, "--vars", json.dumps(variables), *selection),
        ],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(project),
            "DATABRICKS_HOST": "offline.invalid",
            "DATABRICKS_HTTP_PATH": "sql/1.0/warehouses/offline",
            "DATABRICKS_TOKEN": "not-a-token",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "LANDING_PATH": "/Volumes/medallion_dev/landing/files",
        },
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        raise RuntimeError(process.stdout + process.stderr)
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    # By alias: the versions of a model share its name.
    return {node["alias"]: node["compiled_code"] for node in nodes if node.get("compiled_code")}


def findings(statements: dict[str, str]) -> list[str]:
    """What only DuckDB understands, one line each."""
    found = []
    python_models = {path.stem for path in (PROJECT / "models").rglob("*.py")}
    for name, sql in statements.items():
        if name in python_models:
            continue
        bare = re.sub(r"--[^\n]*|'(?:[^'\\]|\\.|'')*'", "''", sql)
        for where, patterns in ((bare, DUCKDB_ONLY), (sql, DUCKDB_PATTERNS)):
            for what, pattern in patterns.items():
                found += [
                    f"{name}: {what}: {each[0]}" for each in re.finditer(rf"(?i){pattern}", where)
                ]
    return found


def main() -> int:
    """Compile and look; the number of findings as the exit code, 1 at most."""
    folders = (PROJECT / "models", PROJECT / "package/models")
    models = {path.stem for folder in folders for path in folder.rglob("*.sql")}
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        copy_project(copy)
        for run, variables in RUNS.items():
            statements = compiled(copy, variables)
            lines = [
                *findings(statements),
                *(f"{name}: not compiled" for name in models - statements.keys()),
                *metric_views(statements),
            ]
            print(f"{run}: {len(statements)} statements, {len(models)} models", *lines, sep="\n  ")
            count += len(lines)
    return min(count, 1)


def metric_views(statements: dict[str, str]) -> list[str]:
    """What a workspace would refuse in the metric views."""
    return [
        f"{name}: {problem}"
        for name, text in statements.items()
        if name.startswith("metrics_")
        for problem in metric_view_spec.problems(text)
    ]


if __name__ == "__main__":
    sys.exit(main())
