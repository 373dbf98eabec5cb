"""Every metric, asked with MetricFlow, is what hand-written SQL over gold says: overall, by month and by a dimension.

Reads what `make twice` left in target/; METRICS_MANIFEST, METRICS_DATABASE and METRICS_OLIST name other files.
"""

import json
import math
import os
import subprocess
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).parents[2]
MANIFEST = Path(os.environ.get("METRICS_MANIFEST", ROOT / "target/semantic_manifest.json"))
SAMPLE = Path(os.environ.get("METRICS_DATABASE", ROOT / "target/test/medallion.duckdb"))
OLIST = ROOT.parent / "shared/olist/landing"
PYTHON = ROOT / ".venv-metrics/bin/python"

ORDERS = (
    "gold.fct_orders as facts"
    " left join gold.dim_customers as persons on facts.customer_key = persons.customer_key"
    " left join gold.dim_locations as places on facts.customer_location_key = places.location_key"
)
ITEMS = (
    "gold.fct_order_items as facts"
    " left join gold.fct_orders as orders on facts.order_id = orders.order_id"
    " left join gold.dim_products as products on facts.product_key = products.product_key"
    " left join gold.dim_sellers as sellers on facts.seller_key = sellers.seller_key"
)
PAYMENTS = (
    "gold.fct_order_payments as facts"
    " left join gold.dim_payment_types as types on facts.payment_type_key = types.payment_type_key"
)
LEADS = "gold.fct_lead_conversions as facts"
MEASURED = "filter (facts.is_delivered and facts.is_late_by_day is not null)"
SOLD = "filter (orders.counts_as_sale)"

# What is read, its time, a dimension as asked and as written, and each metric as somebody would write it.
BY_HAND = {
    "orders": (
        ORDERS,
        "facts.purchased_at",
        ("customer__state_code", "ifnull(places.state_code, 'unknown')"),
        {
            "order_count": "count(*)",
            "delivered_order_count": "count(*) filter (facts.order_status = 'delivered')",
            "canceled_order_count": "count(*) filter (facts.order_status = 'canceled')",
            "canceled_order_share": "avg(case facts.order_status when 'canceled' then 1.0 else 0 end)",
            "customer_count": "count(distinct persons.customer_unique_id)",
            "new_customer_count": "count(*) filter (facts.customer_order_number = 1)",
            "returning_customer_count": "count(distinct persons.customer_unique_id)"
            " filter (facts.customer_order_number >= 2)",
            "repeat_rate": "count(distinct persons.customer_unique_id)"
            " filter (facts.customer_order_number >= 2)"
            " / nullif(count(distinct persons.customer_unique_id), 0)",
            "measured_order_count": f"count(*) {MEASURED}",
            "late_by_day_order_count": "count(*) filter (facts.is_delivered"
            " and cast(facts.delivered_at as date) > facts.estimated_delivery_date)",
            "late_by_timestamp_order_count": "count(*) filter (facts.is_delivered"
            " and facts.delivered_at > facts.estimated_delivery_date)",
            "late_by_day_share": f"avg(cast(facts.is_late_by_day as int)) {MEASURED}",
            "late_by_timestamp_share": f"avg(cast(facts.is_late_by_timestamp as int)) {MEASURED}",
            "on_time_by_day_share": f"avg(cast(not facts.is_late_by_day as int)) {MEASURED}",
            "on_time_by_timestamp_share": f"avg(cast(not facts.is_late_by_timestamp as int)) {MEASURED}",
            "average_delivery_days": "sum(date_diff('second', facts.purchased_at, facts.delivered_at)"
            f" / 86400) {MEASURED} / nullif(count(*) {MEASURED}, 0)",
            "median_delivery_days": f"median(facts.delivery_days) {MEASURED}",
            "average_promised_days": f"avg(facts.promised_calendar_days) {MEASURED}",
            "reviewed_order_count": "count(*) filter (facts.review_count > 0)",
            "average_review_score": "avg(facts.latest_review_score)",
        },
    ),
    "order_items": (
        ITEMS,
        "orders.purchased_at",
        ("product__category", "products.category_label"),
        {
            "items_brl_sales": f"coalesce(sum(facts.price_brl) {SOLD}, 0)",
            "items_brl_all_orders": "sum(facts.price_brl)",
            "items_brl_delivered": "coalesce(sum(facts.price_brl) filter (orders.is_delivered), 0)",
            "freight_brl_all_orders": "sum(facts.freight_brl)",
            "freight_brl_sales": f"coalesce(sum(facts.freight_brl) {SOLD}, 0)",
            "items_and_freight_brl_sales": f"coalesce(sum(facts.price_brl + facts.freight_brl) {SOLD}, 0)",
            "freight_share": f"sum(facts.freight_brl) {SOLD}"
            f" / sum(facts.price_brl + facts.freight_brl) {SOLD}",
            "sale_order_count": f"count(distinct orders.order_key) {SOLD}",
            "average_ticket_items_brl": f"sum(facts.price_brl) {SOLD}"
            f" / nullif(count(distinct orders.order_key) {SOLD}, 0)",
            "item_count": "count(*)",
            "sold_item_count": f"count(*) {SOLD}",
            "average_price_brl": f"avg(facts.price_brl) {SOLD}",
            "active_seller_count": f"count(distinct sellers.seller_id) {SOLD}",
        },
    ),
    "order_payments": (
        PAYMENTS,
        "facts.purchased_at",
        ("payment_type__name", "types.payment_type_name"),
        {
            "paid_brl_all_orders": "sum(facts.payment_brl)",
            "paid_order_count": "count(distinct facts.order_key)",
            "average_ticket_paid_brl": "sum(facts.payment_brl) / count(distinct facts.order_key)",
            "average_installment_count": "avg(facts.installment_count)",
        },
    ),
    "leads": (
        LEADS,
        "facts.first_contact_date",
        ("lead__origin", "facts.origin"),
        {
            "lead_count": "count(*)",
            "won_lead_count": "count(facts.won_at)",
            "selling_lead_count": "count(facts.first_sale_at)",
            "conversion_share": "avg(case when facts.won_at is null then 0.0 else 1.0 end)",
            "selling_share": "count(facts.first_sale_at) / nullif(count(facts.won_at), 0)",
            "median_days_to_win": "median(facts.days_to_win) filter (facts.days_to_win >= 0)",
        },
    ),
}
# What the revenue readings are called in gold, per month.
READINGS = (
    "items_brl_all_orders",
    "items_brl_sales",
    "items_brl_delivered",
    "freight_brl_all_orders",
    "paid_brl_all_orders",
)


def questions() -> list[tuple[list[str], list[str], str]]:
    """Each question: metrics, what to group by, and the same in SQL."""
    found = []
    for read, time, (asked, written), metrics in BY_HAND.values():
        columns = ", ".join(metrics.values())
        for group_by, group in (
            ([], ""),
            (["metric_time__month"], f"cast(date_trunc('month', {time}) as timestamp), "),
            ([asked], f"{written}, "),
        ):
            grouped = " group by 1" if group else ""
            found.append((list(metrics), group_by, f"select {group}{columns} from {read}{grouped}"))
    months = "select cast(month_start_date as timestamp), {} from gold.mart_monthly_sales where order_count > 0"
    found.append((list(READINGS), ["metric_time__month"], months.format(", ".join(READINGS))))
    return found


@pytest.fixture(scope="module", params=["sample", "olist"])
def answers(request, tmp_path_factory):
    """The answers of MetricFlow and of SQL to each question, over the sample and over the real data when it is there."""
    if not PYTHON.is_file() or not SAMPLE.is_file() or not MANIFEST.is_file():
        pytest.skip("needs .venv-metrics and what `make twice` builds")
    database = SAMPLE
    if request.param == "olist":
        if "METRICS_OLIST" not in os.environ and not OLIST.is_dir():
            pytest.skip("the real data is not here")
        database = real_database(tmp_path_factory.mktemp("olist"))
    asked = questions()
    process = subprocess.run(
        [
            *(PYTHON, ROOT / "tests/metrics/ask.py", MANIFEST, database),
            json.dumps([[metrics, group_by] for metrics, group_by, _ in asked]),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    with duckdb.connect(str(database), read_only=True) as connection:
        by_hand = [connection.execute(sql).fetchall() for _, _, sql in asked]
    by_metricflow = json.loads(process.stdout.splitlines()[-1])
    return list(zip(asked, by_metricflow, by_hand, strict=True))


def real_database(folder: Path) -> Path:
    """Gold over the real data, built unless METRICS_OLIST names a database that is there."""
    if "METRICS_OLIST" in os.environ:
        return Path(os.environ["METRICS_OLIST"])
    database = folder / "olist.duckdb"
    subprocess.run(
        [
            *(ROOT / ".venv/bin/dbt", "--quiet", "build", "--project-dir", ROOT),
            *("--profiles-dir", ROOT / "profiles", "--target-path", folder, "--log-path", folder),
            *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
        ],
        env={**os.environ, "DUCKDB_PATH": str(database), "LANDING_PATH": str(OLIST)},
        check=True,
        capture_output=True,
    )
    return database


def test_every_metric_is_what_sql_says(answers):
    for (metrics, group_by, _), rows, expected in answers:
        mine = table(rows, len(group_by))
        theirs = table(expected, len(group_by))
        if metrics == list(READINGS):
            # A month without items has no value here, and zero in the mart.
            mine = {group: [value or 0 for value in values] for group, values in mine.items()}
        assert theirs
        assert mine.keys() == theirs.keys(), group_by
        assert len(rows) == len(mine), f"a group twice, by {group_by}"
        different = [
            (group, metric, one, other)
            for group in theirs
            for metric, one, other in zip(metrics, mine[group], theirs[group], strict=True)
            if not same(one, other)
        ]
        assert different == [], group_by


def test_every_metric_is_compared():
    if not MANIFEST.is_file():
        pytest.skip("needs what `make twice` builds")
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    defined = {metric["name"] for metric in manifest["metrics"]}
    assert defined == {name for *_, metrics in BY_HAND.values() for name in metrics}


def table(rows: list, keys: int) -> dict[str, list]:
    """Rows by what they are grouped by."""
    return {
        str(row[0]).removesuffix(" 00:00:00") if keys else "all": list(row[keys:]) for row in rows
    }


def same(one: object, other: object) -> bool:
    """Equal, but for the last digits of a sum of doubles. Decimals come as text."""
    if one is None or other is None:
        return one is other
    return math.isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-9)
