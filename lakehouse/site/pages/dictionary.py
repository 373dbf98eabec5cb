"""The data dictionary: every model and column, what it means and how it is tested."""

from typing import Any

from lakehouse.site.project import LAYERS, Site
from lakehouse.site.words import markdown


def content(site: Site) -> dict[str, Any]:
    """The layers, gold first, with their models."""
    order = ["gold", "silver", "bronze", "ops"]
    layers = []
    for layer in order:
        models = [
            entry(site, name)
            for name in sorted(site.models)
            if site.layer(site.models[name]) == layer
        ]
        layers.append({"name": layer, "holds": LAYERS[layer], "models": models})
    return {
        "layers": layers,
        "columns": sum(len(model["columns"]) for layer in layers for model in layer["models"]),
        "models": sum(len(layer["models"]) for layer in layers),
    }


def entry(site: Site, name: str) -> dict[str, Any]:
    """A model: its text, grain, owner, columns, what it reads and what reads it."""
    node = site.models[name]
    meta = node["config"].get("meta", {})
    types = site.types.get(name, {})
    # Bronze is described in its source.
    described = dict(node["columns"])
    for key in node["depends_on"]["nodes"]:
        if key.startswith("source."):
            described = {**site.manifest["sources"][key]["columns"], **described}
    names = list(dict.fromkeys([*types, *described]))
    return {
        "name": name,
        "layer": site.layer(node),
        "text": markdown(node["description"] or ""),
        "grain": meta.get("grain", ""),
        "owner": meta.get("owner") or node.get("group") or "",
        "domain": meta.get("domain", ""),
        "kind": node["config"]["materialized"],
        "path": node["original_file_path"],
        "parents": sorted(set(site.parents(name))),
        "children": sorted(set(site.children.get(name, []))),
        "columns": [
            {
                "name": column,
                "type": types.get(column, ""),
                "text": markdown(described.get(column, {}).get("description") or ""),
                "tests": sorted(set(site.tests_of.get((name, column), []))),
                "is_personal": column in site.mask.personal and not column.startswith("_"),
            }
            for column in names
        ],
        "has_page": site.layer(node) != "" and node.get("language") == "sql",
    }
