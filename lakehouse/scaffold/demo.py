"""The subcommand `remove-demo`: an empty lakehouse with every mechanism in place and nothing of the marketplace.

Only files that git knows are removed, and only when nothing is uncommitted, so `git restore` brings all of it back.
"""

import argparse
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

from lakehouse.scaffold.plan import PROJECT, TEMPLATES, agreed

# Models that are no demonstration, unless they read one that is.
KEPT = (
    "models/operations/*",
    "models/marts/core/dim_dates.*",
    "models/_*",
)
# Whole folders and files that are about the marketplace alone.
REMOVED = (
    "landing/*",
    "models/_docs/shipment_events.md",
    "analyses/*",
    "benchmarks/*",
    "snapshots/*",
    "lakehouse/simulate/*",
    "lakehouse/questions.py",
    "lakehouse/dashboard.py",
    "lakehouse/forget.py",
    "lakehouse/landed.py",
    "lakehouse/learning/affinity.py",
    "lakehouse/learning/delivery.py",
    "lakehouse/learning/forecast.py",
    "deploy/databricks/dashboard.yml",
    "deploy/databricks/marketplace.lvdash.json",
    "docs/questions.md",
    "docs/expectations.md",
    "docs/benchmark.md",
    "docs/parity.md",
    "docs/star.md",
    "docs/images/*",
    "docs/how-to/power-bi/*",
    "docs/how-to/get-the-olist-data.md",
    "docs/how-to/connect-power-bi.md",
    "docs/how-to/forget-a-customer.md",
    "docs/how-to/promise-a-delivery-date.md",
    "docs/how-to/shipment-events.md",
    "README.pt-BR.md",
    "requirements/bench.*",
    "requirements/mlflow.*",
    "tests/metrics/*",
    "tests/site/test_marketplace.py",
    # What compares the engines lands the marketplace's files.
    "tests/databricks/test_parity.py",
    "tests/databricks/parity.py",
    "tests/databricks/export.py",
    "tests/databricks/test_probes.py",
    "tests/databricks/probes.sql",
    "tests/databricks/test_learning.py",
    "tests/databricks/test_metric_views.py",
    "tests/databricks/test_dashboard.py",
)
# Removed, and written anew by `make star`.
ANEW = {"star.md", "relationships.tmdl"}
# The harness stays; what it tests on the marketplace's files goes.
KEPT_TESTS = (
    "tests/e2e/conftest.py",
    "tests/e2e/lakehouse_run.py",
    "tests/e2e/compare.py",
    "tests/e2e/test_profile.py",
    "tests/e2e/test_package.py",
)
DEMO_TARGETS = (
    *("simulate", "questions", "bench", "metrics-check", "parity", "parity-check", "tracked"),
)
# Lines of a how-to that name what is gone, and sections about it.
COMMANDS_GONE = (
    r"^(\.venv/bin/python -m lakehouse|make) (simulate|questions|bench|tracked|parity)\b"
    r"|^\| .*`make (simulate|questions|bench|tracked|parity)\b|^2\. Write the same in SQL"
)
EDITED_PAGES = ("docs/", "CONTRIBUTING.md", "CHANGELOG.md", "tests/databricks/README.md")
SECTIONS = {
    "docs/how-to/ask-a-metric.md": ("More questions", r"Which one is meant\?"),
    "docs/how-to/add-a-python-model.md": ("Track runs with MLflow",),
}
DEMO_ENVIRONMENTS = ("bench", "mlflow")
DEMO_COMMANDS = ("dashboard", "forget", "questions", "simulate")


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `remove-demo`."""
    parser = subparsers.add_parser(
        "remove-demo", help="take the marketplace out: an empty lakehouse with every mechanism"
    )
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Show what goes, ask, and remove it; return 0, or 1 when nothing was done."""
    return remove_demo(PROJECT, arguments.yes)


def remove_demo(project: Path, is_yes: bool) -> int:
    """Do the work of `run` in a project."""
    try:
        known = git(project, "ls-files").splitlines()
        changes = git(project, "status", "--porcelain", "--untracked-files=no")
    except subprocess.CalledProcessError:
        print(
            "This is no git repository, so nothing could be undone: `git init`, add, commit.",
            file=sys.stderr,
        )
        return 1
    if changes:
        print(
            f"There are uncommitted changes; commit or stash them first:\n{changes}",
            file=sys.stderr,
        )
        return 1
    if "models/staging/marketplace/_marketplace__sources.yml" not in known:
        print("The marketplace is not here: nothing to remove.")
        return 0
    gone = removed_files(project, known)
    for folder, count in by_folder(gone).items():
        print(f"  remove  {folder:<28} {count:>4} files")
    edits = edited_files(project, known, gone)
    for path in edits:
        print(f"  {'change' if path in known else 'new   '}  {path}")
    print(
        "\nIngest, expectations, quarantine, ledgers, drift, the calendar, checks and deployment stay."
    )
    if not agreed("Remove it?", is_yes):
        return 1
    for path in gone:
        (project / path).unlink()
    for folder in sorted(
        {parent for path in gone for parent in (project / path).parents}, reverse=True
    ):
        if folder.is_relative_to(project) and folder.exists() and not any(folder.iterdir()):
            folder.rmdir()
    for path, text in edits.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text, encoding="utf-8")
    created = " ".join(path for path in edits if path not in known)
    print(
        "\nRemoved. To undo: git restore . && rm " + created + "\n"
        "Next: remove medallion.duckdb (it holds the old tables), `make build`, `make bundle` (the jobs),\n"
        "`make star` (docs/star.md), commit, then `python -m lakehouse new-source FILES`."
    )
    return 0


def git(project: Path, *arguments: str) -> str:
    """Return what a git command prints."""
    command = ["git", "-C", str(project), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def by_folder(paths: list[str]) -> dict[str, int]:
    """Return how many of some files lie in each folder of two levels."""
    counts: dict[str, int] = {}
    for path in paths:
        folder = "/".join(path.split("/")[:-1][:2]) or path
        counts[folder] = counts.get(folder, 0) + 1
    return counts


def model_of(path: str) -> str:
    """Return the name of the node that a file of models, seeds or tests belongs to."""
    return Path(path).name.split(".")[0]


def references(text: str) -> set[str]:
    """Return the models and seeds that a file names."""
    # Also names in a list that a template calls `ref` with.
    return set(re.findall(r"['\"](\w+)['\"]", text))


def removed_files(project: Path, known: list[str]) -> list[str]:
    """Return the files to remove: the demonstration, and what reads it."""
    models = [path for path in known if path.startswith("models/")]
    gone = [path for path in models if not any(fnmatch(path, pattern) for pattern in KEPT)]
    names = {model_of(path) for path in gone}
    kept = [path for path in models if path not in gone]
    while True:
        more = [
            path
            for path in kept
            if path.endswith((".sql", ".py", ".yml")) and references(source(project, path)) & names
        ]
        # A model goes with its YAML.
        more = [path for path in kept if model_of(path) in {model_of(other) for other in more}]
        if not more:
            break
        gone += more
        names |= {model_of(path) for path in more}
        kept = [path for path in kept if path not in more]
    used = set().union(
        *(references(source(project, path)) for path in kept if path.endswith((".sql", ".yml")))
    )
    gone += [path for path in known if path.startswith("seeds/") and model_of(path) not in used]
    names |= {model_of(path) for path in gone if path.startswith("seeds/")}
    gone += [
        path
        for path in known
        if path.startswith("tests/")
        and path.endswith(".sql")
        and not path.startswith("tests/databricks")
        and references(source(project, path)) & names
    ]
    gone += [
        path
        for path in known
        if path not in gone
        and (
            any(fnmatch(path, pattern) for pattern in REMOVED)
            or (path.startswith("tests/e2e/") and path not in KEPT_TESTS)
        )
    ]
    return sorted(gone)


def source(project: Path, path: str) -> str:
    """Return the text of a file."""
    return (project / path).read_text(encoding="utf-8", errors="replace")


def edited_files(project: Path, known: list[str], gone: list[str]) -> dict[str, str]:
    """Return the new text of the files that name what is removed, and of those that take its place."""
    models = {model_of(path) for path in gone if path.startswith(("models/", "seeds/"))}
    models |= areas(known, gone)
    edits = {
        "macros/silver/judged_entities.sql": without_lines(
            source(project, "macros/silver/judged_entities.sql"), r"^        \['"
        ),
        "dbt_project.yml": without_keys(source(project, "dbt_project.yml"), models),
        "dbt-bouncer.yml": bouncer(source(project, "dbt-bouncer.yml")),
        "Makefile": makefile(source(project, "Makefile")),
        "lakehouse/cli.py": without_lines(
            source(project, "lakehouse/cli.py"), rf'^    "({"|".join(DEMO_COMMANDS)})": '
        ),
        "lakehouse/metrics.py": without_lines(
            source(project, "lakehouse/metrics.py"), "late_by_day_share"
        ).replace("items_brl_sales", "NAME"),
        "lakehouse/quarantine.py": re.sub(
            r"^IMPERSONAL = \{\n.*?^\}\n",
            'IMPERSONAL = {"_operation"}\n',
            source(project, "lakehouse/quarantine.py"),
            flags=re.M | re.S,
        ),
        "models/_docs/columns.md": used_texts(project, known, gone),
        "models/_docs/overview.md": TEMPLATES.get_template("empty_overview.md").render(),
        **groups(project, known, gone),
        "README.md": TEMPLATES.get_template("empty_readme.md").render(),
        "tests/e2e/test_lakehouse.py": TEMPLATES.get_template("empty_test.py.jinja").render(),
        "landing/.gitkeep": "",
    }
    lost = {Path(path).name for path in gone} - ANEW
    for path in known:
        if path.startswith(EDITED_PAGES) and path.endswith(".md") and path not in gone:
            before = source(project, path)
            # A row of a table that leads to a removed page.
            before = without_lines(
                before, rf"^\|.*\| \[[^\]]*\]\(({'|'.join(map(re.escape, sorted(lost)))})\) \|$"
            )
            if path.startswith(("docs/how-to/", "CONTRIBUTING.md")):
                before = without_lines(before, COMMANDS_GONE)
            for heading in SECTIONS.get(path, ()):
                before = re.sub(
                    rf"^## {heading}\n.*?(?=^## |\Z)", "", before, flags=re.M | re.S
                ).rstrip("\n")
                before += "\n"
            text = without_links(before, lost).replace("make twice metrics-check ", "make twice ")
            if text != source(project, path):
                edits[path] = text
    return edits


def areas(known: list[str], gone: list[str]) -> set[str]:
    """Return the folders of silver of which nothing is left."""
    silver = re.compile(r"models/intermediate/(\w+)/")
    everything = {match[1] for path in known if (match := silver.match(path))}
    return everything - {
        match[1] for path in known if path not in gone and (match := silver.match(path))
    }


def groups(project: Path, known: list[str], gone: list[str]) -> dict[str, str]:
    """Return the file of groups without the domains of which nothing is left."""
    if "models/_groups.yml" not in known:
        return {}
    text = source(project, "models/_groups.yml")
    for area in areas(known, gone):
        text = re.sub(rf"^  - name: {area}\n(?:    .*\n)*", "", text, flags=re.M)
    return {"models/_groups.yml": text}


def without_lines(text: str, pattern: str) -> str:
    """Return a text without the lines that match."""
    return "".join(line for line in text.splitlines(keepends=True) if not re.search(pattern, line))


def without_links(text: str, lost: set[str]) -> str:
    """Return a text whose links to removed files are plain words."""
    text = re.sub(
        r"^!\[[^\]]*\]\((?:[^)]*/)?([^/)]+)\)\n",
        lambda image: "" if image[1] in lost else image[0],
        text,
        flags=re.M,
    )
    return re.sub(
        r"\[([^\]]*)\]\(([^)#]*?)([^/)#]+)(#[^)]*)?\)",
        lambda link: link[1] if link[3] in lost else link[0],
        text,
    )


def without_keys(text: str, names: set[str]) -> str:
    """Return a YAML text without the entries of some names, the comments above them, and what is empty then."""
    lines = text.splitlines(keepends=True)
    kept: list[str] = []
    skipped = -1
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if skipped >= 0 and (not line.strip() or indent > skipped):
            continue
        skipped = -1
        key = re.match(r"\s+(\w+):", line)
        if key and key[1] in names:
            skipped = indent
            while kept and kept[-1].strip().startswith("#"):
                kept.pop()
            continue
        kept.append(line)
    return "".join(
        line
        for line, following in zip(kept, [*kept[1:], ""], strict=True)
        if not (
            re.fullmatch(r"\s+core:\s*", line.rstrip("\n"))
            and len(following) - len(following.lstrip()) <= len(line) - len(line.lstrip())
        )
    )


def bouncer(text: str) -> str:
    """Return the house's rules without their exceptions for models of the marketplace."""
    text = re.sub(r"    exclude: \^models/marts/core/fct_orders.*\n", "", text)
    text = re.sub(r"\(\?!\([a-z_|]+\)_key\$\)", "(?!(none)_key$)", text)
    return re.sub(
        r"  - name: check_macro_is_used\n(?:    #.*\n)*    exclude: .*\n",
        "  - name: check_macro_is_used\n"
        "    # an empty lakehouse does not use all of the tools yet; and dispatch the manifest cannot see\n"
        "    exclude: ^((package/)?macros|tests/generic)/\n",
        text,
    )


def makefile(text: str) -> str:
    """Return the Makefile without the targets that are about the marketplace."""
    for target in DEMO_TARGETS:
        # With the comment above it.
        text = re.sub(
            rf"^(?:#[^\n]*\n)*\.PHONY: {target}\n{target}:.*?\n(?=\n|\Z)\n?",
            "",
            text,
            flags=re.M | re.S,
        )
    gone = {*DEMO_TARGETS, *(f".venv-{name}/.installed" for name in DEMO_ENVIRONMENTS)}

    def remaining(rule: re.Match[str]) -> str:
        return rule[1] + " ".join(word for word in rule[2].split(" ") if word not in gone)

    text = re.sub(r"^([a-z0-9-]+: )(.*?(?= ## ))", remaining, text, flags=re.M)
    text = re.sub(
        r"(for name in )(dev .*?)(?=; do)",
        lambda loop: (
            loop[1] + " ".join(word for word in loop[2].split(" ") if word not in DEMO_ENVIRONMENTS)
        ),
        text,
    )
    text = without_lines(text, r"lakehouse questions --check|\$\(DASHBOARD\)|^DASHBOARD = ")
    for before, after in (
        ("PYTHON_FOLDERS = lakehouse tests benchmarks", "PYTHON_FOLDERS = lakehouse tests"),
        ("behind `build`, `metrics` or `simulate`", "behind `build` or `metrics`"),
        (" tests/databricks/test_dashboard.py", ""),
        ("items_brl_sales", "NAME"),
    ):
        text = text.replace(before, after)
    return text


def used_texts(project: Path, known: list[str], gone: list[str]) -> str:
    """Return the texts of columns that remaining models show, and those of the technical columns."""
    yaml = "".join(
        source(project, path)
        for path in known
        if path.startswith(("models/", "seeds/")) and path.endswith(".yml") and path not in gone
    )
    used = set(re.findall(r'doc\("(\w+)"\)', yaml))
    blocks = re.findall(
        r"^\{% docs (\w+) %\}\n.*?^\{% enddocs %\}\n",
        source(project, "models/_docs/columns.md"),
        flags=re.M | re.S,
    )
    text = source(project, "models/_docs/columns.md")
    kept = [
        re.search(rf"^\{{% docs {name} %\}}\n.*?^\{{% enddocs %\}}\n", text, flags=re.M | re.S)[0]
        for name in blocks
        if name in used or name.startswith("_")
    ]
    return "\n".join(kept)
