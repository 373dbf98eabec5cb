"""The subcommand `new-domain`: a group with its owner, and the folder of its silver models."""

import argparse
import re
import sys
from pathlib import Path

from lakehouse.scaffold.names import identifier
from lakehouse.scaffold.plan import PROJECT, Plan, RefusedError, agreed, quote

GROUPS = "models/_groups.yml"


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `new-domain`."""
    parser = subparsers.add_parser("new-domain", help="add a domain: its group, owner and folder")
    parser.add_argument("name", metavar="NAME", help="such as hospital")
    parser.add_argument(
        "--owner", metavar="TEAM", help="the team that answers for it, never a person"
    )
    parser.add_argument("--email", metavar="ADDRESS", help="where the team is reached")
    parser.add_argument("--description", metavar="TEXT", help="what the domain is about")
    parser.add_argument("--dry-run", action="store_true", help="show every line, write nothing")
    parser.add_argument("--yes", action="store_true", help="write without asking")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Show, ask, write; return 0, or 1 when nothing was written."""
    try:
        return new_domain(arguments)
    except RefusedError as problem:
        print(problem, file=sys.stderr)
        return 1


def new_domain(arguments: argparse.Namespace, project: Path = PROJECT) -> int:
    """Do the work of `run` in a project."""
    name = identifier(arguments.name)
    plan = Plan(project)
    plan_domain(plan, name, arguments.owner, arguments.email, arguments.description)
    print("To be written:")
    plan.show(whole=arguments.dry_run)
    if arguments.dry_run:
        return 0
    if not agreed("\nWrite it?", arguments.yes):
        return 1
    plan.write()
    print(
        f"\nWritten. Silver of the domain goes to models/intermediate/{name}/: new-source FILES --domain {name}"
    )
    return 0


def with_folder(settings: str, name: str) -> str:
    """Return dbt_project.yml with the domain's folder of silver in its group."""
    line = f"      {name}: {{+group: {name}}}\n"
    return re.sub(r"^    marts:\n", lambda found: line + found[0], settings, count=1, flags=re.M)


def plan_domain(
    plan: Plan,
    name: str,
    owner: str | None = None,
    email: str | None = None,
    description: str | None = None,
) -> None:
    """Add a domain: its group, and the folder of silver that belongs to it."""
    owner = owner or f"{name.replace('_', ' ').capitalize()} analytics"
    email = email or f"{name.replace('_', '-')}-analytics@example.com"
    entry = (
        f"  - name: {name}\n"
        f"    description: {quote(description or 'TODO: what the domain is about.')}\n"
        f"    owner: {{name: {quote(owner)}, email: {email}}}\n"
    )
    if plan.exists(GROUPS):
        text = plan.read(GROUPS)
        if re.search(rf"^  - name: {name}$", text, flags=re.M):
            raise RefusedError(f"The domain {name} is there already, in {GROUPS}.")
        plan.change(GROUPS, text.rstrip("\n") + "\n" + entry)
    else:
        plan.create(
            GROUPS, "version: 2\n\n# The domains: who answers for a model.\ngroups:\n" + entry
        )
    plan.change("dbt_project.yml", with_folder(plan.read("dbt_project.yml"), name))
