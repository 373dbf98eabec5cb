"""Two diagrams drawn from the project itself: the models by layer, and the star of a fact."""

from lakehouse.site.charts import box, escape, rule, svg, text
from lakehouse.site.project import Site
from lakehouse.site.star import is_dimension, references

COLUMNS = (
    "landing",
    "bronze",
    "silver: judged",
    "silver: current",
    "gold: core",
    "gold: for readers",
    "ops",
)
BOX_WIDTH, BOX_HEIGHT, STEP, GAP = 206, 20, 26, 56
NAME_LETTERS = 27  # of a column in the box of a star


def short(name: str) -> str:
    """A name as its box shows it: without the source of a bronze model, which the arrow tells."""
    return name.split("__", 1)[1] if name.startswith("stg_") else name


def column_of(site: Site, name: str) -> int:
    """The column a node stands in."""
    if name not in site.models:
        return 0
    folders = site.models[name]["original_file_path"].split("/")[1:-1]
    layer = site.layer(site.models[name])
    if layer == "bronze":
        return 1
    if layer == "silver":
        return 2 if name.endswith("__records") else 3
    if layer == "gold":
        return 4 if "core" in folders else 5
    return 6


def lineage(site: Site) -> str:
    """Every model in the column of its layer, with a line from each model to those it reads.

    Boxes are links to the dictionary; the script lights up what a box reads and what reads it.
    """
    nodes: dict[str, int] = {name: column_of(site, name) for name in site.models}
    edges = []
    for name in site.models:
        for parent in dict.fromkeys(site.parents(name)):
            if parent.startswith("seed_"):
                continue
            nodes.setdefault(parent, 0)
            edges.append((parent, name))
    columns: list[list[str]] = [[] for _ in COLUMNS]
    for name in sorted(nodes):
        columns[nodes[name]].append(name)
    row = _untangled(columns, edges)
    highest = max(len(column) for column in columns)
    height = 40 + highest * STEP

    def place(name: str) -> tuple[float, float]:
        column = nodes[name]
        offset = (highest - len(columns[column])) * STEP / 2
        return 6 + column * (BOX_WIDTH + GAP), 34 + offset + row[name] * STEP

    body = [text(6 + i * (BOX_WIDTH + GAP), 16, title, "head") for i, title in enumerate(COLUMNS)]
    for parent, child in edges:
        # What the ledgers read and give would cross everything; their lines appear when one points at them.
        quiet = " quiet" if "ops_" in (parent[:4], child[:4]) else ""
        (x1, y1), (x2, y2) = place(parent), place(child)
        if x2 > x1:
            x1 += BOX_WIDTH
        elif x2 == x1:
            x1, x2 = x1 + BOX_WIDTH, x2 + BOX_WIDTH
        else:
            x2 += BOX_WIDTH
        bend = GAP / 2 if x2 >= x1 else -GAP / 2
        y1, y2 = y1 + BOX_HEIGHT / 2, y2 + BOX_HEIGHT / 2
        end = -bend if x2 != x1 else bend
        body.append(
            f'<path d="M{x1:.0f} {y1:.0f} C{x1 + bend:.0f} {y1:.0f} {x2 + end:.0f} {y2:.0f} {x2:.0f} {y2:.0f}" '
            f'class="edge{quiet}" data-from="{escape(parent)}" data-to="{escape(child)}"/>'
        )
    for name, column in nodes.items():
        x, y = place(name)
        words = short(name)
        inner = box(x, y, BOX_WIDTH, BOX_HEIGHT, f"node layer{column}", name) + text(
            x + 8, y + 14, words if len(words) < 29 else words[:27] + "…", "name"
        )
        if name in site.models:
            inner = (
                f'<a href="dictionary.html#{escape(name)}" data-node="{escape(name)}">{inner}</a>'
            )
        else:
            inner = f'<g data-node="{escape(name)}">{inner}</g>'
        body.append(inner)
    width = len(COLUMNS) * (BOX_WIDTH + GAP) - GAP + 12
    title = f"{len(site.models)} models by layer, with what each reads"
    described = (
        "The same as text: each model of the data dictionary lists what it reads and what reads it."
    )
    return svg(width, height, title, described, body).replace('role="img"', 'role="group"')


def _untangled(columns: list[list[str]], edges: list[tuple[str, str]]) -> dict[str, int]:
    """The row of each name: columns are sorted by the mean row of their neighbours until lines cross little."""
    neighbours: dict[str, list[str]] = {}
    for parent, child in edges:
        neighbours.setdefault(parent, []).append(child)
        neighbours.setdefault(child, []).append(parent)
    row = {name: i for column in columns for i, name in enumerate(column)}
    for _ in range(12):
        for column in columns:
            inside = set(column)
            wishes = {}
            for name in column:
                near = [row[other] for other in neighbours.get(name, []) if other not in inside]
                wishes[name] = sum(near) / len(near) if near else len(column) / 2
            column.sort(key=lambda name, wishes=wishes: (wishes[name], name))
            row.update({name: i for i, name in enumerate(column)})
    return row


def star(site: Site, fact: str) -> str:
    """A fact with its dimensions around it, each line named by the column that refers to it."""
    joined: dict[str, list[str]] = {}
    for one in references(site):
        if one.model == fact:
            joined.setdefault(one.to, []).append(one.column)
    others = sorted(joined, key=lambda name: (not is_dimension(name), name))
    half = (len(others) + 1) // 2
    sides = others[:half], others[half:]
    tall = [[26 + 18 * len(joined[name]) for name in side] for side in sides]
    height = max(sum(side) + 16 * len(side) for side in tall) + 8
    width, block = 440, 208
    body = []
    for left, side, heights in ((True, sides[0], tall[0]), (False, sides[1], tall[1])):
        y = (height - sum(heights) - 16 * len(heights)) / 2 + 8
        for name, size in zip(side, heights, strict=True):
            x = 2 if left else width - block - 2
            kind = "dimension" if is_dimension(name) else "fact"
            body.append(box(x, y, block, size, f"entity {kind}"))
            body.append(text(x + 8, y + 17, name, "strong"))
            for i, column in enumerate(joined[name]):
                words = column if len(column) <= NAME_LETTERS else column[: NAME_LETTERS - 1] + "…"
                body.append(text(x + 8, y + 34 + 17 * i, words, "small"))
            y += size + 16
    rail = width / 2
    for left, heights in ((True, tall[0]), (False, tall[1])):
        y = (height - sum(heights) - 16 * len(heights)) / 2 + 8
        for size in heights:
            start = block + 2 if left else width - block - 2
            body.insert(0, rule(start, y + size / 2, rail, y + size / 2, "join"))
            y += size + 16
    body.insert(0, rule(rail, 8, rail, height - 8, "join"))
    described = "; ".join(f"{name} by {', '.join(columns)}" for name, columns in joined.items())
    return svg(width, height, f"{fact} and what it refers to", described, body)
