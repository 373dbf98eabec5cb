"""The command line: `python -m lakehouse <subcommand>`.

To add a subcommand, write a module with two functions and add it to `SUBCOMMANDS`:

- `add_parser(subparsers)` adds and returns its argparse parser;
- `run(arguments)` does the work and returns the exit code (0: fine).

A module is imported only when its command is the one asked for, or for `--help`.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence

SUBCOMMANDS = {
    "bundle": "lakehouse.bundle",
    "metrics": "lakehouse.metrics",
    "newest": "lakehouse.newest",
    "policies": "lakehouse.policies",
    "forget": "lakehouse.forget",
    "publish": "lakehouse.publish",
    "pr-report": "lakehouse.pr_report",
    "dashboard": "lakehouse.dashboard",
    "new-domain": "lakehouse.scaffold.domain",
    "new-model": "lakehouse.scaffold.model",
    "new-source": "lakehouse.scaffold.source",
    "quarantine": "lakehouse.quarantine",
    "remove-demo": "lakehouse.scaffold.demo",
    "release": "lakehouse.release",
    "report": "lakehouse.report",
    "questions": "lakehouse.questions",
    "simulate": "lakehouse.simulate.command",
    "site": "lakehouse.site.command",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand and return its exit code.

    arguments: what follows `python -m lakehouse`; the process's own by default.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="lakehouse", description="Tools around Medallion.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    wanted = given[:1] if given and given[0] in SUBCOMMANDS else list(SUBCOMMANDS)
    modules = {name: importlib.import_module(SUBCOMMANDS[name]) for name in wanted}
    for module in modules.values():
        module.add_parser(subparsers)
    parsed = parser.parse_args(given)
    return modules[parsed.command].run(parsed)
