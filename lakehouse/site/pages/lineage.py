"""Lineage: the models by layer, dbt's own documentation, and column lineage with what it cannot see."""

from typing import Any

from lakehouse.site.diagrams import lineage
from lakehouse.site.project import Site


def content(site: Site) -> dict[str, Any]:
    """The drawing and how many models and lines it has."""
    return {
        "drawing": lineage(site),
        "models": len(site.models),
        "sources": len(site.manifest["sources"]),
        "python": sorted(n for n, node in site.models.items() if node.get("language") == "python"),
        "exposures": sorted(site.manifest.get("exposures", {}).values(), key=lambda e: e["name"]),
        "name_of": site.name_of,
    }
