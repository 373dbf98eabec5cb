"""Compares two lakehouses table by table: the same rows, as multisets, metadata of the runs aside."""

from pathlib import Path

import duckdb

# When a run read or wrote a row says nothing about the row.
METADATA = {"_processed_at", "_loaded_at", "first_seen_at"}


def differences(
    left: Path, right: Path, schemas: tuple[str, ...] = ("silver", "gold")
) -> dict[str, str]:
    """The tables that differ between two DuckDB files: name to what differs; empty when they are equal.

    left, right: database files that no run has open. schemas: which schemas to compare; their views are left out,
    since they show tables that are compared.
    """
    found = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{left}' as l (read_only); attach '{right}' as r (read_only)")
        sides = [_tables(connection, side, schemas) for side in ("l", "r")]
        for table in sorted({*sides[0], *sides[1]}):
            columns, other = sides[0].get(table), sides[1].get(table)
            if columns != other:
                found[table] = f"columns differ: {columns} and {other}"
                continue
            names = ", ".join(f'"{name}"' for name, _ in columns if name not in METADATA)
            only = [
                connection.execute(
                    f"select {names} from {a}.{table} except all select {names} from {b}.{table}"
                ).fetchall()
                for a, b in (("l", "r"), ("r", "l"))
            ]
            if any(only):
                found[table] = (
                    f"{len(only[0])} rows only left, {len(only[1])} only right; "
                    f"for example {only[0][:1]} and {only[1][:1]}"
                )
    return found


def _tables(connection, side, schemas):
    rows = connection.execute(
        """
        select table_schema || '.' || table_name, list((column_name, data_type) order by ordinal_position)
        from information_schema.columns
        inner join information_schema.tables using (table_catalog, table_schema, table_name)
        where table_catalog = ? and table_schema in (select unnest(?)) and table_type = 'BASE TABLE'
        group by all
        """,
        [side, list(schemas)],
    ).fetchall()
    return dict(rows)
