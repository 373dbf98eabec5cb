"""The subcommand `dashboard`: the AI/BI dashboard of the Databricks bundle, from the short definition below.

The datasets are SQL over gold that both engines read, so the tests run every one of them on DuckDB. Tables are named
without catalog and schema: the bundle says which (`dataset_catalog`, `dataset_schema`), and so one file serves every target.
"""

import argparse
import hashlib
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
OUT = PROJECT / "deploy/databricks/marketplace.lvdash.json"

DATASETS = {
    "totals": """
        select
            (select sum(items_brl_sales) from mart_monthly_sales) as sales_brl,
            count(*) as orders,
            sum(case when is_delivered and is_late_by_day then 1 else 0 end)
                / nullif(sum(case when is_delivered and is_late_by_day is not null then 1.0 else 0.0 end), 0) as late_share,
            sum(case when customer_order_number = 2 then 1 else 0 end)
                / nullif(sum(case when customer_order_number = 1 then 1.0 else 0.0 end), 0) as returning_share,
            avg(cast(latest_review_score as double)) as review_score
        from fct_orders
    """,
    "months": """
        select
            month_start_date as month,
            items_brl_sales as sales_brl,
            order_count as orders,
            average_ticket_items_brl as average_ticket_brl
        from mart_monthly_sales
        where is_complete_month
    """,
    "delivery": """
        select
            purchase_month_date as month,
            sum(late_by_day_order_count) / nullif(sum(measured_order_count) * 1.0, 0) as late_share,
            sum(average_delivery_days * measured_order_count) / nullif(sum(measured_order_count), 0) as delivery_days,
            sum(average_promised_days * measured_order_count) / nullif(sum(measured_order_count), 0) as promised_days
        from mart_delivery_performance
        group by purchase_month_date
        having sum(measured_order_count) >= 20
    """,
    "states": """
        select
            customer_state_code as state,
            sum(order_count) as orders,
            sum(late_by_day_order_count) / nullif(sum(measured_order_count) * 1.0, 0) as late_share
        from mart_delivery_performance
        where customer_state_code <> 'unknown'
        group by customer_state_code
        having sum(measured_order_count) >= 20
    """,
    "reviews": """
        select bucket_name as arrival, bucket_number as position, low_review_share
        from mart_review_drivers
        where driver_name = 'delivery delay'
    """,
    "categories": """
        select category_label as category, items_brl as sales_brl
        from mart_product_categories
        where sales_rank <= 10
    """,
    "leads": """
        select origin, sum(won_lead_count) / nullif(sum(lead_count) * 1.0, 0) as signed_share
        from mart_funnel_conversion
        group by origin
        having sum(lead_count) >= 20
    """,
    "demand": """
        select
            week_start_date as week,
            sum(item_count) as sold,
            cast(null as double) as expected,
            cast(null as double) as lowest,
            cast(null as double) as highest
        from mart_weekly_demand
        where week_start_date <= (select max(last_complete_week_date) from mart_demand_forecasts)
        group by week_start_date
        union all
        select week_start_date, null, forecast_quantity, lower_quantity, upper_quantity
        from mart_demand_forecasts
        where measure = 'items' and category_name = 'all'
    """,
}


@dataclass
class Widget:
    """A widget over a dataset: what it says, its columns, and its place on a grid six columns wide."""

    kind: str  # counter, bar or line
    title: str
    dataset: str
    place: tuple[int, int, int, int]  # x, y, width, height
    value: str
    axis: str = ""
    axis_type: str = "categorical"
    format: dict[str, Any] = field(default_factory=dict)
    about: str = ""
    sort: str = "y-reversed"
    more: tuple[str, ...] = ()  # further columns, each a line or bar of its own


SHARE = {"type": "number-percent", "decimalPlaces": {"type": "max", "places": 1}}
MONEY = {
    "type": "number-currency",
    "currencyCode": "BRL",
    "abbreviation": "compact",
    "decimalPlaces": {"type": "max", "places": 1},
}
PLAIN = {"type": "number-plain", "decimalPlaces": {"type": "max", "places": 1}}

WIDGETS = [
    Widget(
        "counter",
        "Sales",
        "totals",
        (0, 0, 1, 3),
        "sales_brl",
        format=MONEY,
        about="Items sold, without freight",
    ),
    Widget("counter", "Orders", "totals", (1, 0, 1, 3), "orders", format=PLAIN),
    Widget(
        "counter",
        "Late",
        "totals",
        (2, 0, 1, 3),
        "late_share",
        format=SHARE,
        about="After the promised day",
    ),
    Widget(
        "counter",
        "Came back",
        "totals",
        (3, 0, 1, 3),
        "returning_share",
        format=SHARE,
        about="Second order",
    ),
    Widget(
        "counter",
        "Review score",
        "totals",
        (4, 0, 2, 3),
        "review_score",
        format=PLAIN,
        about="Latest of each order",
    ),
    Widget("bar", "Sales a month", "months", (0, 3, 3, 6), "sales_brl", "month", "temporal", MONEY),
    Widget(
        "bar",
        "Late orders, share of a month's deliveries",
        "delivery",
        (3, 3, 3, 6),
        "late_share",
        "month",
        "temporal",
        SHARE,
    ),
    Widget(
        "bar", "Late orders by state", "states", (0, 9, 3, 7), "late_share", "state", format=SHARE
    ),
    Widget(
        "bar",
        "One or two stars, by when the order came",
        "reviews",
        (3, 9, 3, 7),
        "low_review_share",
        "arrival",
        format=SHARE,
        sort="natural-order",
    ),
    Widget(
        "bar",
        "Ten largest categories",
        "categories",
        (0, 16, 3, 7),
        "sales_brl",
        "category",
        format=MONEY,
    ),
    Widget(
        "bar",
        "Leads that sign, by origin",
        "leads",
        (3, 16, 3, 7),
        "signed_share",
        "origin",
        format=SHARE,
    ),
    Widget(
        "line",
        "Items a week, and the eight weeks to come",
        "demand",
        (0, 23, 6, 7),
        "sold",
        "week",
        "temporal",
        format=PLAIN,
        about="The bounds are meant to hold four weeks of five",
        more=("expected", "lowest", "highest"),
    ),
]


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `dashboard`."""
    parser = subparsers.add_parser("dashboard", help="write the AI/BI dashboard of the bundle")
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Write the file, or compare it; return 1 when it is stale."""
    text, name = document(), OUT.relative_to(PROJECT)
    if arguments.check:
        if not OUT.is_file() or OUT.read_text(encoding="utf-8") != text:
            print(f"{name} is stale: run `make bundle` and commit it.", file=sys.stderr)
            return 1
        return 0
    OUT.write_text(text, encoding="utf-8")
    print(f"{name}: written")
    return 0


def document() -> str:
    """The dashboard as Databricks exports it."""
    dashboard = {
        "datasets": [
            {"name": name, "displayName": name, "queryLines": lines(query)}
            for name, query in DATASETS.items()
        ],
        "pages": [
            {
                "name": identifier("page"),
                "displayName": "Marketplace",
                "pageType": "PAGE_TYPE_CANVAS",
                "layout": [placed(widget) for widget in WIDGETS],
            }
        ],
    }
    return json.dumps(dashboard, indent=2) + "\n"


def lines(query: str) -> list[str]:
    """The lines of a query, without the indentation they have here."""
    found = [line[8:].rstrip() for line in query.strip("\n").splitlines()]
    return [f"{line}\n" for line in found if line]


def identifier(words: str) -> str:
    """Eight characters, the same for the same words: a dashboard is changed, not made anew."""
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def placed(widget: Widget) -> dict[str, Any]:
    """A widget as the format has it."""
    columns = [name for name in (widget.axis, widget.value, *widget.more) if name]
    value = {"fieldName": widget.value, "displayName": widget.title, "format": widget.format}
    frame = {"showTitle": True, "title": widget.title}
    if widget.about:
        frame |= {"showDescription": True, "description": widget.about}
    if widget.kind == "counter":
        encodings: dict[str, Any] = {"value": value}
    else:
        scale: dict[str, Any] = {"type": widget.axis_type}
        if widget.axis_type == "categorical":
            scale["sort"] = {"by": widget.sort}
        if widget.more:
            names = (widget.value, *widget.more)
            value = {"fields": [{"fieldName": name, "displayName": name} for name in names]}
        encodings = {
            "x": {"fieldName": widget.axis, "displayName": widget.axis, "scale": scale},
            "y": {**value, "scale": {"type": "quantitative"}},
        }
    x, y, width, height = widget.place
    return {
        "widget": {
            "name": identifier(widget.title),
            "queries": [
                {
                    "name": "main_query",
                    "query": {
                        "datasetName": widget.dataset,
                        "fields": [{"name": name, "expression": f"`{name}`"} for name in columns],
                        "disaggregated": True,
                    },
                }
            ],
            "spec": {
                "version": 2 if widget.kind == "counter" else 3,
                "widgetType": widget.kind,
                "encodings": encodings,
                "frame": frame,
            },
        },
        "position": {"x": x, "y": y, "width": width, "height": height},
    }
