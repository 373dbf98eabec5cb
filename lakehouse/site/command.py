"""The subcommand `site`: write a static site about the lakehouse, to be opened from disk or served as it is."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from lakehouse import options
from lakehouse.site import star
from lakehouse.site.pages import (
    answers,
    dictionary,
    engines,
    home,
    journey,
    lineage,
    quality,
    schema,
)
from lakehouse.site.project import Site, SiteError, load
from lakehouse.site.words import markdown, moment, number, of, plain

ROOT = Path(__file__).resolve().parents[2]
OUT = Path("target/site")
STAR = ROOT / "docs/star.md"
TMDL = ROOT / "docs/how-to/power-bi/relationships.tmdl"
COLIBRI = ROOT / ".venv-site/bin/colibri"
# File, title in the menu, what the page is for.
PAGES = (
    ("index", "Overview", "what this is, and whether it is well"),
    ("answers", "AS-IS → TO-BE", "what is wrong in the raw data, and what gold answers"),
    ("journey", "One order", "the records of an order from its file to gold"),
    ("quality", "Quality", "rules, quarantine, conservation law, drift, timings"),
    ("lineage", "Lineage", "which model reads which"),
    ("schema", "Star schema", "bus matrix, stars, relationships"),
    ("dictionary", "Data dictionary", "every model and column"),
    ("engines", "Two engines", "the SQL for DuckDB and for Databricks"),
)
NO_COLUMNS = (
    "Column lineage is left out: dbt-colibri is not in .venv-site; `make site` installs it."
)


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `site`."""
    parser = subparsers.add_parser(
        "site",
        help="write the static site about the lakehouse",
        description="Writes a static site about the lakehouse. `make site` makes what it needs first.",
    )
    add = parser.add_argument
    options.add_database(parser)
    add(
        "--artifacts",
        type=Path,
        default=Path("target"),
        metavar="FOLDER",
        help="folder of dbt's manifest.json, catalog.json and static_index.html (default: target)",
    )
    add("--out", type=Path, default=OUT, metavar="FOLDER", help=f"where to (default: {OUT})")
    add(
        "--databricks",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="compile the models for Databricks, too, which takes half a minute",
    )
    add(
        "--star",
        action="store_true",
        help="write docs/star.md and the relationships for Power BI instead, from the manifest alone",
    )
    add("--check", action="store_true", help="with --star: write nothing, fail when it is stale")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Write the site; return 0, or 1 when there is nothing to make it of."""
    try:
        if arguments.star:
            return write_star(arguments.artifacts, arguments.check)
        site = load(arguments.database, arguments.artifacts, ROOT)
        with site.connection:
            write(site, arguments.artifacts, arguments.out, arguments.databricks)
    except SiteError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The site is in {arguments.out}: open {arguments.out / 'index.html'}")
    return 0


def write_star(artifacts: Path, check: bool) -> int:
    """Write or check what is committed about the star schema; it needs no database."""
    path = artifacts / "manifest.json"
    if not path.is_file():
        raise SiteError(f"There is no {path}: run `dbt parse` first.")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    site = Site(manifest, {}, duckdb.connect(), Path(), ROOT)
    stale = 0
    for file, words in ((STAR, star.markdown(site)), (TMDL, star.tmdl(site))):
        name = file.relative_to(ROOT)
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(words, encoding="utf-8")
            print(f"{name}: written")
        elif not file.is_file() or file.read_text(encoding="utf-8") != words:
            print(f"{name} is stale: run `make star` and commit it.", file=sys.stderr)
            stale = 1
    return stale


def write(site: Site, artifacts: Path, out: Path, with_databricks: bool = True) -> None:
    """Write every page anew, beside dbt's own documentation and the column lineage."""
    fresh = out.with_name(f"{out.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(Path(__file__).parent / "static", fresh / "static")
    has_docs = copy_docs(artifacts, fresh)
    blind = column_lineage(artifacts, fresh)
    environment = make_environment(site)
    common: dict[str, Any] = {
        "has_docs": has_docs,
        "has_columns": blind is not None,
        "no_columns": NO_COLUMNS,
        "blind": blind or [],
        "missing": site.missing,
        "up": "",
    }
    contents = {
        "index": home.content(site),
        "answers": {**answers.content(site), "cohorts": answers.cohorts(site)},
        "journey": journey.content(site),
        "quality": quality.content(site),
        "lineage": lineage.content(site),
        "schema": schema.content(site),
        "dictionary": dictionary.content(site),
        "engines": engines.content(site, with_databricks),
    }
    common["pages"] = pages_with(contents)
    for name, title, purpose in common["pages"]:
        html = environment.get_template(f"{name}.html").render(
            **common, **contents[name], page=name, title=title, purpose=purpose
        )
        (fresh / f"{name}.html").write_text(html, encoding="utf-8")
    (fresh / "engines").mkdir()
    for model in contents["engines"]["models"]:
        html = environment.get_template("engine.html").render(
            **{**common, "up": "../"},
            model=model,
            has_databricks=contents["engines"]["has_databricks"],
            no_databricks=engines.NO_DATABRICKS,
            page="engines",
            title=model["name"],
            purpose=f"{model['name']} for DuckDB and for Databricks",
        )
        (fresh / "engines" / f"{model['name']}.html").write_text(html, encoding="utf-8")
    # Served by GitHub Pages as it is, files with an underscore included.
    (fresh / ".nojekyll").touch()
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)


def pages_with(contents: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The pages that have something to show: without a marketplace there is no order to follow, without sources no AS-IS."""
    empty = set()
    if not contents["journey"]["orders"]:
        empty.add("journey")
    if not contents["answers"]["sources"] and not contents["answers"]["charts"]:
        empty.add("answers")
    return [page for page in PAGES if page[0] not in empty]


def copy_docs(artifacts: Path, out: Path) -> bool:
    """Put dbt's own static documentation beside the pages."""
    static = artifacts / "static_index.html"
    if not static.is_file():
        return False
    (out / "docs").mkdir()
    shutil.copy(static, out / "docs" / "index.html")
    return True


def column_lineage(artifacts: Path, out: Path) -> list[str] | None:
    """Let dbt-colibri draw column lineage; returns the SQL models it is blank for, or None without it."""
    if not COLIBRI.exists():
        return None
    folder = out / "columns"
    folder.mkdir()
    manifest = json.loads((artifacts / "manifest.json").read_text(encoding="utf-8"))
    for key, node in manifest["nodes"].items():
        # An incremental model reads itself, whose columns the parser must know as well.
        if node["config"].get("materialized") == "incremental":
            node["depends_on"]["nodes"].append(key)
    copy = folder / "manifest.json"
    copy.write_text(json.dumps(manifest), encoding="utf-8")
    process = subprocess.run(
        [
            *(COLIBRI, "generate", "--light", "--disable-telemetry", "--output-dir", folder),
            *("--manifest", copy, "--catalog", artifacts / "catalog.json"),
        ],
        env={**os.environ, "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    drawn = folder / "colibri-manifest.json"
    if process.returncode or not drawn.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        return None
    found = blank(json.loads(drawn.read_text(encoding="utf-8")))
    for path in folder.glob("*.json"):
        path.unlink()
    return found


def blank(drawn: dict[str, Any]) -> list[str]:
    """The SQL models none of whose columns comes from anywhere; bronze begins at its files, ops counts them."""
    reached = {
        edge["target"]
        for edge in drawn["lineage"]["edges"]
        if edge.get("sourceColumn") and edge.get("targetColumn")
    }
    return sorted(
        key.split(".")[2]
        for key in drawn["nodes"]
        if key.startswith("model.")
        and key not in reached
        and not key.split(".")[2].startswith(("stg_", "ops_"))
    )


def make_environment(site: Site) -> jinja2.Environment:
    """The templates, with what every page says at its foot."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(number=number, plain=plain, moment=moment, markdown=markdown, of=of)
    environment.globals["built_at"] = home.built(site)["at"]
    environment.globals["project"] = site.manifest["metadata"]["project_name"].capitalize()
    return environment
