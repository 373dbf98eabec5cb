"""Measure what Medallion costs: `make bench`, or `python benchmarks/bench.py --orders 100000 1000000 10000000`.

For each size, one after the other on one machine, over the same simulated landing zone:

- floor: hand-written DuckDB SQL without dbt that fills the same bronze, silver and gold (`floor/`), without
  expectations, quarantine, inventory, contracts and ledgers;
- limit: the same from the files straight to gold, nothing stored in between;
- refresh: `dbt build --full-refresh` without tests;
- drop: one more day's files on top of that history, as many orders at every size, without tests;
- quiet: a run without news and without tests;
- refresh_tested, quiet_tested: the same with tests; quiet_new_rows: with tests that read new rows (`test_rows: new`);
- empty: the quiet run over an empty landing zone, which is dbt's own cost: the quickest of three.

Sizes above `--small-up-to` run one node at a time and without the steps with tests.

Writes one JSON file: seconds, peak memory of the process, bytes spilled and stored, rows, seconds by layer and by model.
Times are only worth comparing within one file.
"""

import argparse
import contextlib
import csv
import json
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
DBT = str(Path(sys.executable).with_name("dbt"))
NO_TESTS = ("--exclude-resource-type", "test", "unit_test")
# What is learned is no matter of SQL, and feature tables grow with customers times months. The landing zone has no shipments.
WITHOUT = (
    *("--exclude", "tag:learning+", "mart_customer_features", "mart_seller_features"),
    *("fct_shipment*", "mart_shipment_performance"),
)


def main() -> None:
    """Read the options, measure, write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--orders", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument(
        "--work", type=Path, default=PROJECT / "target" / "bench", help="scratch folder"
    )
    parser.add_argument("--out", type=Path, default=HERE / "results.json")
    parser.add_argument("--memory-limit", default="6GB", help="DuckDB's, in every step")
    parser.add_argument(
        "--small-up-to",
        type=int,
        default=1_000_000,
        help=f"orders; larger run only {LARGE}, one node at a time",
    )
    parser.add_argument("--steps", nargs="+", default=list(STEPS), choices=list(STEPS))
    options = parser.parse_args()
    report = {
        "machine": {
            "cores": os.cpu_count(),
            "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "memory_limit": options.memory_limit,
            "system": platform.system(),
            "python": platform.python_version(),
            "duckdb": duckdb.__version__,
        },
        "sizes": {},
    }
    for orders in sorted(options.orders):
        steps = report["sizes"][str(orders)] = {}
        for name, measured in Size(options, orders, orders // min(options.orders)).measure():
            steps[name] = measured
            # After each step: the large sizes take long, and a run that is ended has measured something.
            options.out.parent.mkdir(parents=True, exist_ok=True)
            options.out.write_text(json.dumps(report, indent=1) + "\n")
    print(f"Written to {options.out}.")


class Size:
    """One size: its landing zone, its database, its steps.

    Arguments: options; orders (of the whole landing zone); every (the last day's drop keeps every n-th order).
    """

    def __init__(self, options: argparse.Namespace, orders: int, every: int):
        self.options, self.orders, self.every = options, orders, every
        self.is_large = orders > options.small_up_to
        self.folder = options.work.resolve() / str(orders)
        self.simulated = self.folder / "simulated"
        self.landing = self.folder / "landing"
        self.database = self.folder / "medallion.duckdb"
        self.target = self.folder / "target"
        self.folder.mkdir(parents=True, exist_ok=True)

    def measure(self) -> Iterator[tuple[str, dict]]:
        """Run the steps in order; gives the name and measurements of each."""
        if not self.simulated.exists():
            command = [
                sys.executable,
                "-m",
                "lakehouse",
                "simulate",
                "--no-progress",
                "--days",
                "6",
                # The hand-written SQL it is compared with knows no shipments.
                "--tracking-days",
                "0",
            ]
            command += ["--orders", str(self.orders), "--out", str(self.simulated)]
            subprocess.run(command, cwd=PROJECT, check=True)
        measured = {}
        for name in self.options.steps:
            if name not in LARGE and self.is_large:
                continue
            measured[name] = STEPS[name](self)
            print(
                f"{self.orders:>12,} orders  {name:15} {measured[name]['seconds']:8.1f} s",
                flush=True,
            )
            yield name, measured[name]
        if measured.keys() >= {"floor", "refresh"}:
            # A comparison of times is one only when the same tables were filled. The floor loses what its reader
            # cannot read, and no table may differ by more than that.
            floor, refresh = (measured[name]["rows"] for name in ("floor", "refresh"))
            lost = refresh["bronze"] - floor["bronze"]
            differing = {
                table: (floor[table], count)
                for table, count in gold(refresh).items()
                if abs(count - floor[table]) > lost
            }
            if differing:
                sys.exit(f"rows of floor and refresh differ: {differing}")

    def reset(self, drops: int | None = -1) -> None:
        """Start without a database, with the landing zone's first drops: all but the last by default."""
        for leftover in self.folder.glob("medallion.duckdb*"):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        shutil.rmtree(self.landing, ignore_errors=True)
        self.landing.mkdir()
        for drop in self.drops()[:drops]:
            shutil.copytree(drop, self.landing / drop.name, copy_function=os.link)

    def drops(self) -> list[Path]:
        """The simulated drops, oldest first."""
        return sorted(folder for folder in self.simulated.iterdir() if folder.is_dir())

    def deliver(self) -> None:
        """Land the last drop: of its orders every n-th, with what belongs to them, and of all else every n-th record."""
        drop = self.drops()[-1]
        folder = self.landing / drop.name
        folder.mkdir()
        customers = set()
        # The customers come last, by the orders that were kept.
        for file in sorted(drop.glob("*.csv"), key=lambda file: "customers" in file.name):
            with file.open(encoding="utf-8", errors="surrogateescape", newline="") as lines:
                head, *records = csv.reader(lines)
            key = head.index("order_id") if "order_id" in head else 0
            kept = [
                record
                for record in records
                if record and zlib.crc32(record[key % len(record)].encode()) % self.every == 0
            ]
            if "orders_dataset" in file.name:
                customers = {record[head.index("customer_id")] for record in kept}
            elif "customers" in file.name:
                kept = [record for record in records if record and record[0] in customers]
            with (folder / file.name).open(
                "w", encoding="utf-8", errors="surrogateescape", newline=""
            ) as output:
                csv.writer(output, lineterminator="\n").writerows([head, *kept])

    def run(self, *command: str) -> dict:
        """Run a command and watch it."""
        environment = os.environ | {
            "DUCKDB_PATH": str(self.database),
            "LANDING_PATH": str(self.landing),
            "DUCKDB_MEMORY_LIMIT": self.options.memory_limit,
            "DBT_PROFILES_DIR": str(PROJECT / "profiles"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
        log = self.folder / "log.txt"
        with log.open("w") as output:
            started = time.monotonic()
            process = subprocess.Popen(
                command, cwd=PROJECT, env=environment, stdout=output, stderr=subprocess.STDOUT
            )
            spill = Spill(self.folder)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - started
        if status:
            sys.exit(f"{' '.join(command)} failed:\n{log.read_text()[-4000:]}")
        return {
            "seconds": round(seconds, 2),
            "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
            "peak_memory_bytes": usage.ru_maxrss * 1024,
            "spilled_bytes": spill.stop(),
            "landing_bytes": sum(
                file.stat().st_size for file in self.landing.rglob("*.*") if file.is_file()
            ),
            "database_bytes": self.database.stat().st_size if self.database.exists() else 0,
        }

    def rows(self) -> dict:
        """Rows by layer, and of each table of gold."""
        with duckdb.connect(str(self.database), read_only=True) as db:
            tables = db.sql(
                "select schema_name, table_name, estimated_size from duckdb_tables()"
            ).fetchall()
        rows = {}
        for layer, table, count in tables:
            rows[layer] = rows.get(layer, 0) + count
            if layer == "gold":
                rows[f"gold.{table}"] = count
        return rows

    def dbt(self, *arguments: str, variables: str = "{}") -> dict:
        """`dbt build`."""
        options = ("--target-path", str(self.target), "--vars", variables)
        # Parsing is dbt's work and the same at every size; it is kept out of the steps.
        self.run(DBT, "parse", *options)
        # Two large nodes at a time want more memory than there is, and spilling costs more than a core gains.
        threads = ("--threads", "1") if self.is_large else ()
        measured = self.run(DBT, "build", *options, *WITHOUT, *threads, *arguments)
        results = json.loads((self.target / "run_results.json").read_text())["results"]
        nodes = json.loads((self.target / "manifest.json").read_text())["nodes"]
        seconds = {}
        for result in results:
            node = nodes.get(
                result["unique_id"],
                {"resource_type": result["unique_id"].split(".")[0], "name": ""},
            )
            is_model = node["resource_type"] == "model"
            name = (
                f"{node['schema']}.{node['alias']}" if is_model else f"{node['resource_type']}s.all"
            )
            seconds[name] = round(seconds.get(name, 0) + result["execution_time"], 3)
        return measured | {
            "node_count": len(results),
            "nodes": seconds,
            "layers": by_layer(seconds),
            "rows": self.rows(),
        }

    def script(self, kind: str) -> dict:
        """The floor or the limit, in a process of its own."""
        self.reset()
        command = (DBT, "compile", "--quiet", "--full-refresh", "--target-path", str(self.target))
        self.run(*command, *WITHOUT)
        self.reset()
        arguments = [
            str(self.landing),
            str(self.database),
            str(self.target),
            self.options.memory_limit,
        ]
        measured = self.run(sys.executable, str(HERE / "floor" / "run.py"), kind, *arguments)
        seconds = json.loads(Path(f"{self.database}.json").read_text())
        return measured | {"nodes": seconds, "layers": by_layer(seconds), "rows": self.rows()}

    def refresh(self) -> dict:
        """A full refresh of the history, without tests."""
        self.reset()
        return self.dbt("--full-refresh", *NO_TESTS)

    def refresh_tested(self) -> dict:
        """A full refresh of what lies there, with tests."""
        return self.dbt("--full-refresh")

    def drop(self) -> dict:
        """One more day."""
        self.deliver()
        return self.dbt(*NO_TESTS)

    def empty(self) -> dict:
        """Runs over a landing zone without files, after a first; the quickest, as all else is compared with it."""
        self.reset(drops=0)
        self.dbt(*NO_TESTS)
        return min(
            (self.dbt(*NO_TESTS) for _ in range(3)), key=lambda measured: measured["seconds"]
        )


def gold(rows: dict) -> dict:
    """Rows of the tables of gold."""
    return {table: count for table, count in rows.items() if table.startswith("gold.")}


def by_layer(seconds: dict) -> dict:
    """Sums by what stands before the point of each name."""
    layers = {}
    for name, value in seconds.items():
        layer = name.split(".")[0]
        layers[layer] = round(layers.get(layer, 0) + value, 2)
    return layers


class Spill:
    """The most bytes that lay in DuckDB's temporary folders while a command ran, looked at twice a second."""

    def __init__(self, folder: Path):
        self.folder, self.most, self.is_over = folder, 0, threading.Event()
        self.watcher = threading.Thread(target=self.watch, daemon=True)
        self.watcher.start()

    def watch(self) -> None:
        """Look until told to stop."""
        while not self.is_over.wait(0.5):
            total = 0
            for file in self.folder.glob("*.tmp/*"):
                with contextlib.suppress(FileNotFoundError):
                    total += file.stat().st_size
            self.most = max(self.most, total)

    def stop(self) -> int:
        """Stop looking; gives the most bytes seen."""
        self.is_over.set()
        self.watcher.join()
        return self.most


STEPS = {
    "floor": lambda size: size.script("floor"),
    "limit": lambda size: size.script("limit"),
    "refresh": Size.refresh,
    "drop": Size.drop,
    "quiet": lambda size: size.dbt(*NO_TESTS),
    "refresh_tested": Size.refresh_tested,
    "quiet_tested": lambda size: size.dbt(),
    "quiet_new_rows": lambda size: size.dbt(variables="{test_rows: new}"),
    "empty": Size.empty,
}
LARGE = ("floor", "refresh", "drop", "quiet", "empty")

if __name__ == "__main__":
    main()
