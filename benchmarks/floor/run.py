"""Run the floor or the limit: `python benchmarks/floor/run.py floor|limit LANDING DATABASE TARGET MEMORY_LIMIT`.

The limit is the floor with bronze as views over the files and silver as temporary tables: from files straight to gold.
TARGET holds dbt's compiled project, for the SELECTs of gold. Writes seconds per statement to DATABASE.json.
"""

import json
import re
import sys
import time
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
SILVER = r'("\w+"\."silver"|\bsilver)\.'


def main(kind: str, landing: str, database: str, target: str, memory_limit: str) -> None:
    """Run every statement and time it."""
    db = duckdb.connect(
        database, config={"memory_limit": memory_limit, "preserve_insertion_order": False}
    )
    db.execute("set timezone = 'UTC'")
    seconds = {}
    for layer, table, sql in statements(kind, landing, Path(target)):
        started = time.monotonic()
        db.execute(sql)
        seconds[f"{layer}.{table}"] = round(
            seconds.get(f"{layer}.{table}", 0) + time.monotonic() - started, 3
        )
    db.execute("checkpoint")
    Path(f"{database}.json").write_text(json.dumps(seconds))


def statements(kind: str, landing: str, target: Path) -> list[tuple[str, str, str]]:
    """Every statement in order, as (layer, table, SQL)."""
    manifest = json.loads((target / "manifest.json").read_text())
    # What the benchmark leaves out is not compiled.
    models = {
        node["alias"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node.get("compiled_path")
    }
    compiled = {
        name: (PROJECT / node["compiled_path"]).read_text() for name, node in models.items()
    }
    values = {
        "root_length": str(len(landing) + 2),
        "now": "2020-01-01 00:00:00",
        "seeds": "".join(
            f"create table silver.{seed.stem} as select * from read_csv('{seed}', header = true);\n"
            for seed in sorted((PROJECT / "seeds").glob("*.csv"))
        ),
        **{
            name: compiled[name]
            for name in ("int_product_categories", "int_locations", "int_order_totals")
        },
    }
    gold = in_order([node for node in models.values() if node["schema"] == "gold"])
    found = []
    for layer in ("bronze", "silver"):
        text = (HERE / f"{layer}.sql").read_text()
        text = re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), text)
        text = re.sub(r"\{files of (\w+)\}", lambda match: read_files(landing, match[1]), text)
        text = re.sub(r"(?m)^\s*--.*$", "", text)
        for statement in filter(str.strip, text.split(";")):
            if kind == "limit" and layer == "bronze":
                statement = statement.replace("create table", "create view")
            elif kind == "limit":
                statement = re.sub(r"create (table|view) silver\.", r"create temp \1 ", statement)
                statement = re.sub(SILVER, "", statement)
            table = re.search(r"(?:table|view) (?:\w+\.)?(\w+)", statement)
            found.append((layer, table[1] if table else "schema", statement))
    found.append(("gold", "schema", "create schema gold"))
    for node in gold:
        select = compiled[node["alias"]]
        if kind == "limit":
            select = re.sub(SILVER, "", select)
        found.append(("gold", node["alias"], f"create table gold.{node['alias']} as {select}"))
    return found


def read_files(landing: str, source: str) -> str:
    """A table expression over the files of a source, by the names in each file's header."""
    reads = []
    for file in sorted(Path(landing).rglob(f"{source}*.csv")):
        with file.open("rb") as lines:
            header = next((line for line in lines if line.strip()), b"").decode(
                "utf-8-sig", "replace"
            )
        names = [name.strip().strip('"').lower() for name in header.strip().split(",")]
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
        reads.append(
            f"select * from read_csv('{file}', columns = {{{columns}}}, header = true, auto_detect = false, "
            "delim = ',', quote = '\"', escape = '\"', strict_mode = false, new_line = '\\n', ignore_errors = true, "
            "filename = true)"
        )
    return "(" + " union all by name ".join(reads) + ")"


def in_order(nodes: list[dict]) -> list[dict]:
    """Models after those they read."""
    ordered, waiting = [], {node["unique_id"]: node for node in nodes}
    while waiting:
        ready = [
            key
            for key, node in waiting.items()
            if not any(parent in waiting for parent in node["depends_on"]["nodes"])
        ]
        ordered += [waiting.pop(key) for key in sorted(ready)]
    return ordered


if __name__ == "__main__":
    main(*sys.argv[1:])
