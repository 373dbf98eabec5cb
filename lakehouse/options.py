"""The options that several subcommands share, with the places they mean when nothing is said."""

import argparse
import os
from pathlib import Path


def database() -> Path:
    """Where the lakehouse is: DUCKDB_PATH, else medallion.duckdb."""
    return Path(os.environ.get("DUCKDB_PATH") or "medallion.duckdb")


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add --database."""
    parser.add_argument(
        "--database",
        type=Path,
        default=database(),
        metavar="FILE",
        help="the lakehouse, a DuckDB file (default: DUCKDB_PATH, else medallion.duckdb)",
    )


def add_landing(parser: argparse.ArgumentParser) -> None:
    """Add --landing."""
    parser.add_argument(
        "--landing",
        type=Path,
        default=Path(os.environ.get("LANDING_PATH") or "landing"),
        metavar="FOLDER",
        help="the landed files (default: LANDING_PATH, else landing)",
    )


def add_manifest(parser: argparse.ArgumentParser) -> None:
    """Add --manifest, that of the build."""
    parser.add_argument(
        "--manifest",
        type=Path,
        default=Path(os.environ.get("DBT_TARGET_PATH") or "target") / "manifest.json",
        metavar="FILE",
        help="dbt's manifest of the build (default: target/manifest.json)",
    )


def add_publication(parser: argparse.ArgumentParser, name: str) -> None:
    """Add the folder that `publish` writes. Arguments: name (of the option)."""
    parser.add_argument(
        name,
        type=Path,
        default=Path(os.environ.get("PUBLISH_PATH") or "publish"),
        metavar="FOLDER",
        help="the publication (default: PUBLISH_PATH, else publish)",
    )
