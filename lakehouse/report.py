"""The subcommand `report`: what a build left in the lakehouse, and what gold answers."""

import argparse
import sys
from pathlib import Path

import duckdb

from lakehouse import options

LAYERS = {
    "bronze": "every landed record, as delivered",
    "silver": "typed, judged, one current row a key",
    "gold": "star schema and marts, for everybody",
    "ops": "what ran, what arrived, what was refused",
}

# Revenue: the prices of the items that count as sold, without freight. A month is full when it lies before the
# month of the last sale, or when the last sale fell on its last day.
REVENUE = """
    with sales as (
        select date_trunc('month', purchased_at) as month, purchased_at, price_brl
        from gold.fct_order_items
        where counts_as_sale
    ),

    last_full as (
        select
            case
                when max(purchased_at)::date = last_day(max(purchased_at)::date) then max(month)
                else max(month) - interval 1 month
            end as month
        from sales
    )

    select
        strftime(last_full.month, '%B %Y'),
        strftime(last_full.month - interval 1 month, '%B'),
        (select sum(price_brl) from sales where sales.month = last_full.month)::double,
        (
            select sum(price_brl) from sales where sales.month = last_full.month - interval 1 month
        )::double
    from last_full
"""

LATE = """
    select count(*) filter (is_late_by_day), count(is_late_by_day)
    from gold.fct_orders
    where is_delivered
"""

RETURNED = """
    select
        count(*) filter (customer_order_number = 2),
        count(*) filter (customer_order_number = 1)
    from gold.fct_orders
"""


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `report`."""
    parser = subparsers.add_parser("report", help="say what the last build left in the lakehouse")
    options.add_database(parser)
    parser.add_argument(
        "--next",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="end with what to do next",
    )
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Print the report; return 0, or 1 when there is no lakehouse to report on."""
    database = arguments.database
    if not database.is_file():
        print(f"There is no lakehouse in {database}: run `make build` first.", file=sys.stderr)
        return 1
    with duckdb.connect(str(database), read_only=True) as connection:
        blocks = [layers(connection), refused(connection), answers(connection)]
    if arguments.next:
        blocks.append(next_steps(database))
    size = database.stat().st_size / 1e6
    lines = [f"The lakehouse in {database} ({size:,.0f} MB)"]
    for block in blocks:
        lines += ["", *block] if block else []
    print("\n".join(["", *lines, ""]))
    return 0


def layers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return a line a layer: its tables and views, the rows of its tables."""
    lines = [f"  {'layer':<8}{'tables':>8}{'views':>7}{'rows':>13}"]
    for layer, holds in LAYERS.items():
        tables = relations(connection, layer, "BASE TABLE")
        if not tables:
            continue
        rows = sum(count(connection, layer, table) for table in tables)
        views = len(relations(connection, layer, "VIEW"))
        if layer == "bronze" and not rows:
            holds = "nothing has landed: is LANDING_PATH the folder of the files?"
        lines.append(f"  {layer:<8}{len(tables):>8}{views:>7}{rows:>13,}   {holds}")
    return lines


def refused(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return a line for the corrupt and one for the quarantined records, out of how many."""
    lines = []
    for label, layer, column, condition, where in (
        ("corrupt", "bronze", "_corrupt_record", "is not null", "unreadable lines, kept whole"),
        ("quarantined", "silver", "_disposition", "= 'quarantined'", "they break a rule of silver"),
    ):
        tables = [
            table
            for table in relations(connection, layer, "BASE TABLE")
            if has_column(connection, layer, table, column)
        ]
        if tables:
            found = sum(count(connection, layer, t, f"{column} {condition}") for t in tables)
            of = sum(count(connection, layer, table) for table in tables)
            lines.append(f"  {label:<13}{found:>10,} of {of:,} records: {where}")
    return lines


def answers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return a line for each question that the tables of gold can answer."""
    gold = relations(connection, "gold", "BASE TABLE")
    lines = []
    if "fct_order_items" in gold:
        month, month_before, revenue, before = connection.execute(REVENUE).fetchone()
        if revenue:
            growth = f"{100 * (revenue / before - 1):+.1f} % on {month_before}" if before else ""
            lines.append(
                f"  {f'Revenue in {month}':<32}{f'R$ {revenue:,.0f}':>14}   {growth}".rstrip()
            )
    if "fct_orders" in gold:
        for label, query, unit in (
            ("Delivered later than promised", LATE, "delivered orders"),
            ("Customers who came back", RETURNED, "customers"),
        ):
            part, whole = connection.execute(query).fetchone()
            if whole:
                share = f"{100 * part / whole:.1f} %"
                lines.append(f"  {label:<32}{share:>14}   {part:,} of {whole:,} {unit}")
    return lines


def next_steps(database: Path) -> list[str]:
    """Return the commands that most readers want next."""
    with duckdb.connect(str(database), read_only=True) as connection:
        gold = relations(connection, "gold", "BASE TABLE")
    table = next(
        (name for kind in ("obt_", "fct_", "dim_") for name in gold if name.startswith(kind)), ""
    )
    shown = f"gold.{table}" if table else "ops.ops_landed_files"
    look = f"import duckdb; duckdb.connect('{database}').sql('from {shown}').show()"
    return [
        "  Next",
        "    make docs                             every model, column and where it comes from",
        "    make build LANDING_PATH=/your/files   the same over files of your own",
        "    make test                             all that a pull request must pass",
        f"    duckdb {database!s:<30} ask it in SQL, or without the DuckDB client:",
        f'    .venv/bin/python -c "{look}"',
    ]


def relations(connection: duckdb.DuckDBPyConnection, schema: str, kind: str) -> list[str]:
    """Return the names of a schema's relations; kind: `BASE TABLE` or `VIEW`."""
    query = """
        select table_name
        from information_schema.tables
        where table_catalog = current_database() and table_schema = ? and table_type = ?
        order by table_name
    """
    return [name for (name,) in connection.execute(query, [schema, kind]).fetchall()]


def has_column(connection: duckdb.DuckDBPyConnection, schema: str, table: str, column: str) -> bool:
    """Return whether a table has a column."""
    query = """
        select count(*)
        from information_schema.columns
        where table_catalog = current_database()
            and table_schema = ? and table_name = ? and column_name = ?
    """
    return connection.execute(query, [schema, table, column]).fetchone()[0] > 0


def count(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, condition: str = "true"
) -> int:
    """Return the number of a table's rows that fulfil a condition."""
    query = f'select count(*) from "{schema}"."{table}" where {condition}'
    return connection.execute(query).fetchone()[0]
