"""Write the tables of some schemas as Parquet files, and their types as JSON: `export.py FOLDER SCHEMA...`.

Instead of a schema, a file `x.sql` may stand: the result of its query becomes `x.parquet`.

It runs in .venv-databricks, where the connector is. Times, which Databricks keeps as moments, become wall clocks in UTC.
"""

import json
import os
import sys
from pathlib import Path

import pyarrow as pa
from databricks import sql
from databricks.sql.client import Cursor
from pyarrow import parquet


def main() -> None:
    """Export table by table; views are left out, since they show tables."""
    folder = Path(sys.argv[1])
    queries = [Path(each) for each in sys.argv[2:] if each.endswith(".sql")]
    schemas = [each for each in sys.argv[2:] if not each.endswith(".sql")]
    connection = sql.connect(
        server_hostname="127.0.0.1",
        http_path="sql/1.0/warehouses/double",
        access_token=os.environ["DOUBLE_TOKEN"],
        _connection_uri=f"http://127.0.0.1:{os.environ['DOUBLE_PORT']}/sql/1.0/warehouses/double",
        use_cloud_fetch=False,
        enable_telemetry=False,
    )
    types = {}
    with connection.cursor() as cursor:
        for schema in schemas:
            cursor.execute(f"show views in main.{schema}")
            views = {row.viewName for row in cursor.fetchall()}
            cursor.execute(f"show tables in main.{schema}")
            for row in cursor.fetchall():
                if row.tableName in views or row.isTemporary:
                    continue
                name = f"{schema}.{row.tableName}"
                cursor.execute(f"describe main.{name}")
                columns = [(each.col_name, each.data_type) for each in cursor.fetchall()]
                end = next(
                    (i for i, (column, _) in enumerate(columns) if not column or column[0] == "#"),
                    None,
                )
                types[name] = columns[:end]
                _write(cursor, f"select * from main.{name}", folder / f"{name}.parquet")
        for query in queries:
            _write(cursor, query.read_text(), folder / f"{query.stem}.parquet")
    (folder / "types.json").write_text(json.dumps(types))


def _write(cursor: Cursor, query: str, file: Path) -> None:
    cursor.execute(query)
    table = cursor.fetchall_arrow()
    columns = [_naive(column) for column in table.columns]
    parquet.write_table(pa.table(columns, table.column_names), file)


def _naive(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
    return column


if __name__ == "__main__":
    main()
