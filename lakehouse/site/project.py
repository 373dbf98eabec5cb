"""What dbt's artifacts and the database say, in the words of the pages."""

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from lakehouse.policies import pii_class
from lakehouse.site.masking import Mask

LAYERS = {
    "bronze": "every landed record once, all columns as text",
    "silver": "typed and judged: one current row a key, versions, the quarantine",
    "gold": "star schema, one big table and domain marts, contracts enforced",
    "ops": "the ledgers: what landed, what was refused, what ran",
}


class SiteError(Exception):
    """There is nothing to make a site of; the message says what to do."""


@dataclass
class Relationship:
    """A tested reference: each value of a column is a value of the other model's column."""

    model: str
    column: str
    to: str
    field: str


@dataclass
class Site:
    """The lakehouse that the pages speak of.

    manifest, catalog: dbt's; connection: to the database, read-only; root: the project's folder.
    """

    manifest: dict[str, Any]
    catalog: dict[str, Any]
    connection: duckdb.DuckDBPyConnection
    database: Path
    root: Path
    # What the pages had to leave out and why, by page.
    missing: dict[str, list[str]] = field(default_factory=dict)

    def rows(self, query: str, parameters: list[object] | None = None) -> list[dict[str, Any]]:
        """The rows of a query as dicts."""
        result = self.connection.execute(query, parameters or [])
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def value(self, query: str, parameters: list[object] | None = None) -> Any:
        """The one value of a query."""
        row = self.connection.execute(query, parameters or []).fetchone()
        return row[0] if row else None

    @cached_property
    def relations(self) -> dict[str, str]:
        """`schema.table` to `BASE TABLE` or `VIEW`, in order."""
        return {
            row["name"]: row["kind"]
            for row in self.rows(
                """
                select table_schema || '.' || table_name as name, table_type as kind
                from information_schema.tables
                where table_catalog = current_database()
                order by 1
                """
            )
        }

    def has(self, *names: str) -> bool:
        """Whether all these relations, written `schema.table`, are there."""
        return all(name in self.relations for name in names)

    def columns_of(self, name: str) -> list[str]:
        """The columns of a relation, written `schema.table`."""
        schema, table = name.split(".")
        return [
            row["column_name"]
            for row in self.rows(
                """
                select column_name
                from information_schema.columns
                where table_catalog = current_database() and table_schema = ? and table_name = ?
                order by ordinal_position
                """,
                [schema, table],
            )
        ]

    @cached_property
    def models(self) -> dict[str, dict[str, Any]]:
        """The models by name; a version of a model goes by the name of its table."""
        return {
            table_name(node): node
            for node in self.manifest["nodes"].values()
            if node["resource_type"] == "model"
        }

    @cached_property
    def name_of(self) -> dict[str, str]:
        """Dbt's unique id to the short name of a model, seed or source."""
        named = {key: table_name(node) for key, node in self.manifest["nodes"].items()}
        for key, node in self.manifest["sources"].items():
            named[key] = f"{node['source_name']}.{node['name']}"
        return named

    def layer(self, node: dict[str, Any]) -> str:
        """The layer a node's schema belongs to; a developer's own schemas have a prefix."""
        return next((layer for layer in LAYERS if node["schema"].endswith(layer)), node["schema"])

    def parents(self, name: str) -> list[str]:
        """The names of what a model reads."""
        return [
            self.name_of[key]
            for key in self.models[name]["depends_on"]["nodes"]
            if key in self.name_of
        ]

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """Name to the names of the models that read it."""
        found: dict[str, list[str]] = {}
        for name in self.models:
            for parent in self.parents(name):
                found.setdefault(parent, []).append(name)
        return found

    @cached_property
    def relationships(self) -> list[Relationship]:
        """The relationships tests, in the order of model and column."""
        found = []
        for node in self.manifest["nodes"].values():
            about = node.get("test_metadata") or {}
            if about.get("name") != "relationships" or not node.get("attached_node"):
                continue
            target = re.search(r"ref\(['\"](\w+)['\"]", about["kwargs"]["to"])
            model = self.name_of[node["attached_node"]]
            if target and model in self.models:
                found.append(
                    Relationship(model, node["column_name"], target[1], about["kwargs"]["field"])
                )

        def place(one: Relationship) -> tuple[str, int, str]:
            order = list(self.models[one.model]["columns"])
            return one.model, order.index(one.column) if one.column in order else len(order), one.to

        return sorted(found, key=place)

    @cached_property
    def tests_of(self) -> dict[tuple[str, str], list[str]]:
        """(model, column) to the names of its data tests; column is empty for tests of the whole model."""
        found: dict[tuple[str, str], list[str]] = {}
        for node in self.manifest["nodes"].values():
            if node["resource_type"] == "test" and node.get("attached_node"):
                model = self.name_of.get(node["attached_node"], "")
                kind = (node.get("test_metadata") or {}).get("name", node["name"])
                found.setdefault((model, node.get("column_name") or ""), []).append(kind)
        return found

    @cached_property
    def types(self) -> dict[str, dict[str, str]]:
        """Model to column to type, from the contract or else from the database."""
        found: dict[str, dict[str, str]] = {}
        for key, node in self.catalog.get("nodes", {}).items():
            name = self.name_of.get(key)
            if name:
                found[name] = {c["name"]: c["type"].lower() for c in node["columns"].values()}
        for name, node in self.models.items():
            for column, about in node["columns"].items():
                if about.get("data_type"):
                    found.setdefault(name, {})[column] = about["data_type"]
        return found

    @cached_property
    def entities(self) -> dict[str, tuple[str, str]]:
        """Judged entity to (its bronze model, its source): `orders` to `stg_marketplace__orders`, `marketplace`."""
        found = {}
        for name in self.models:
            entity = re.fullmatch(r"int_(\w+)__records", name)
            staging = [parent for parent in self.parents(name) if parent.startswith("stg_")]
            if entity and staging:
                sources = [
                    key.split(".")[2]
                    for key in self.models[staging[0]]["depends_on"]["nodes"]
                    if key.startswith("source.")
                ]
                found[entity[1]] = (staging[0], sources[0] if sources else "")
        return found

    def rules(self, entity: str) -> list[dict[str, str]]:
        """The rules of an entity: parts of the key, those declared in YAML, and that typed values can be read."""
        node = self.models.get(f"int_{entity}__records", {})
        meta = node.get("config", {}).get("meta", {})
        found = [
            {
                "name": f"{column}_present",
                "expression": f"{column} is not null",
                "on_violation": "quarantine",
                "description": f"{column} is part of the key.",
            }
            for column in meta.get("key", [])
            if not column.startswith("_")
        ]
        found += [dict(rule) for rule in meta.get("expectations", [])]
        named = {rule["name"] for rule in found}
        if self.has("ops.ops_expectation_results"):
            for row in self.rows(
                "select distinct rule_name from ops.ops_expectation_results where entity = ? order by 1",
                [entity],
            ):
                rule = row["rule_name"]
                if rule not in named:
                    column = rule.removesuffix("_readable")
                    found.append(
                        {
                            "name": rule,
                            "expression": "",
                            "on_violation": "quarantine",
                            "description": f"What stands in {column} can be read as its type.",
                        }
                    )
        return found

    @cached_property
    def mask(self) -> Mask:
        """Hides personal data, as the project classes its columns."""
        classed: dict[str, str] = {}
        declared: set[str] = set()
        nodes = [*self.manifest["nodes"].values(), *self.manifest["sources"].values()]
        for node in nodes:
            for name, column in node.get("columns", {}).items():
                declared.add(name)
                if pii_class(column):
                    classed[name] = pii_class(column)
        for columns in self.types.values():
            declared.update(columns)
        return Mask(classed, declared)


def table_name(node: dict[str, Any]) -> str:
    """The name of a node; of a version, with its version, as its table has it."""
    return node["alias"] if node.get("version") else node["name"]


def load(database: Path, artifacts: Path, root: Path) -> Site:
    """Open what a build left, or say what is missing."""
    if not database.is_file():
        raise SiteError(f"There is no lakehouse in {database}: run `make build` first.")
    found = {}
    for name in ("manifest", "catalog"):
        path = artifacts / f"{name}.json"
        if not path.is_file():
            raise SiteError(
                f"There is no {path}: run `make site`, or `dbt docs generate --static` first."
            )
        found[name] = json.loads(path.read_text(encoding="utf-8"))
    try:
        connection = duckdb.connect(str(database), read_only=True)
    except duckdb.IOException as error:
        raise SiteError(
            f"{database} cannot be opened, perhaps a build is running: {error}"
        ) from None
    site = Site(found["manifest"], found["catalog"], connection, database, root)
    if not site.has("ops.ops_model_runs", "ops.ops_reconciliation"):
        raise SiteError(f"{database} holds no finished build: run `make build` first.")
    return site
