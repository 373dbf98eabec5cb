"""From the demonstration to a lakehouse of one's own: remove-demo, new-source on nasty files, new-model, builds.

One copy of the project goes through all of it, in the order of the tests.
"""

import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from lakehouse_run import PROJECT, Lakehouse

# A semicolon, Latin-1, decimal commas, days first, names with accents and spaces, a reserved word.
PATIENTS = "Patient ID;Município;Peso (kg);Birth Date;order;Off\n" + "".join(
    f"p{i};São Paulo;{60 + i},5;{i + 1:02d}/12/1980;{i};{i},5 %\n" for i in range(20)
)
# A byte order mark, CRLF, thousands separators, unreadable dates, a repeated record, a key that comes again, a short
# line, markers of missing values, a column that is never filled.
VISITS = "\ufeffVisit ID,Patient ID,visit date,Cost,status,empty\r\n" + "".join(
    f'v{i},p{i % 25},{"2019-13-45" if i == 7 else f"2019-03-{i % 28 + 1:02d} 10:30:00"},"1,{100 + i}.50",{"N/A" if i % 9 == 0 else "open"},\r\n'
    for i in range(60)
)
VISITS += (
    VISITS.splitlines()[3]
    + "\r\n"
    + 'v5,p1,2019-03-30 08:00:00,"2,000.00",closed,\r\n'
    + "short line\r\n"
)
# Objects in objects, camel case, UTC, milliseconds and seconds since 1970.
EVENTS = "".join(
    f'{{"eventId": "e{i}", "visit": {{"visitId": "v{i}", "minutes": {i}, "bed": {{"no": "{i:02d}"}}}}, '
    f'"createdAt": "2019-03-{i % 28 + 1:02d}T10:00:00Z", "ts": {1551434400500 + i}, "sent": {1551434400 + i}.25}}\n'
    for i in range(30)
)
# No key at all, and repeated records.
NOISE = "a,b\n" + "1,2\n2,3\n" * 10


def git(project, *arguments):
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments]
    return subprocess.run(command, cwd=project, check=True, capture_output=True, text=True).stdout


def lakehouse_command(house, *arguments):
    """Runs `python -m lakehouse` in the copy; gives its exit code and what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "lakehouse", *map(str, arguments)],
        cwd=house.project,
        env={**os.environ, "LANDING_PATH": str(house.landing), "DUCKDB_PATH": str(house.database)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def texts(project):
    return {
        p: p.read_bytes() for p in Path(project).rglob("*") if p.is_file() and ".git" not in p.parts
    }


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A lakehouse run by a copy of the project, under git."""
    folder = tmp_path_factory.mktemp("own")
    copy = folder / "project"
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    for name in names:
        source = PROJECT / name
        if source.is_file() and not name.startswith(".venv"):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(source.read_bytes())
    git(copy, "init", "-q")
    git(copy, "add", "-A")
    git(copy, "commit", "-qm", "all")
    return Lakehouse(folder / "house", project=copy)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("given") / "hospital"
    folder.mkdir()
    (folder / "patients.csv").write_bytes(PATIENTS.encode("latin-1"))
    (folder / "visits_2019-04-01.csv").write_bytes(VISITS.encode())
    (folder / "events.jsonl").write_text(EVENTS)
    (folder / "noise.csv").write_text(NOISE)
    (folder / "wide.csv").write_text(
        ",".join(["id", *(f"Column {i}" for i in range(199))]) + "\n" + ",".join("1" * 200) + "\n"
    )
    (folder / "empty.csv").touch()
    return folder


def test_remove_demo_refuses_with_uncommitted_changes(house):
    readme = house.project / "README.md"
    before = readme.read_text()
    readme.write_text(before + "more")
    code, said = lakehouse_command(house, "remove-demo", "--yes")
    readme.write_text(before)
    assert code == 1
    assert "uncommitted" in said
    assert lakehouse_command(house, "remove-demo")[0] == 1  # nobody says yes
    assert git(house.project, "status", "--porcelain") == ""


def test_remove_demo_leaves_nothing_of_the_marketplace_and_can_be_undone(house):
    code, said = lakehouse_command(house, "remove-demo", "--yes")
    assert code == 0
    for place in ("models", "seeds", "macros", "tests/singular", "dbt_project.yml", "Makefile"):
        found = [
            path.name
            for path in (
                [house.project / place]
                if "." in place or place == "Makefile"
                else (house.project / place).rglob("*")
            )
            if path.is_file()
            and ("olist" in path.read_text().lower() or "marketplace" in path.read_text().lower())
        ]
        assert not found, place
    # Macros that only the demonstration used stay, and the rule against unused ones must let them.
    rules = (house.project / "dbt-bouncer.yml").read_text()
    assert "check_macro_is_used\n    # an empty lakehouse" in rules
    undo = said.split("To undo: ")[1].splitlines()[0]
    subprocess.run(undo, shell=True, check=True, cwd=house.project)
    assert git(house.project, "status", "--porcelain", "--untracked-files=all") == ""
    assert lakehouse_command(house, "remove-demo", "--yes")[0] == 0
    git(house.project, "add", "-A")
    git(house.project, "commit", "-qm", "empty")


def test_nothing_names_a_file_or_a_target_that_is_gone(house):
    makefile = (house.project / "Makefile").read_text()
    targets = re.findall(r"^\.PHONY: (\S+)$", makefile, flags=re.M)
    assert {"test", "bundle", "star", "site", "e2e"} <= set(targets)
    # What they need must be a target or a file. `clean` is the one that asks for nothing.
    run = subprocess.run(
        ["make", "-n", *targets], cwd=house.project, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    # `make star` writes these two.
    anew = {"docs/star.md", "docs/how-to/power-bi/relationships.tmdl"}
    named = set(
        re.findall(
            r"(?<!/)\b(?:tests|lakehouse|docs|deploy|requirements|benchmarks)/[\w./-]+\.\w+",
            makefile,
        )
    )
    named |= set(re.findall(r"pytest (tests/\w+)", makefile))
    assert {name for name in named - anew if not (house.project / name).exists()} == set()
    workflows = "".join(
        path.read_text() for path in (house.project / ".github/workflows").glob("*.yml")
    )
    assert set(re.findall(r"run: (?:exec )?make ([a-z0-9-]+)", workflows)) <= set(targets)
    assert lakehouse_command(house, "--help")[0] == 0  # imports every subcommand
    # No test or tool reads a module that went.
    modules = {
        path.relative_to(house.project).with_suffix("").as_posix().replace("/", ".")
        for path in (house.project / "lakehouse").rglob("*")
    }
    for path in [
        *(house.project / "tests").rglob("*.py"),
        *(house.project / "lakehouse").rglob("*.py"),
    ]:
        imported = re.findall(
            r"^ *from (lakehouse(?:\.[\w.]+)?) import (\w+)", path.read_text(), flags=re.M
        )
        for package, name in imported:
            is_package = (
                package == "lakehouse" or (house.project / package.replace(".", "/")).is_dir()
            )
            is_there = f"{package}.{name}" in modules if is_package else package in modules
            assert is_there, f"{path}: {package} {name}"


def test_site_of_an_empty_lakehouse_is_written_and_its_links_hold(house, tmp_path):
    empty = Lakehouse(tmp_path / "empty", project=house.project)
    empty.dbt("build", "--quiet", "--exclude-resource-type", "test", "unit_test")
    empty.dbt("docs", "generate", "--quiet")
    site = tmp_path / "site"
    target = empty.folder / "target"
    options = ("--no-databricks", "--artifacts", target, "--out", site)
    code, said = lakehouse_command(empty, "site", *options)
    assert code == 0, said
    assert not {"answers", "journey"} & {path.stem for path in site.glob("*.html")}
    for path in site.rglob("*.html"):
        for link in re.findall(r'(?:href|src)="([^"#]+)', path.read_text()):
            assert (path.parent / link).exists(), f"{path.name}: {link}"
    assert "marketplace" not in (site / "index.html").read_text().lower()


def test_nothing_is_written_before_a_yes(house, files):
    before = texts(house.project)
    for options in ([], ["--dry-run"]):
        lakehouse_command(house, "new-source", files, *options)
    assert texts(house.project) == before
    assert not [path for path in house.landing.rglob("*") if path.is_file()]


def test_new_source_and_new_model_are_green_at_the_first_build(house, files):
    code, said = lakehouse_command(house, "new-source", files, "--yes")
    assert code == 0, said
    assert "empty.csv: the file is empty" in said
    for options in (
        ("--form", "dim", "--over", "int_patients"),
        ("--form", "fct", "--over", "int_visits"),
        ("--form", "mart", "--over", "fct_visits", "--by", "visit_at,status"),
    ):
        code, said = lakehouse_command(house, "new-model", *options, "--yes")
        assert code == 0, said
    house.dbt("build")
    entities = {
        entity: counts
        for entity, *counts in house.rows(
            "select entity, landed_count, corrupt_count, current_count, superseded_count, duplicate_count, "
            "quarantined_count from ops.ops_reconciliation where is_balanced"
        )
    }
    assert entities == {
        "patients": [20, 0, 20, 0, 0, 0],
        "visits": [63, 1, 59, 1, 1, 1],
        "events": [30, 0, 30, 0, 0, 0],
        "noise": [20, 0, 2, 0, 18, 0],
        "wide": [1, 0, 1, 0, 0, 0],
    }
    assert house.rows(
        "select municipio, peso_kg, birth_date, patient_order from silver.int_patients where patient_id = 'p3'"
    )[0][:2] == ("São Paulo", 63.5)
    assert house.rows(
        "select broken_rules from silver.int_quarantine where entity = 'visits' and broken_rules like '%readable'"
    )
    assert house.value("select visit_minutes from silver.int_events where event_id = 'e3'") == 3
    assert house.rows(
        "select visit_bed_no, cast(ts as varchar), cast(sent as varchar) from silver.int_events where event_id = 'e3'"
    ) == [("03", "2019-03-01 10:00:00.503", "2019-03-01 10:00:03.25")]
    assert house.value(
        "select patient_off from silver.int_patients where patient_id = 'p3'"
    ) == Decimal("3.5")
    # p20 to p24 are no patients: a proposed rule says so, and gold points at the unknown one.
    assert (
        house.value(
            "select count(*) from silver.int_visits where _warnings like '%patient_exists%'"
        )
        > 0
    )
    assert house.value("select count(*) from gold.fct_visits where patient_key = 'unknown'") == (
        house.value("select count(*) from silver.int_visits where not has_patient")
    )
    assert house.value("select sum(visit_count) from gold.mart_visit_totals") == house.value(
        "select count(*) from silver.int_visits"
    )
    run = house.dbt("build", "--quiet")
    assert "WARN" not in run.output or "drift" in run.output


def test_new_source_never_overwrites_and_shows_what_changed(house, files):
    before = texts(house.project / "models")
    assert "nothing to write" in lakehouse_command(house, "new-source", files, "--yes")[1]
    assert texts(house.project / "models") == before
    drop = files.parent / "2019-05-01"
    drop.mkdir()
    (drop / "visits.csv").write_text(
        "Visit ID,Patient ID,visit date,Cost,status,Ward No\nv100,p1,2019-05-01 10:00:00,1.50,open,3\n"
    )
    arguments = ("new-source", drop / "visits.csv", "--source", "hospital", "--table", "visits")
    code, said = lakehouse_command(house, *arguments, "--yes")
    assert code == 0
    assert "+          - name: ward_no" in said
    assert "gone: the files no longer have empty" in said
    assert texts(house.project / "models") == before
    code, said = lakehouse_command(house, *arguments, "--apply")
    assert code == 0
    # In source, records and current rows.
    assert "3 texts are marked TODO" in said
    assert texts(house.project / "models") != before
    assert (
        "ward_no"
        in (house.project / "models/intermediate/hospital/int_visits__records.sql").read_text()
    )


def test_a_new_key_of_an_object_is_shown_as_a_new_column(house, files):
    drop = files.parent / "2019-05-02"
    drop.mkdir()
    (drop / "events.jsonl").write_text(EVENTS.replace('"minutes"', '"seconds"'))
    arguments = ("new-source", drop / "events.jsonl", "--source", "hospital", "--table", "events")
    code, said = lakehouse_command(house, *arguments)
    assert code == 0, said
    assert "+    'visit_seconds': ['visit.seconds', 'int']," in said
    assert "gone: the files no longer have visit.minutes" in said


def test_a_model_started_test_first_fails_until_it_is_written(house):
    options = (
        "--form",
        "blank",
        "--over",
        "fct_visits",
        "--name",
        "mart_costs",
        "--key",
        "visit_key",
    )
    assert lakehouse_command(house, "new-model", *options, "--yes")[0] == 0
    run = house.dbt("build", "-s", "+mart_costs", check=False)
    assert run.exit_code == 1
    assert "mart_costs__says_what_it_must" in run.output


def test_new_domain_adds_a_group_once(house):
    assert lakehouse_command(house, "new-domain", "Patient Care", "--yes")[0] == 0
    assert "name: patient_care" in (house.project / "models/_groups.yml").read_text()
    assert "patient_care: {+group: patient_care}" in (house.project / "dbt_project.yml").read_text()
    assert lakehouse_command(house, "new-domain", "patient_care", "--yes")[0] == 1
    house.dbt("parse")


def test_a_table_of_a_catalog_is_told_how_to_land(house):
    code, said = lakehouse_command(house, "new-source", "main.sales.orders")
    assert code == 1
    assert "insert overwrite directory" in said
