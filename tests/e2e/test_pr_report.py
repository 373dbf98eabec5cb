"""`make pr-report`: what a change does to the tables."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROUTES = "models/marts/analytics/mart_delivery_routes.sql"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of the project's files with one commit, and the sample's first drop."""
    folder = tmp_path_factory.mktemp("project")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    first_drop = min(path.name for path in (ROOT / "landing").iterdir())
    for name in listed.stdout.splitlines():
        is_wanted = not name.startswith("landing/") or name.startswith(f"landing/{first_drop}/")
        if is_wanted and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder)
    return folder


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--no-verify", "--message", "State")


def pr_report(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "lakehouse", "pr-report", *arguments],
        cwd=project,
        env={name: value for name, value in os.environ.items() if name != "LANDING_PATH"},
        capture_output=True,
        text=True,
        check=False,
    )


def line_of(report: str, model: str) -> str:
    lines = [line for line in report.splitlines() if line.startswith(f"| `{model}`")]
    assert len(lines) == 1, report
    return lines[0]


def test_a_change_is_told_by_rows_columns_and_values(project: Path) -> None:
    routes = project / ROUTES
    text = routes.read_text()
    # One more real of freight on each route, and no route within a state.
    assert text.count("sum(freight_brl) as freight_brl,") == 1
    assert text.count("as is_same_state\n    from shipments") == 1
    text = text.replace("sum(freight_brl) as freight_brl,", "sum(freight_brl) + 1 as freight_brl,")
    text = text.replace(
        "and shipments.customer_state_code = deliveries.customer_state_code\n",
        "and shipments.customer_state_code = deliveries.customer_state_code\n"
        "    where shipments.seller_state_code <> shipments.customer_state_code\n",
    )
    routes.write_text(text)
    deals = project / "models/intermediate/marketing/int_deals.sql"
    config, select = deals.read_text().split("\n\n", 1)
    deals.write_text(f"{config}\n\nselect *, 1 as added from (\n{select}\n) as before\n")

    outcome = pr_report(project)

    # The marts no longer add up, and a test says so.
    assert outcome.returncode == 1
    assert outcome.stderr == ""
    report = outcome.stdout
    assert report == (project / "target/pr-report/report.md").read_text() + "\n"
    assert "assert_items_and_freight_are_the_same_in_every_mart" in report
    line = line_of(report, "mart_delivery_routes")
    before, after = (int(cell.replace(",", "")) for cell in line.split("|")[2:4])
    assert 0 < after < before
    assert f"{before - after} rows removed" in line
    assert f"{after} rows changed" in line
    assert f"`freight_brl` differs in {after} (sum " in line
    assert "`item_count`" not in line
    assert "+ `added` INTEGER" in line_of(report, "int_deals")
    # What reads a changed model is built too, and is the same.
    assert "`fct_lead_conversions`" in report.split("the same as before:")[1]
    assert "`stg_marketplace__orders`" not in report


def test_the_base_must_be_known(project: Path) -> None:
    outcome = pr_report(project, "--base", "no-such-branch")
    assert outcome.returncode == 1
    assert "no-such-branch" in outcome.stderr
    assert "git fetch" in outcome.stderr
