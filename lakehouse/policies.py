"""The policies of docs/how-to/govern.md, checked on dbt's manifest: `python -m lakehouse policies`.

A manifest is that of one engine: grants and masks are Databricks' and stand in its manifest alone. Each policy is a function
that gives a sentence a breach, which says what is wrong and what to do. The manifest may be that of any project that uses
the dbt package (docs/how-to/use-the-package.md).
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Node = dict[str, Any]

MANIFESTS = [Path("target/manifest.json"), Path("target/bundle/manifest.json")]
# Of package/macros/governance/masked.sql. `none` says of a column named like personal data that it is not.
CLASSES = ("identifier", "postcode", "city", "free_text", "coordinate")
RETENTIONS = ("permanent", "rebuildable")
# Layers that only engineers read, and who else reads silver: the names' variables and their defaults.
ENGINEERS = ("ENGINEERS_GROUP", "data-engineers")
DATA_SCIENTISTS = ("DATA_SCIENTISTS_GROUP", "data-scientists")
REGIONAL = ("REGIONAL_GROUP", "regional-teams")
READERS = {
    "bronze": [ENGINEERS],
    "ops": [ENGINEERS],
    "silver": [ENGINEERS, DATA_SCIENTISTS],
}


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the subcommand and return its parser."""
    parser = subparsers.add_parser(
        "policies", help="check who may read what, and what gold promises"
    )
    parser.add_argument(
        "manifests",
        nargs="*",
        type=Path,
        default=MANIFESTS,
        metavar="FILE",
        help="dbt's manifests, one an engine (default: those of `make twice` and `make bundle-check`)",
    )
    parser.add_argument(
        "--target-path",
        type=Path,
        metavar="FOLDER",
        help="check the manifest in this folder alone: that of any dbt project, after `dbt parse`",
    )
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Print the breaches; return 1 when there are some, or no manifest."""
    count = 0
    folder = arguments.target_path
    for path in [folder / "manifest.json"] if folder else arguments.manifests:
        if not path.is_file():
            command = "dbt parse" if folder else "make policies"
            print(f"There is no manifest in {path}: run `{command}`.", file=sys.stderr)
            return 1
        manifest = json.loads(path.read_text(encoding="utf-8"))
        found = breaches(manifest)
        print(f"{path} ({manifest['metadata']['adapter_type']}): {len(found)} breaches")
        for sentence in found:
            print(f"  {sentence}")
        count += len(found)
    return min(count, 1)


def breaches(manifest: Node) -> list[str]:
    """Return the sentences of all policies."""
    return [sentence for policy in POLICIES for sentence in policy(manifest)]


def models(manifest: Node) -> list[Node]:
    """Return the models of the project."""
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def pii_class(column: Node) -> str:
    """Return the class of personal data of a column; empty when it has none, or says that it is none."""
    kind = (column.get("config", {}).get("meta") or column.get("meta") or {}).get("pii") or ""
    return "" if kind == "none" else kind


def personal_columns(node: Node) -> dict[str, str]:
    """Return the class of each column of personal data of a model or source."""
    return {
        name: pii_class(column) for name, column in node["columns"].items() if pii_class(column)
    }


def layer(node: Node) -> str:
    """Return the layer of a model: what `config.meta.layer` says, else the schema of its folder."""
    return (node["config"].get("meta") or {}).get("layer") or node["config"].get("schema") or ""


def group_name(setting: tuple[str, str]) -> str:
    """Return the name that a group of readers goes by."""
    return os.environ.get(setting[0]) or setting[1]


def classes_exist(manifest: Node) -> Iterator[str]:
    """A class is one that `masked` knows."""
    for node in [*models(manifest), *manifest["sources"].values()]:
        for column, kind in personal_columns(node).items():
            if kind not in CLASSES:
                yield (
                    f"{node['name']}.{column} has the class '{kind}', which nothing masks: "
                    f"write {', '.join(CLASSES[:-1])} or {CLASSES[-1]} in its config.meta.pii."
                )


def is_named_like(one: str, other: str) -> bool:
    """Whether two columns have the same name, or one is the other with a prefix, such as customer_city and city."""
    return one == other or one.endswith(f"_{other}") or other.endswith(f"_{one}")


def classes_are_kept(manifest: Node) -> Iterator[str]:
    """A column named like personal data of a table upstream has a class, or says that it is none."""
    nodes = {**manifest["nodes"], **manifest["sources"]}
    upstream: dict[str, dict[str, str]] = {}

    def inherited(name: str) -> dict[str, str]:
        """Classed columns of all that a node reads, with the table that has them."""
        if name not in upstream:
            upstream[name] = {}
            for parent in nodes[name].get("depends_on", {}).get("nodes", []):
                if parent in nodes:
                    own = dict.fromkeys(personal_columns(nodes[parent]), nodes[parent]["name"])
                    upstream[name] |= inherited(parent) | own
        return upstream[name]

    for node in models(manifest):
        for column, declared in node["columns"].items():
            if declared.get("config", {}).get("meta", {}).get("pii"):
                continue
            for personal, table in inherited(node["unique_id"]).items():
                if is_named_like(column, personal):
                    yield (
                        f"{node['name']}.{column} is named like {table}.{personal}, which is personal data, and has no "
                        "class: give it config.meta.pii, or `pii: none` if it is something else."
                    )
                    break
        if layer(node) == "bronze":
            for parent in node["depends_on"]["nodes"]:
                for column in personal_columns(nodes[parent]).keys() - node["columns"].keys():
                    yield (
                        f"{node['name']} lists no column {column}, which is personal data in its source: "
                        "add it to the model's YAML with the same config.meta.pii."
                    )


def public_is_masked(manifest: Node) -> Iterator[str]:
    """Personal data of a public model is masked: on Databricks by the hook, on DuckDB by publishing."""
    if manifest["metadata"]["adapter_type"] != "databricks":
        if "macro.medallion.masked" not in manifest["macros"]:
            yield "The macro `masked` is gone, by which publishing masks personal data: bring it back."
        return
    for node in models(manifest):
        if node["access"] != "public":
            continue
        hooks = " ".join(hook["sql"] for hook in node["config"]["post-hook"])
        for column, kind in personal_columns(node).items():
            reaches = f"{node['name']}.{column} is personal data ({kind}) of a public model"
            if "govern()" not in hooks:
                yield f"{reaches} and nothing masks it: keep the hook govern() of dbt_project.yml, or set `access: protected`."
            if node["config"]["materialized"] == "view":
                yield f"{reaches} that is a view, which has no masks: make it a table, or leave the column out."


def grants_follow_layers(manifest: Node) -> Iterator[str]:
    """Bronze and ops are granted to engineers, silver to data scientists as well, nothing to a person."""
    if manifest["metadata"]["adapter_type"] != "databricks":
        return
    regional = group_name(REGIONAL)
    for node in manifest["nodes"].values():
        for privilege, grantees in (node["config"].get("grants") or {}).items():
            if privilege.lower() != "select":
                yield f"{node['name']} grants {privilege}: readers get `select`, and only the builds write; remove it."
            for grantee in grantees:
                if "@" in grantee:
                    yield f"{node['name']} is granted to {grantee}, a person: grant it to a group, and put the person there."
                allowed = [group_name(setting) for setting in READERS.get(layer(node), [])]
                if allowed and grantee not in allowed:
                    yield (
                        f"{node['name']} of {layer(node)} is granted to {grantee}: only {' and '.join(allowed)} read "
                        f"{layer(node)}; remove the grant, or publish what is needed in gold."
                    )
                if grantee == regional and not node["config"].get("row_filter"):
                    yield (
                        f"{node['name']} is granted to {regional} without a row filter: add "
                        "row_filter=row_filter_by_region(...) to its config, or remove the grant."
                    )


def gold_is_complete(manifest: Node) -> Iterator[str]:
    """What is public has a contract; a model of gold also has owner, grain, tested key, description, retention."""
    tested = {
        node.get("attached_node")
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and node.get("test_metadata")
        and node["test_metadata"]["name"] in ("unique", "unique_combination")
    }
    for node in models(manifest):
        name, meta = node["name"], node["config"]["meta"]
        is_gold = layer(node) == "gold"
        # dbt has no contracts on Python models; a SQL model publishes each.
        is_published = node["access"] == "public" or (is_gold and node["language"] == "sql")
        # A metric view has no rows until somebody asks: no key, no grain, and no contract in dbt.
        has_rows = node["config"]["materialized"] != "metric_view"
        if has_rows and is_published and not node["config"]["contract"]["enforced"]:
            yield f"{name} has no contract: write `contract: {{enforced: true}}` in its config and a data_type at each column."
        if not is_gold:
            continue
        if has_rows and not meta.get("grain"):
            yield f"{name} does not say what a row is: write config.meta.grain, `one row per ...`."
        if has_rows and node["unique_id"] not in tested:
            yield f"{name} has no tested key: give its key the tests unique and not_null, or the model unique_combination."
        if not node["description"].strip():
            yield f"{name} has no description: say what it is for, what not, and give an example query."
        if meta.get("retention") not in RETENTIONS:
            yield f"{name} does not say how long a row stays: write config.meta.retention, {' or '.join(RETENTIONS)}."
        if {"owner", "domain"} & meta.keys():
            yield f"{name} has an owner or a domain in config.meta: write config.group alone, from which both follow."


def every_model_has_a_domain(manifest: Node) -> Iterator[str]:
    """Every model belongs to a group, and every group has an owner."""
    groups = {group["name"]: group for group in manifest["groups"].values()}
    for node in models(manifest):
        if node["config"].get("group") not in groups:
            yield f"{node['name']} belongs to no domain: write config.group, one of {', '.join(sorted(groups))}."
    for name, group in groups.items():
        if not (group["owner"].get("name") and group["owner"].get("email")):
            yield f"The domain {name} has no owner: give it the name and the e-mail address of a team in models/_groups.yml."


def domains_read_what_they_may(manifest: Node) -> Iterator[str]:
    """Of another domain: private models never; protected ones where layers are conformed and watched; public ones always.

    Silver and the core of gold bring the domains together, and the platform watches them all; a mart or the one big table
    reads what is promised.
    """
    nodes = {node["unique_id"]: node for node in models(manifest)}
    for node in nodes.values():
        is_promised_only = node["path"].startswith(("marts/obt/", "marts/analytics/"))
        for parent in (
            nodes[name] for name in dict.fromkeys(node["depends_on"]["nodes"]) if name in nodes
        ):
            reader, owner = node["config"].get("group"), parent["config"].get("group")
            if reader == owner:
                continue
            reads = f"{node['name']} of {reader} reads {parent['name']}, which is {parent['access']} to {owner}"
            if parent["access"] == "private":
                yield f"{reads}: ask {owner} for a public model that has what you need."
            elif parent["access"] != "public" and is_promised_only:
                yield f"{reads}: read a public model of {owner}, or ask them to publish this one (`access: public`)."


def old_versions_leave(manifest: Node) -> Iterator[str]:
    """A version that another replaced says when it goes."""
    for node in models(manifest):
        version, latest = node.get("version"), node.get("latest_version")
        if version is not None and str(version) != str(latest) and not node.get("deprecation_date"):
            yield f"{node['name']} v{version} is not the latest and stays for ever: give it a deprecation_date."


POLICIES = (
    classes_exist,
    classes_are_kept,
    public_is_masked,
    grants_follow_layers,
    gold_is_complete,
    every_model_has_a_domain,
    domains_read_what_they_may,
    old_versions_leave,
)
