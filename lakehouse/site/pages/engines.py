"""Two engines: what each model is compiled to for DuckDB and for Databricks, side by side."""

import difflib
import importlib.util
import re
import tempfile
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any

from markupsafe import Markup

from lakehouse.site.project import LAYERS, Site
from lakehouse.site.words import markdown

NO_DATABRICKS = (
    "The Databricks side is missing: there is no .venv-databricks. "
    "Run `make compile-databricks` once, then `make site` again."
)


def compile_offline(root: Path) -> ModuleType:
    """tests/databricks/compile_offline.py: the adapter as it is, without a workspace."""
    path = root / "tests/databricks/compile_offline.py"
    spec = importlib.util.spec_from_file_location("compile_offline", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def databricks(root: Path) -> dict[str, str]:
    """Name to SQL for Databricks, as in a run over an existing lakehouse; empty without the adapter."""
    if not (root / ".venv-databricks/bin/dbt").exists():
        return {}
    module = compile_offline(root)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        module.copy_project(copy)
        return module.compiled(copy, {"offline_incremental": True}, *module.MODELS)


def duckdb(site: Site) -> dict[str, str]:
    """Name to SQL for DuckDB, as dbt compiled it for its documentation: over the lakehouse as it is."""
    return {name: node.get("compiled_code") or "" for name, node in site.models.items()}


def content(site: Site, with_databricks: bool = True) -> dict[str, Any]:
    """A row a model, and a page a model with both texts."""
    left, right = duckdb(site), databricks(site.root) if with_databricks else {}
    models = []
    for name, node in sorted(site.models.items()):
        if node.get("language") != "sql":
            continue
        one, two = cleaned(left[name]), cleaned(right.get(name) or right.get(node["name"], ""))
        blocks = difflib.SequenceMatcher(None, one, two, autojunk=False).get_opcodes()
        same = sum(end - start for tag, start, end, *_ in blocks if tag == "equal")
        models.append(
            {
                "name": name,
                "layer": site.layer(node),
                "path": node["original_file_path"],
                "left": marked(
                    one, [(tag, start, end) for tag, start, end, *_ in blocks], bool(two)
                ),
                "right": marked(two, [(tag, *span) for tag, _, _, *span in blocks], True)
                if two
                else None,
                "lines": len(one),
                "other_lines": len(two),
                "different": max(len(one), len(two)) - same if two else None,
                "source": node["raw_code"],
            }
        )
    for name in sorted(n for n, node in site.models.items() if node.get("language") != "sql"):
        site.missing.setdefault("engines", []).append(
            f"{name} is a Python model: the same text runs on both engines."
        )
    parity = site.root / "docs/parity.md"
    return {
        "models": models,
        "has_databricks": bool(right),
        "no_databricks": NO_DATABRICKS,
        "equal": sum(model["different"] == 0 for model in models),
        "parity": tables(parity.read_text(encoding="utf-8")) if parity.is_file() else None,
    }


def cleaned(sql: str) -> list[str]:
    """The lines of a text without empty ones, trailing spaces, the name of the database, and the run's time."""
    sql = re.sub(r"[\"`]\w+[\"`]\.(?=[\"`]\w+[\"`]\.)", "", sql)
    sql = re.sub(r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+'", "'<start of the run>'", sql)
    # How a name is quoted is no difference worth a colour.
    sql = re.sub(r"[\"`](\w+)[\"`]", r"\1", sql)
    # A developer's own schemas have a prefix.
    sql = re.sub(rf"\b\w+_({'|'.join(LAYERS)})\.", r"\1.", sql)
    return [line.rstrip() for line in sql.splitlines() if line.strip()]


def marked(lines: list[str], blocks: list[tuple[str, int, int]], is_compared: bool) -> Markup:
    """The lines of a text; those the other text lacks are marked."""
    html = []
    for tag, start, end in blocks:
        words = escape("\n".join(lines[start:end]))
        if start < end:
            html.append(f"<mark>{words}</mark>" if is_compared and tag != "equal" else words)
    return Markup("\n".join(html))


def tables(source: str) -> Markup:
    """A Markdown page with tables as HTML."""
    html: list[str] = []
    for block in re.split(r"\n\s*\n", source.strip()):
        lines = block.splitlines()
        if len(lines) > 1 and lines[0].startswith("|") and set(lines[1]) <= set("|-: "):
            head, _, *body = [
                [cell.strip() for cell in line.strip("|").split("|")] for line in lines
            ]
            html.append('<div class="scroll" tabindex="0"><table><thead><tr>')
            html += [f'<th scope="col">{_inner(cell)}</th>' for cell in head]
            html.append("</tr></thead><tbody>")
            html += [
                "<tr>" + "".join(f"<td>{_inner(c)}</td>" for c in row) + "</tr>" for row in body
            ]
            html.append("</tbody></table></div>")
        elif lines and lines[0].startswith("#"):
            html.append(f"<h3>{escape(lines[0].lstrip('# '))}</h3>")
        elif not block.startswith("<!--"):
            html.append(str(markdown(block)))
    return Markup("".join(html))


def _inner(cell: str) -> str:
    return str(markdown(cell)).removeprefix("<p>").removesuffix("</p>")
