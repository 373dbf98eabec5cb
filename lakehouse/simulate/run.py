"""Run the simulator's SQL: chunk by chunk the history, then one drop a day."""

import csv
import datetime as dt
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from lakehouse.simulate.files import FILES

HERE = Path(__file__).parent
CHUNK = 250_000  # orders made at a time; part of the output's definition, not a tuning knob
POINTS_A_PART = 500_000
FIRST_DAY = dt.date(2016, 9, 4)
LATIN1_MARK = "\ue0e3"  # stands for the lone byte E3 ("ã" in Latin-1) until the file is written
DRIFT_COLUMN = "order_channel"
TRACKING_FILE = "shipment_events.jsonl"
CHUNKED = (
    "olist_orders_dataset",
    "olist_order_items_dataset",
    "olist_order_payments_dataset",
    "olist_order_reviews_dataset",
    "olist_customers_dataset",
)


class SimulationError(ValueError):
    """An option that cannot be used; the text names the option and the remedy."""


@dataclass(frozen=True)
class Options:
    """What to simulate.

    orders: number of orders over the whole period, 100 to 10,000,000.
    days: number of daily drops after the first one, which holds the history.
    seed: any whole number from 0; the same seed and options give the same bytes.
    defects: whether to inject the defects of `data/defects.csv` and `data/format_defects.csv`.
    drift: whether one drop adds a column and one changes the order of columns.
    end_date: date of the last drop and last day of the data.
    geo_points: number of geolocation records; 0 derives it from `orders`.
    tombstones: number of orders the last drop withdraws (`_operation` = `delete`).
    tracking_days: days before the end from which carriers report shipments; 0 leaves their files out.
    out: folder to write to.
    force: replace an earlier simulation in `out`.
    manifest: file that gets the list of injected format defects as JSON.
    threads: threads DuckDB may use; 0 leaves it to DuckDB. Never changes the output.
    memory_limit: memory DuckDB may use before it spills to disk, e.g. `6GB`.
    """

    orders: int = 10_000
    days: int = 5
    seed: int = 42
    defects: bool = True
    drift: bool = True
    end_date: dt.date = dt.date(2018, 8, 5)
    geo_points: int = 0
    tombstones: int = 0
    tracking_days: int = 60
    out: Path = Path("landing")
    force: bool = False
    manifest: Path | None = None
    threads: int = 0
    memory_limit: str = "6GB"

    def check(self) -> None:
        """Raise SimulationError for the first option that cannot be used."""
        span = (self.end_date - dt.date(2017, 2, 1)).days
        rules = [
            (100 <= self.orders <= 10_000_000, "--orders", self.orders,
             "a number from 100 to 10000000"),
            (dt.date(2017, 3, 1) <= self.end_date <= dt.date(2030, 12, 31), "--end-date",
             self.end_date, "a date from 2017-03-01 to 2030-12-31"),
            (0 <= self.days <= span, "--days", self.days,
             f"a number from 0 to {span} (the first drop must not be before 2017-02-01)"),
            (self.seed >= 0, "--seed", self.seed, "a number from 0"),
            (self.geo_points == 0 or 500 <= self.geo_points <= 5_000_000, "--geo-points",
             self.geo_points, "a number from 500 to 5000000, or 0 to derive it from --orders"),
            (0 <= self.tombstones <= self.orders // 10, "--tombstones", self.tombstones,
             f"a number from 0 to {self.orders // 10} (a tenth of --orders)"),
            (self.tombstones == 0 or self.days > 0, "--tombstones", self.tombstones,
             "a daily drop to put them in: add --days 1"),
            (0 <= self.tracking_days <= 5000, "--tracking-days", self.tracking_days,
             "a number from 1 to 5000, or 0 for no shipment events"),
            (0 <= self.threads <= 256, "--threads", self.threads, "a number from 0 to 256"),
            (re.fullmatch(r"\d+(\.\d+)?\s*[KMGT]i?B", self.memory_limit) is not None,
             "--memory-limit", self.memory_limit, "a size such as 6GB"),
        ]  # fmt: skip
        for fine, option, value, remedy in rules:
            if not fine:
                raise SimulationError(f"{option} {value}: give {remedy}.")
        if self.manifest and not self.manifest.absolute().parent.is_dir():
            raise SimulationError(f"--manifest {self.manifest}: make its folder first.")
        if self.out.exists() and not self.out.is_dir():
            raise SimulationError(f"--out {self.out}: this is a file; name a folder.")
        if self.out.is_dir() and any(self.out.iterdir()) and not self.force:
            raise SimulationError(
                f"--out {self.out}: the folder is not empty; name another one, "
                "or add --force to replace the simulation in it."
            )


# the landing zone that the repository ships; `python -m lakehouse simulate --shipped` remakes it
SHIPPED = Options(
    orders=3_000,
    days=5,
    seed=42,
    end_date=dt.date(2018, 8, 5),
    geo_points=7_500,
    tracking_days=45,  # half a megabyte; all two years would be ten
)


class _Progress:
    """A plain bar on stderr; silent unless wanted."""

    def __init__(self, total: int, shown: bool) -> None:
        self.total, self.shown, self.done = total, shown, 0

    def step(self, what: str) -> None:
        """Count one more part done and say what it was."""
        self.done += 1
        if self.shown:
            bar = "#" * (30 * self.done // self.total)
            end = "\n" if self.done == self.total else ""
            print(
                f"\r[{bar:<30}] {self.done}/{self.total} {what:<24}",
                end=end,
                file=sys.stderr,
            )
            sys.stderr.flush()


class _Simulation:
    """One run: a DuckDB connection, the files begun so far, the format defects injected."""

    def __init__(self, options: Options, scratch: Path, progress: bool) -> None:
        self.options = options
        self.scratch = scratch
        self.connection = duckdb.connect()
        self.injected: list[dict] = []
        orders = options.orders
        points = options.geo_points or min(1_000_000, max(2_000, orders * 5 // 2))
        self.points = points
        self.parts = -(-points // POINTS_A_PART)
        self.first_drop = options.end_date - dt.timedelta(days=options.days)
        chunks = -(-orders // CHUNK)
        self.progress = _Progress(chunks + self.parts + options.days + 2, progress)
        self.run(f"set memory_limit = '{options.memory_limit}'")
        self.run(f"set temp_directory = '{scratch / 'spill'}'")
        self.run("set enable_progress_bar = false")
        # every query names its big table first and small look-up tables after it
        self.run("set disabled_optimizers = 'join_order'")
        if options.threads:
            self.run(f"set threads = {options.threads}")
        self.set(
            seed=options.seed,
            orders=orders,
            products=max(40, orders * 331 // 1000),
            sellers=max(12, orders * 31 // 1000),
            leads=max(min(600, orders // 5), orders * 80 // 1000),  # enough deals in a sample
            points=points,
            prefixes=min(15_000, points // 6),
            part=0,
            parts=self.parts,
            drops=options.days,
            first_drop=self.first_drop,
            start_day=FIRST_DAY,
            end_day=options.end_date,
            tracked_from=options.end_date - dt.timedelta(days=options.tracking_days),
            with_defects=options.defects,
        )

    def run(self, sql: str, parameters: Iterable = ()) -> duckdb.DuckDBPyConnection:
        """Execute one statement or more."""
        return self.connection.execute(sql, list(parameters) or None)

    def script(self, name: str) -> None:
        """Execute a script of the `sql` folder."""
        self.run((HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8"))

    def set(self, **variables: object) -> None:
        """Set variables, which the scripts read with getvariable()."""
        for name, value in variables.items():
            if isinstance(value, dt.date):
                text = f"date '{value}'"
            elif isinstance(value, bool):
                text = str(value).lower()
            else:
                text = f"{value}::bigint"
            self.run(f"set variable {name} = {text}")

    def load_tables(self) -> None:
        """Load the tables of the `data` folder."""
        for path in sorted((HERE / "data").glob("*.csv")):
            typed = {"weights": "weight", "defects": "rate"}.get(path.stem)
            casts = f" replace ({typed}::double as {typed})" if typed else ""
            if path.stem == "cities":
                casts = (
                    " replace (lat::double as lat, lng::double as lng, "
                    "spread::double as spread, customers::double as customers, "
                    "sellers::double as sellers), row_number() over () - 1 as place"
                )
            self.run(
                f"create table {path.stem} as select *{casts} from read_csv(?, all_varchar = true,"
                " header = true, delim = ',', quote = '\"', escape = '\"', parallel = false)",
                [str(path)],
            )

    # ------------------------------------------------------------------------------- writing
    def target(self, name: str, drop: int) -> Path:
        """Return the path of a file in a drop."""
        day = self.first_drop + dt.timedelta(days=drop)
        return self.options.out / day.isoformat() / f"{name}.csv"

    def write(self, name: str, drop: int, source: str, columns: tuple[str, ...] = ()) -> None:
        """Append the records of `source` (a relation, filtered and all) to a file of a drop."""
        spec = FILES[name]
        part = self.scratch / "part.csv"
        line = spec.line_sql(columns or None)
        sort = spec.sort
        if drop:  # a record of a daily drop may be spoiled: then it has its line ready
            line, sort = f"coalesce(line, {line})", f"cut_off, {sort}"
        self.run(
            f"copy (select {line} as record from {source} order by {sort}, record) to '{part}' "
            "(format csv, header false, quote '', escape '', delimiter '|')"
        )
        if not part.stat().st_size:
            return
        target = self.target(name, drop)
        begun = target.exists()
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("ab") as out, part.open("rb") as records:
            if not begun:
                out.write(spec.header(columns or None))
            if drop and any(d["kind"] == "not_utf8" for d in self.injected):
                out.write(records.read().replace(LATIN1_MARK.encode(), b"\xe3"))
            else:
                shutil.copyfileobj(records, out, 1 << 20)

    def keep_later(self, name: str) -> None:
        """Keep the records of the daily drops in `later_<file>` until their drop is written."""
        rows = (
            f"select *, null::varchar as line, false as cut_off from rec_{name} where drop_no > 0"
        )
        exists = self.run(
            "select count(*) from duckdb_tables() where table_name = ?",
            [f"later_{name}"],
        ).fetchone()[0]
        self.run(
            f"insert into later_{name} {rows}" if exists else f"create table later_{name} as {rows}"
        )

    def history(self) -> None:
        """Make all records and write the first drop."""
        self.load_tables()
        for script in ("macros", "reference", "catalogue"):
            self.script(script)
        self.progress.step("products and sellers")
        for start in range(0, self.options.orders, CHUNK):
            self.set(chunk_from=start, chunk_to=min(start + CHUNK, self.options.orders))
            self.script("orders")
            for name in CHUNKED:
                self.repeat(name)
                self.keep_later(name)
                self.write(name, 0, f"rec_{name} where drop_no = 0")
            if self.options.tracking_days:
                self.track()
            self.progress.step("orders")
        self.script("funnel")
        for part in range(self.parts):
            self.set(part=part)
            self.script("geography")
            self.keep_later("olist_geolocation_dataset")
            self.write(
                "olist_geolocation_dataset",
                0,
                "rec_olist_geolocation_dataset where drop_no = 0",
            )
            self.progress.step("geolocation")
        for name in FILES:
            if name not in CHUNKED and name != "olist_geolocation_dataset":
                self.keep_later(name)
                self.write(name, 0, f"rec_{name} where drop_no = 0")
        self.progress.step("funnel and catalogue")

    def track(self) -> None:
        """Write what carriers tell of a chunk of orders into the drops, JSON lines."""
        self.script("tracking")
        for drop in range(self.options.days + 1):
            part = self.scratch / "part.jsonl"
            # By the hour: within it, as the carriers' scanners come in.
            self.run(
                f"copy (select line from rec_shipment_events where drop_no = {drop} "
                f"order by date_trunc('hour', recorded), event_id, line) to '{part}' "
                "(format csv, header false, quote '', escape '', delimiter '|')"
            )
            if part.stat().st_size:
                target = self.target(TRACKING_FILE, drop).with_suffix("")
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("ab") as out, part.open("rb") as records:
                    shutil.copyfileobj(records, out, 1 << 20)

    def repeat(self, name: str) -> None:
        """Deliver a few records twice in one file, and a few again in a later drop."""
        if not self.options.defects:
            return
        columns = FILES[name].columns
        number = f"md5_number_lower({' || '.join(columns[:2])}) & 4294967295"
        self.run(
            f"insert into rec_{name} select * from rec_{name} "
            f"where u('twice {name}', {number}) < 0.0008"
        )
        if name == "olist_customers_dataset":  # an address that came back would be a new version
            return
        final = "order_status = 'delivered'" if name == "olist_orders_dataset" else "true"
        self.run(
            f"insert into rec_{name} select distinct * exclude (again) replace (again as drop_no) "
            f"from (select *, 1 + floor(getvariable('drops') * u('again when {name}', {number}))"
            f"::bigint as again from rec_{name} where {final} "
            f"and u('again {name}', {number}) < 0.0012) "
            "where again > drop_no and again <= getvariable('drops')"
        )

    # ---------------------------------------------------------------------------- daily drops
    def spoil(self) -> None:
        """Inject the defects of `data/format_defects.csv` into the daily drops."""
        with (HERE / "data" / "format_defects.csv").open(encoding="utf-8", newline="") as lines:
            for number, spec in enumerate(csv.DictReader(lines)):
                drifted = (int(spec["drop"]), spec["file"]) in self.drifts()
                if int(spec["drop"]) <= self.options.days and not drifted:
                    self.spoil_one(number, spec)

    def spoil_one(self, number: int, spec: dict[str, str]) -> None:
        """Inject one format defect, if the drop has a record for it in the file."""
        name, kind, drop = spec["file"], spec["kind"], int(spec["drop"])
        table, columns = f"later_{name}", FILES[name].columns
        key = columns[0]
        victim = self.run(
            f"select rowid, {', '.join(columns)} from {table} where drop_no = {drop} "
            f"and line is null and {key} in (select {key} from {table} group by 1 "
            f"having count(*) = 1) order by md5('{number}' || {key}) limit 1"
        ).fetchone()
        if victim is None:
            return
        row = f"{table} where rowid = {victim[0]}"
        entry = {
            "drop": (self.first_drop + dt.timedelta(days=drop)).isoformat(),
            "file": f"{name}.csv",
            "kind": kind,
            "key": dict(zip(columns[:2], victim[1:3], strict=True)),
            "column": spec["column"] or None,
            "value": spec["value"] or None,
            "corrected": None,
        }
        if spec["column"] and kind != "null_business_key":
            if spec["corrected"] == "yes" and drop < self.options.days:
                self.run(f"insert into {table} select * replace ({drop + 1} as drop_no) from {row}")
                day = self.first_drop + dt.timedelta(days=drop + 1)
                entry["corrected"] = day.isoformat()
            self.run(
                f"update {table} set {spec['column']} = ? where rowid = {victim[0]}",
                [spec["value"]],
            )
            text = self.run(f"select {FILES[name].line_sql()} from {row}").fetchone()[0]
        else:  # an additional line, made of a record that also arrives intact
            if kind == "null_business_key":
                extra = f"select * replace (null as {key}) from {row}"
                text = FILES[name].line_sql()
            else:
                text = {
                    "too_few_fields": FILES[name].line_sql(columns[:-2]),
                    "too_many_fields": f"{FILES[name].line_sql()} || ',sobra,1'",
                    "unclosed_quote": f"left({FILES[name].line_sql()}, 21)",
                    "not_utf8": "replace(replace(" + FILES[name].line_sql()
                    + f", {columns[-2]}, 's{LATIN1_MARK}o paulo'), '\"\"', '')",
                }[kind]  # fmt: skip
                extra = (
                    f"select * replace ({text} as line, {kind == 'unclosed_quote'} as cut_off) "
                    f"from {row}"
                )
            text = self.run(f"select {text} from ({extra})").fetchone()[0]
            self.run(f"insert into {table} {extra}")
        entry["text"] = text.rstrip("\r").replace(LATIN1_MARK, "\udce3")
        self.injected.append(entry)

    def drops(self) -> None:
        """Write the daily drops."""
        self.script("changes")
        if self.options.defects:
            self.spoil()
        for drop in range(1, self.options.days + 1):
            for name in FILES:
                columns = self.drifts().get((drop, name), ())
                source = f"later_{name} where drop_no = {drop}"
                if DRIFT_COLUMN in columns:
                    source = (
                        "(select *, list_extract(['app', 'site', 'marketplace'], (1 + "
                        f"md5_number_lower(order_id) % 3)::integer) as {DRIFT_COLUMN} "
                        f"from {source})"
                    )
                self.write(name, drop, source, columns)
            self.progress.step("daily drop")
        if self.options.tombstones:
            self.withdraw()

    def victims(self) -> list[dict]:
        """Return the data defects of `data/defects.csv`, with how many records each was put on."""
        found = self.run(
            "select d.code, d.entity, d.what, count(v.id) as records from defects as d "
            "left join victims as v using (entity, code) where getvariable('with_defects') "
            "group by all order by all"
        )
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def drifts(self) -> dict[tuple[int, str], tuple[str, ...]]:
        """Return the columns of the files that differ from the published ones, by (drop, file)."""
        if not self.options.drift or not self.options.days:
            return {}
        orders, products = "olist_orders_dataset", "olist_products_dataset"
        first, second, *rest = FILES[products].columns
        return {
            ((self.options.days + 1) // 2, orders): (*FILES[orders].columns, DRIFT_COLUMN),
            ((self.options.days * 4 + 4) // 5, products): (second, first, *reversed(rest)),
        }

    def withdraw(self) -> None:
        """Write the orders withdrawn into a file of their own in the last drop."""
        spec = FILES["olist_orders_dataset"]
        ids = self.run(
            "select distinct id32('order', i) from (select floor(getvariable('orders') * 0.9 "
            "* (k + u('withdrawn', k)) / ?)::bigint as i from range(?) as r(k)) order by all",
            [self.options.tombstones, self.options.tombstones],
        ).fetchall()
        target = self.target("olist_orders_dataset_deletes", self.options.days)
        target.parent.mkdir(parents=True, exist_ok=True)
        lines = [f'"{order_id}"{"," * len(spec.columns)}delete\n' for (order_id,) in ids]
        target.write_bytes(spec.header((*spec.columns, "_operation")) + "".join(lines).encode())


def _clear(out: Path) -> None:
    """Remove an earlier simulation from a folder: its files in dated drops, nothing else."""
    for folder in out.iterdir() if out.is_dir() else ():
        if folder.is_dir() and re.fullmatch(r"\d{4}-\d\d-\d\d", folder.name):
            for path in folder.glob("*.csv"):
                if path.stem.removesuffix("_deletes") in FILES:
                    path.unlink()
            (folder / TRACKING_FILE).unlink(missing_ok=True)
            if not any(folder.iterdir()):
                folder.rmdir()


def _locate(injected: list[dict], out: Path) -> None:
    """Add the number of the line (from 1, as an editor counts) to every injected defect."""
    for entry in injected:
        text = entry["text"].encode("utf-8", "surrogateescape").split(b"\n")[0].rstrip(b"\r")
        lines = (out / entry["drop"] / entry["file"]).read_bytes().split(b"\n")
        entry["line"] = [line.rstrip(b"\r") for line in lines].index(text) + 1


def simulate(options: Options, progress: bool = False) -> list[dict]:
    """Write a landing zone and return the list of injected format defects.

    options: what to simulate.
    progress: whether to show a bar on stderr.
    """
    options.check()
    options.out.mkdir(parents=True, exist_ok=True)
    # made beside `out` and moved in at the end: what was there stays whole until all is done
    with tempfile.TemporaryDirectory(
        prefix=".lakehouse-simulate-", dir=options.out.resolve().parent
    ) as folder:
        scratch = Path(folder)
        made = scratch / "landing"
        simulation = _Simulation(replace(options, out=made), scratch, progress)
        try:
            simulation.history()
            simulation.drops()
            victims = simulation.victims()
        finally:
            simulation.connection.close()
        _locate(simulation.injected, made)
        _clear(options.out)
        for drop in sorted(made.iterdir()):
            target = options.out / drop.name
            target.mkdir(exist_ok=True)
            for path in drop.iterdir():
                path.replace(target / path.name)
    if options.manifest:
        content = {"format_defects": simulation.injected, "data_defects": victims}
        text = json.dumps(content, indent=1, ensure_ascii=True)
        options.manifest.write_text(text + "\n", encoding="utf-8")
    return simulation.injected


def injected_defects(options: Options) -> list[dict]:
    """Return the format defects that `simulate(options)` injects, without keeping the files."""
    with tempfile.TemporaryDirectory(prefix="lakehouse-simulate-") as folder:
        return simulate(replace(options, out=Path(folder), force=True, manifest=None))
