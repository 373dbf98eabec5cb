"""The star schema: bus matrix, a small star a fact, the relationships as a BI tool wants them."""

from typing import Any

from lakehouse.site import star
from lakehouse.site.diagrams import star as draw
from lakehouse.site.project import Site


def content(site: Site) -> dict[str, Any]:
    """The matrix, the drawings and the list."""
    matrix = star.bus_matrix(site)
    return {
        "matrix": matrix,
        "stars": [{**row, "drawing": draw(site, row["name"])} for row in matrix["rows"]],
        "joins": star.joins(site),
    }
