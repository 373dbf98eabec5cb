"""The subcommand `metrics`: what can be asked, from the definitions that dbt parsed."""

import argparse
import json
import sys
import textwrap
from pathlib import Path
from typing import Any

MANIFEST = Path("target/semantic_manifest.json")
ASK = """\
  Ask
    make metrics ARGS="--metrics items_brl_sales --group-by metric_time__month"
    make metrics ARGS="--metrics late_by_day_share --group-by customer__state_code --order -late_by_day_share --limit 5"
  How to filter, and what the answers mean: docs/how-to/ask-a-metric.md
"""


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `metrics`."""
    parser = subparsers.add_parser("metrics", help="list the metrics and what they can be asked by")
    parser.add_argument(
        "--manifest",
        type=Path,
        default=MANIFEST,
        metavar="FILE",
        help=f"dbt's semantic manifest (default: {MANIFEST}; `dbt parse` makes it)",
    )
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Print the metrics; return 1 when dbt has parsed nothing yet."""
    if not arguments.manifest.is_file():
        print(f"There is no {arguments.manifest}: run `make metrics`.", file=sys.stderr)
        return 1
    print(text(json.loads(arguments.manifest.read_text(encoding="utf-8"))))
    return 0


def text(manifest: dict[str, Any]) -> str:
    """Return the metrics by semantic model, each with its description, and what they can be grouped by."""
    lines = []
    homes = {metric["name"]: home(metric["name"], manifest) for metric in manifest["metrics"]}
    for model in manifest["semantic_models"]:
        metrics = [each for each in manifest["metrics"] if homes[each["name"]] == {model["name"]}]
        if not metrics:
            continue
        lines += ["", f"  {model['label'] or model['name']}", ""]
        for metric in metrics:
            described = textwrap.wrap(" ".join((metric["description"] or "").split()), 84)
            lines.append(f"  {metric['name']:<30}{described[0] if described else ''}")
            lines += [" " * 32 + line for line in described[1:]]
        asked_by = textwrap.wrap(", ".join(groups(model, manifest)), 84)
        lines += ["", f"  {'grouped by':<30}{asked_by[0]}"]
        lines += [" " * 32 + line for line in asked_by[1:]]
    return "\n".join([*lines, "", ASK])


def home(name: str, manifest: dict[str, Any]) -> set[str]:
    """Return the semantic models whose measures a metric is made of."""
    metric = next(each for each in manifest["metrics"] if each["name"] == name)
    measures = {each["name"] for each in metric["type_params"]["input_measures"]}
    return {
        model["name"]
        for model in manifest["semantic_models"]
        if measures & {each["name"] for each in model["measures"]}
    }


def groups(model: dict[str, Any], manifest: dict[str, Any]) -> list[str]:
    """Return what the metrics of a semantic model can be grouped by, in at most one step from it."""
    found = ["metric_time__day", "__week", "__month", "__quarter", "__year"]
    reached = {each["name"] for each in model["entities"]}
    for other in manifest["semantic_models"]:
        key = next(each["name"] for each in other["entities"] if each["type"] == "primary")
        if key in reached:
            found += [
                f"{key}__{each['name']}"
                for each in other["dimensions"]
                if each["type"] == "categorical"
            ]
    return found
