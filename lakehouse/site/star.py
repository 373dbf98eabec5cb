"""The star of gold from its contracts and relationships tests: bus matrix, entity diagram, relationships for a tool."""

from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lakehouse.site.project import Relationship, Site

FACTS = ("fct_",)
DIMENSIONS = ("dim_",)


@dataclass
class Join:
    """A relationship as a tool wants it; is_active: the one used when nobody says otherwise."""

    many: str
    many_column: str
    one: str
    one_column: str
    is_active: bool


def is_fact(name: str) -> bool:
    """Whether a model is a fact, by its prefix."""
    return name.startswith(FACTS)


def is_dimension(name: str) -> bool:
    """Whether a model is a dimension, by its prefix."""
    return name.startswith(DIMENSIONS)


def references(site: Site) -> list[Relationship]:
    """The references of facts and dimensions, a column once."""
    found = {}
    for one in site.relationships:
        if (is_fact(one.model) or is_dimension(one.model)) and one.model != one.to:
            found.setdefault((one.model, one.column, one.to), one)
    return list(found.values())


def kind(site: Site, name: str) -> str:
    """What kind of fact the model's grain says it is, in brackets: `transaction fact`."""
    grain = site.models[name]["config"]["meta"].get("grain", "")
    return grain.rpartition("(")[2].rstrip(")") if "(" in grain else ""


def grain(site: Site, name: str) -> str:
    """What one row of the model is."""
    words = site.models[name]["config"]["meta"].get("grain", "").partition(" (")[0]
    return words.removeprefix("One row per ").removeprefix("one row per ")


def bus_matrix(site: Site) -> dict[str, Any]:
    """A row a fact, a column a dimension, in each cell the roles (columns) in which the fact refers to it."""
    all_references = references(site)
    facts = sorted(name for name in site.models if is_fact(name))
    dimensions = sorted(name for name in site.models if is_dimension(name))
    rows = []
    for fact in facts:
        cells = [
            [r.column for r in all_references if r.model == fact and r.to == dimension]
            for dimension in dimensions
        ]
        rows.append(
            {"name": fact, "grain": grain(site, fact), "kind": kind(site, fact), "cells": cells}
        )
    return {"dimensions": dimensions, "rows": rows}


def joins(site: Site) -> list[Join]:
    """Every reference; active is the first from a fact to each dimension, so that no two paths lead to the same place."""
    found = []
    seen = set()
    for one in references(site):
        pair = one.model, one.to
        active = is_fact(one.model) and is_dimension(one.to) and pair not in seen
        seen.add(pair)
        found.append(Join(one.model, one.column, one.to, one.field, active))
    return found


def mermaid(site: Site) -> str:
    """The entity diagram, for Markdown: keys and references of facts and dimensions."""
    lines = ["erDiagram"]
    all_references = references(site)
    for name in sorted(n for n in site.models if is_fact(n) or is_dimension(n)):
        lines.append(f"    {name} {{")
        foreign = {one.column for one in all_references if one.model == name}
        primary = primary_key(site, name)
        for column in site.models[name]["columns"]:
            marks = [
                mark
                for mark, holds in (("PK", column == primary), ("FK", column in foreign))
                if holds
            ]
            if marks:
                type_name = site.types.get(name, {}).get(column, "string").split("(")[0]
                lines.append(f"        {type_name} {column} {', '.join(marks)}")
        lines.append("    }")
    lines += [f"    {one.to} ||--o{{ {one.model} : {one.column}" for one in all_references]
    return "\n".join(lines)


def primary_key(site: Site, name: str) -> str:
    """The column whose constraint says primary key, else the first."""
    columns = site.models[name]["columns"]
    for column, about in columns.items():
        if any(constraint["type"] == "primary_key" for constraint in about.get("constraints", [])):
            return column
    return next(iter(columns), "")


def tmdl(site: Site) -> str:
    """The relationships as a Power BI project keeps them, in definition/relationships.tmdl."""
    parts = []
    for join in joins(site):
        name = f"{join.many}.{join.many_column} {join.one}.{join.one_column}"
        lines = [
            f"relationship {uuid5(NAMESPACE_URL, name)}",
            *([] if join.is_active else ["\tisActive: false"]),
            f"\tfromColumn: {join.many}.{join.many_column}",
            f"\ttoColumn: {join.one}.{join.one_column}",
        ]
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, ""])


HEADER = "<!-- Written by `make star` from contracts and relationships tests; change the models' YAML instead. -->"


def markdown(site: Site) -> str:
    """docs/star.md: bus matrix, entity diagram and relationships."""
    matrix = bus_matrix(site)
    names = matrix["dimensions"]
    lines = [
        HEADER,
        "",
        "# The star schema",
        "",
        "What joins to what in gold, as the `relationships` tests of every build check it.",
        "",
        "## Bus matrix",
        "",
        "A row a fact, a column a dimension; a number above one says in how many roles (order, delivery, ...) the fact",
        "refers to it.",
        "",
        "| fact | one row per | " + " | ".join(f"`{name}`" for name in names) + " |",
        "|---|---|" + ":-:|" * len(names),
    ]
    for row in matrix["rows"]:
        cells = [("✕" if len(c) == 1 else str(len(c))) if c else "" for c in row["cells"]]
        about = row["grain"] + (f" ({row['kind']})" if row["kind"] else "")
        lines.append(f"| `{row['name']}` | {about} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "## Entity diagram",
        "",
        "Keys and references; all columns are in the data dictionary of the site (`make site`).",
        "",
        "```mermaid",
        mermaid(site),
        "```",
        "",
        "## Relationships for a BI tool",
        "",
        "Many to one, filtered in one direction (from the dimension to the fact). *Active* is the one that a measure uses",
        "when it does not say otherwise. A second role of the same dimension, and references between facts or between",
        "dimensions, stay inactive: two active paths to the same table would be ambiguous.",
        "",
        "| from (many) | column | to (one) | column | active |",
        "|---|---|---|---|:-:|",
    ]
    for join in joins(site):
        active = "yes" if join.is_active else "no"
        lines.append(
            f"| `{join.many}` | `{join.many_column}` | `{join.one}` | `{join.one_column}` | {active} |"
        )
    return "\n".join([*lines, ""])
