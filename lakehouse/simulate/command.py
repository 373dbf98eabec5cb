"""The subcommand `simulate`."""

import argparse
import datetime as dt
import sys
from dataclasses import fields, replace
from pathlib import Path

from lakehouse.simulate.run import SHIPPED, Options, SimulationError, simulate


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `simulate`."""
    default = Options()
    parser = subparsers.add_parser(
        "simulate",
        help="write a landing zone in the names and formats of the public Olist data",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    flag = argparse.BooleanOptionalAction
    add = parser.add_argument
    add("--out", type=Path, default=default.out, help="folder to write to")
    add("--orders", type=int, default=default.orders, help="orders, 100 to 10000000")
    add("--days", type=int, default=default.days, help="daily drops after the first one")
    add(
        "--end-date",
        type=dt.date.fromisoformat,
        default=default.end_date,
        metavar="YYYY-MM-DD",
        help="date of the last drop",
    )
    add(
        "--seed",
        type=int,
        default=default.seed,
        help="same seed and options: same bytes",
    )
    add(
        "--defects",
        action=flag,
        default=default.defects,
        help="inject the known defects",
    )
    add(
        "--drift",
        action=flag,
        default=default.drift,
        help="one drop with a new column, one with its columns in another order",
    )
    add(
        "--tombstones",
        type=int,
        default=default.tombstones,
        metavar="N",
        help="orders withdrawn in the last drop",
    )
    add(
        "--tracking-days",
        type=int,
        default=default.tracking_days,
        metavar="N",
        help="carriers report shipments of the last N days; 0: no such files",
    )
    add(
        "--geo-points",
        type=int,
        default=default.geo_points,
        metavar="N",
        help="geolocation records; 0: derived from --orders",
    )
    add(
        "--manifest",
        type=Path,
        default=None,
        metavar="FILE",
        help="write the injected format defects there, as JSON",
    )
    add(
        "--force",
        action="store_true",
        help="replace the simulation in a folder that has one",
    )
    add(
        "--threads",
        type=int,
        default=default.threads,
        help="0: as many as DuckDB likes",
    )
    add(
        "--memory-limit",
        default=default.memory_limit,
        metavar="SIZE",
        help="then spill to disk",
    )
    add(
        "--progress",
        action=flag,
        default=None,
        help="progress bar; by default on a terminal",
    )
    add("--shipped", action="store_true",
        help="take the options of the landing zone in the repository; only --out, --force, "
        "--manifest, --threads and --memory-limit count beside it")  # fmt: skip
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Simulate; return 0, or 2 after an error message about an option."""
    given = {field.name: getattr(arguments, field.name) for field in fields(Options)}
    options = Options(**given)
    if arguments.shipped:
        kept = ("out", "force", "manifest", "threads", "memory_limit")
        options = replace(SHIPPED, **{name: given[name] for name in kept})
    progress = sys.stderr.isatty() if arguments.progress is None else arguments.progress
    try:
        injected = simulate(options, progress)
    except SimulationError as error:
        print(f"lakehouse simulate: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"lakehouse simulate: --out {options.out}: {error}", file=sys.stderr)
        return 2
    files = sorted(options.out.glob("????-??-??/*.*"))
    size = sum(path.stat().st_size for path in files)
    print(f"{options.out}: {len(files)} files, {size / 1e6:,.1f} MB, "
          f"{len(injected)} format defects")  # fmt: skip
    return 0
