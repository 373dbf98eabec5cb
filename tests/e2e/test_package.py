"""The package in a project that has nothing else of this repository: the one of docs/how-to/use-the-package.md.

The files are written as they stand on the page, so the page cannot grow stale.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from lakehouse_run import PROJECT, start_dbt

sys.path.insert(0, str(PROJECT / "tests/databricks"))
import compile_offline

PAGE = (PROJECT / "docs/how-to/use-the-package.md").read_text()
FILES = dict(re.findall(r"^`([\w./-]+)`[^\n]*\n\n```\w+\n(.*?)```", PAGE, flags=re.M | re.S))
LOCAL = f"packages:\n  - local: {PROJECT / 'package'}\n"
SECOND_DROP = "landing/2024-03-02/loans.csv"
TABLES = (
    *("main_raw.raw_lending__loans", "main_raw.raw_lending__books"),
    *("main_clean.int_loans__records", "main_clean.int_books__records"),
)
COUNTS = ("landed", "parsed", "corrupt", "current", "superseded", "duplicate", "quarantined")


def environment():
    """The environment without the settings of this repository."""
    settings = ("DBT_PROFILES_DIR", "DBT_TARGET", "DUCKDB_PATH", "LANDING_PATH")
    kept = {name: value for name, value in os.environ.items() if name not in settings}
    return {**kept, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_USE_COLORS": "false"}


class Library:
    """The project of the page, in a folder of its own."""

    def __init__(self, folder, package):
        self.folder = folder
        for name, text in FILES.items():
            if name != SECOND_DROP:
                self.write(name, text)
        self.write("packages.yml", package)

    def write(self, name, text):
        """Writes a file of the project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, *command, code=0, **variables):
        """Runs a command in the folder and gives what it says."""
        ended = subprocess.run(
            list(map(str, command)),
            cwd=self.folder,
            env=environment() | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout

    def dbt(self, *arguments, code=0):
        """Runs dbt in the folder and gives what it says."""
        run = start_dbt(arguments, self.folder, environment(), self.folder / "dbt.txt").wait()
        assert run.exit_code == code, run.output
        return run.output

    def rows(self, query):
        """The rows of a query."""
        with duckdb.connect(str(self.folder / "library.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def law(self):
        """The latest equation of each entity: the counts, and whether it balances."""
        counts = ", ".join(f"{count}_count" for count in COUNTS)
        rows = self.rows(
            f"select entity, {counts}, is_balanced from main_watch.ops_reconciliation "
            "qualify _processed_at = max(_processed_at) over ()"
        )
        return {row[0]: row[1:] for row in rows}


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The project with the package from git, built over the first drop; what dbt said is `said`."""
    remote = tmp_path_factory.mktemp("remote")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        # What dbt does not copy need not be there whole.
        if (PROJECT / name).is_file() and name.startswith(("package/", "lakehouse/", "models/")):
            (remote / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, remote / name)
    git = ("git", "-C", remote, "-c", "user.name=test", "-c", "user.email=test@example.com")
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "all"], check=True)
    url = r"https://github.com/<owner>/medallion.git"
    assert url in FILES["packages.yml"]
    package = FILES["packages.yml"].replace(url, f"file://{remote}")
    library = Library(tmp_path_factory.mktemp("library"), package)
    library.dbt("deps")
    library.said = library.dbt("build")
    return library


@contextlib.contextmanager
def as_it_was(library):
    """The database as it was, afterwards."""
    # Opened to write and closed, it has no log beside it any more.
    database, copy = library.folder / "library.duckdb", library.folder / "copy.duckdb"
    duckdb.connect(str(database)).close()
    shutil.copy(database, copy)
    try:
        yield
    finally:
        Path(f"{database}.wal").unlink(missing_ok=True)
        copy.replace(database)


def test_every_call_within_the_package_says_whose_macro_it_is():
    """A bare name is looked for in the project of the node: there it is another's macro, or none."""

    def texts(folder):
        return {path: path.read_text() for path in (PROJECT / folder).rglob("*.sql")}

    def names(folder):
        return set(re.findall(r"{%-?\s*macro\s+(\w+)\(", "".join(texts(folder).values())))

    ours, outside = names("package"), names("macros") - names("package/settings")
    assert len(ours) > 100
    # dbt has this one in every project.
    outside.remove("generate_schema_name")
    code = re.compile(r"{%-?\s*macro\b.*?%}|{#.*?#}|({{.*?}}|{%.*?%})", flags=re.S)
    # Not what an error message names.
    call = re.compile(r"(?<!['\w.])((?:\w+\.)*)(\w+)\(")
    wrong = [
        f"{path.name}: {prefix}{name}()"
        for path, text in texts("package").items()
        for block in code.findall(text)
        for prefix, name in call.findall(block)
        if (name in ours and prefix == "") or name in outside
    ]
    assert wrong == []


def test_git_brings_the_folder_alone(library):
    installed = library.folder / "dbt_packages/medallion"
    names = {str(p.relative_to(installed)) for p in installed.rglob("*") if p.is_file()}
    package = PROJECT / "package"
    assert names == {str(p.relative_to(package)) for p in package.rglob("*") if p.is_file()}


def test_the_first_build_says_what_the_page_says(library):
    assert "Done. PASS=31 WARN=1 ERROR=0 SKIP=0 NO-OP=0 TOTAL=32" in library.said
    assert "Done. PASS=31 WARN=1 ERROR=0 SKIP=0 NO-OP=0 TOTAL=32" in PAGE
    assert "WARNING" not in library.said
    line_count = sum(len(text.splitlines()) for text in FILES.values())
    assert f"{len(FILES)} files, {line_count} lines" in PAGE
    assert library.law() == {
        "books": (3, 3, 0, 3, 0, 0, 0, True),
        "loans": (6, 5, 1, 3, 0, 0, 2, True),
    }
    refused = "select business_key, broken_rules, quarantine_status from main_clean.int_quarantine order by source_row"
    assert library.rows(refused) == [
        ("L4", "due_after_lending", "open"),
        (None, "record_parseable", "open"),
        ("L6", "fine_eur_readable", "open"),
    ]
    corrupt = (
        "select _corrupt_record from main_raw.raw_lending__loans where _corrupt_record is not null"
    )
    assert library.rows(corrupt) == [('L5,B2,"P4,2024-02-22,2024-03-07,,',)]
    drift = "select entity, column_name, drift from main_watch.ops_schema_drift"
    assert library.rows(drift) == [("books", "shelf", "added")]
    assert library.rows("select loan_id from main_share.fct_loans order by 1") == [
        ("L1",),
        ("L2",),
        ("L3",),
    ]
    logged = "select count(*) from main_watch.ops_model_runs where node_type = 'model' and node_status = 'success'"
    assert library.rows(logged) == [(13,)]


def test_a_second_build_changes_nothing_and_a_drop_is_read_alone(library):
    def held():
        return {table: library.rows(f"select * from {table} order by all") for table in TABLES}

    before = held()
    library.dbt("build", "--quiet")
    assert held() == before

    library.write(SECOND_DROP, FILES[SECOND_DROP])
    library.dbt("build", "--quiet")
    assert library.law()["loans"] == (10, 9, 1, 5, 1, 1, 2, True)
    assert library.rows(
        "select quarantine_status, released_by_file from main_clean.int_quarantine where business_key = 'L4'"
    ) == [("released", "2024-03-02/loans.csv")]
    assert library.rows("select count(*) from main_share.fct_loans where is_late") == [(1,)]
    assert library.rows(
        "select failed_count from main_watch.ops_expectation_results "
        "where rule_name = 'fine_is_usual' qualify _processed_at = max(_processed_at) over ()"
    ) == [(1,)]
    after = held()
    for table in TABLES[:2]:
        assert set(before[table]) <= set(after[table])  # stamps and all
    assert after[TABLES[3]] == before[TABLES[3]]


def test_a_lost_record_turns_the_build_red(library):
    with as_it_was(library):
        with duckdb.connect(str(library.folder / "library.duckdb")) as connection:
            connection.execute("delete from main_clean.int_loans__records where loan_id = 'L1'")
        assert "conservation_law_holds" in library.dbt(
            "build", "--select", "ops_reconciliation,resource_type:model", "conservation_law_holds",
            code=1,
        )  # fmt: skip


def test_what_is_forgotten_or_not_promised_is_told(library):
    """In a copy with the package from a folder: an entity is not listed, and gold has no contract."""
    broken = Library(library.folder / "broken", LOCAL)
    text = FILES["dbt_project.yml"]
    for old, new in (
        ("    loans: raw_lending__loans\n", ""),
        ("+contract: {enforced: true}", "+contract: {enforced: false}"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    broken.write("dbt_project.yml", text)
    broken.dbt("deps")
    said = broken.dbt("test", "--select", "every_entity_is_judged", code=1)
    assert "FAIL 1 every_entity_is_judged" in said

    command = (sys.executable, "-m", "lakehouse", "policies", "--target-path", "target")
    here = {"PYTHONPATH": str(PROJECT)}
    assert "0 breaches" in library.run(*command, **here)
    assert broken.run(*command, code=1, **here) in PAGE
    (broken.folder / "target/manifest.json").unlink()
    broken.run(*command, code=1, **here)


def test_the_project_compiles_for_databricks(tmp_path):
    if not compile_offline.DBT.exists():
        pytest.skip("no .venv-databricks: run `make compile-databricks`")
    offline = Library(tmp_path, LOCAL)
    # The one question that compiling asks a workspace.
    offline.write(
        "macros/is_incremental.sql",
        "{% macro is_incremental() %}{{ return(false) }}{% endmacro %}\n",
    )
    offline.run(compile_offline.DBT, "--quiet", "deps")
    offline.run(
        *(compile_offline.DBT, "--quiet", "compile", "--target", "databricks"),
        *("--no-populate-cache", "--no-introspect"),
        DATABRICKS_HOST="offline.invalid",
        DATABRICKS_HTTP_PATH="sql/1.0/warehouses/offline",
        DATABRICKS_TOKEN="not-a-token",
    )
    nodes = json.loads((tmp_path / "target/manifest.json").read_text())["nodes"].values()
    statements = {node["name"]: node.get("compiled_code") for node in nodes}
    assert {"raw_lending__loans", "int_loans__records", "ops_reconciliation"} < statements.keys()
    assert [name for name, statement in statements.items() if not statement] == []
    assert compile_offline.findings(statements) == []
