"""Write the measured part of docs/benchmark.md, and its plot, from results.json: `python benchmarks/report.py`."""

import json
import re
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmark.md"
PLOT = HERE.parent / "docs" / "images" / "benchmark.svg"
GIB = 2**30
STEPS = {
    "limit": "limit: files to gold, hand-written",
    "floor": "floor: all layers, hand-written",
    "refresh": "full refresh, models",
    "refresh_tested": "full refresh, models and tests",
    "drop": "one more day",
    "quiet": "no news",
    "quiet_tested": "no news, with tests",
    "quiet_new_rows": "no news, with tests of new rows",
    "empty": "no data at all",
}
LAYERS = {
    "ops": "#4d4d4d",
    "bronze": "#8c5a2b",
    "silver": "#9aa5b1",
    "gold": "#d9a404",
    "tests": "#d0d8e0",
}


def main() -> None:
    """Replace what stands between the page's marks, and draw."""
    report = json.loads((HERE / "results.json").read_text())
    sizes = {int(orders): steps for orders, steps in report["sizes"].items()}
    machine = report["machine"]
    text = "\n\n".join(
        [
            f"Measured on {machine['cores']} cores and {machine['memory_bytes'] / GIB:.0f} GiB of memory, DuckDB "
            f"{machine['duckdb']} limited to {machine['memory_limit']}, {machine['system']}, Python {machine['python']}.",
            table(
                ["what is compared", "target", *(f"{orders:,} orders" for orders in sizes)],
                ratios(sizes),
            ),
            table(
                [
                    "step",
                    "orders",
                    "seconds",
                    "CPU seconds",
                    "peak memory",
                    "spilled",
                    "database",
                    "landing rows per second",
                ],
                list(details(sizes)),
            ),
            "![Seconds by layer for each step and size](images/benchmark.svg)",
            "The slowest models of a full refresh, in seconds, beside the floor's statement for the same table:",
            table(["table", *(f"{orders:,} orders" for orders in sizes)], slowest(sizes)),
        ]
    )
    page = PAGE.read_text()
    page = re.sub(
        r"(?s)(<!-- measured -->\n).*(\n<!-- /measured -->)",
        lambda m: f"{m[1]}\n{text}\n{m[2]}",
        page,
    )
    PAGE.write_text(page)
    draw(sizes)


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def ratios(sizes: dict) -> list[list[str]]:
    """The compared quantities, one row each; a dash where a step was not measured."""
    first = sizes[min(sizes)]

    def row(name, target, value, form=".2f"):
        return [name, target, *(cell(value, steps, form) for steps in sizes.values())]

    def cell(value, steps, form):
        try:
            return f"{value(steps):{form}}"
        except KeyError:
            return "–"

    def own(steps, step):
        """Seconds of a step without dbt's own."""
        return steps[step]["seconds"] - steps["empty"]["seconds"]

    return [
        row(
            "full refresh of the models / floor, dbt's own time taken off",
            "≤ 1.5 at 1 M, ≤ 1.3 at 10 M",
            lambda steps: own(steps, "refresh") / steps["floor"]["seconds"],
        ),
        row(
            "the same with dbt's own time",
            "",
            lambda steps: steps["refresh"]["seconds"] / steps["floor"]["seconds"],
        ),
        row(
            "the same in CPU time",
            "",
            lambda steps: steps["refresh"]["cpu_seconds"] / steps["floor"]["cpu_seconds"],
        ),
        row(
            "one more day / the same day at the smallest size, dbt's own time taken off",
            "≤ 1.5",
            lambda steps: own(steps, "drop") / own(first, "drop"),
        ),
        row(
            "no news / no data at all",
            "≤ 2",
            lambda steps: steps["quiet"]["seconds"] / steps["empty"]["seconds"],
        ),
        row(
            "full refresh with tests / without",
            "",
            lambda steps: steps["refresh_tested"]["seconds"] / steps["refresh"]["seconds"],
        ),
        row(
            "records that the floor's reader loses without a word",
            "",
            lambda steps: steps["refresh"]["rows"]["bronze"] - steps["floor"]["rows"]["bronze"],
            ",.0f",
        ),
        row(
            "peak memory of a full refresh, GiB (DuckDB's 6 GB and dbt itself)",
            "≤ 6",
            lambda steps: steps["refresh"]["peak_memory_bytes"] / GIB,
        ),
    ]


def details(sizes: dict):
    """One row per step and size."""
    for step, name in STEPS.items():
        for orders, steps in sizes.items():
            if step in steps:
                measured = steps[step]
                rate = "–"
                if step.startswith(("floor", "limit", "refresh")) and "refresh" in steps:
                    rate = f"{steps['refresh']['rows']['bronze'] / measured['seconds']:,.0f}"
                yield [
                    name,
                    f"{orders:,}",
                    f"{measured['seconds']:,.1f}",
                    f"{measured['cpu_seconds']:,.1f}",
                    *(
                        f"{measured[key] / GIB:.2f} GiB"
                        for key in ("peak_memory_bytes", "spilled_bytes", "database_bytes")
                    ),
                    rate,
                ]


def slowest(sizes: dict) -> list[list[str]]:
    """The tables that take longest at the largest size: seconds in dbt / in the floor."""
    largest = sizes[max(orders for orders, steps in sizes.items() if "refresh" in steps)][
        "refresh"
    ]["nodes"]
    names = [
        name for name in sorted(largest, key=largest.get, reverse=True) if not name.endswith("all")
    ][:15]
    return [
        [
            name,
            *(
                f"{steps['refresh']['nodes'].get(name, 0):.1f} / {steps.get('floor', {'nodes': {}})['nodes'].get(name, 0):.1f}"
                for steps in sizes.values()
            ),
        ]
        for name in names
    ]


def draw(sizes: dict) -> None:
    """Stacked bars of seconds by layer, a panel per size."""
    figure, panels = plt.subplots(
        1, len(sizes), figsize=(4.2 * len(sizes), 4), layout="constrained", squeeze=False
    )
    for panel, (orders, steps) in zip(panels[0], sizes.items(), strict=True):
        names = [step for step in STEPS if step in steps]
        for position, step in enumerate(reversed(names)):
            left = 0
            for layer, color in LAYERS.items():
                seconds = steps[step]["layers"].get(layer, 0)
                panel.barh(
                    position, seconds, left=left, color=color, edgecolor="white", linewidth=0.4
                )
                left += seconds
        panel.set_yticks(range(len(names)), [step.replace("_", ", ") for step in reversed(names)])
        panel.set_xlabel("seconds of work, summed over threads")
        panel.set_title(f"{orders:,} orders", loc="left")
        panel.spines[["top", "right"]].set_visible(False)
    handles = [plt.Rectangle((0, 0), 1, 1, color=color) for color in LAYERS.values()]
    figure.legend(handles, LAYERS, loc="outside lower center", ncols=len(LAYERS), frameon=False)
    PLOT.parent.mkdir(exist_ok=True)
    figure.savefig(PLOT, metadata={"Date": None})


if __name__ == "__main__":
    main()
