"""The hand-written floor of the benchmark still fills every table of gold; the benchmark itself compares the rows."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]


def test_the_floor_fills_gold(tmp_path):
    out = tmp_path / "results.json"
    command = [sys.executable, str(ROOT / "benchmarks/bench.py"), "--orders", "500"]
    command += ["--work", str(tmp_path), "--out", str(out), "--steps", "floor"]
    subprocess.run(command, check=True)
    measured = json.loads(out.read_text())["sizes"]["500"]["floor"]
    with duckdb.connect(str(tmp_path / "500/medallion.duckdb"), read_only=True) as database:
        (orders,) = database.sql("select count(*) from gold.fct_orders").fetchone()
        (sold,) = database.sql("select sum(price_brl) from gold.obt_order_items").fetchone()
    assert 400 < orders == measured["rows"]["gold.fct_orders"]
    assert sold > 0
    assert all(count for table, count in measured["rows"].items() if table.startswith("gold.fct"))
