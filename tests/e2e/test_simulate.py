"""The simulator: reproducible, in the published format, sane, and honest about its defects."""

import csv
import datetime as dt
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from lakehouse.cli import main
from lakehouse.simulate import (
    FILES,
    SHIPPED,
    Options,
    SimulationError,
    injected_defects,
    simulate,
)

ROOT = Path(__file__).resolve().parents[2]
LANDING = ROOT / "landing"

# the headers as Olist published them, typed in again here on purpose
PUBLISHED = {
    "olist_orders_dataset": '"order_id","customer_id","order_status","order_purchase_timestamp",'
    '"order_approved_at","order_delivered_carrier_date","order_delivered_customer_date",'
    '"order_estimated_delivery_date"',
    "olist_order_items_dataset": '"order_id","order_item_id","product_id","seller_id",'
    '"shipping_limit_date","price","freight_value"',
    "olist_order_payments_dataset": '"order_id","payment_sequential","payment_type",'
    '"payment_installments","payment_value"',
    "olist_order_reviews_dataset": '"review_id","order_id","review_score",'
    '"review_comment_title","review_comment_message","review_creation_date",'
    '"review_answer_timestamp"',
    "olist_customers_dataset": '"customer_id","customer_unique_id","customer_zip_code_prefix",'
    '"customer_city","customer_state"',
    "olist_sellers_dataset": '"seller_id","seller_zip_code_prefix","seller_city","seller_state"',
    "olist_products_dataset": '"product_id","product_category_name","product_name_lenght",'
    '"product_description_lenght","product_photos_qty","product_weight_g","product_length_cm",'
    '"product_height_cm","product_width_cm"',
    "olist_geolocation_dataset": '"geolocation_zip_code_prefix","geolocation_lat",'
    '"geolocation_lng","geolocation_city","geolocation_state"',
    "product_category_name_translation": "\ufeffproduct_category_name,"
    "product_category_name_english",
    "olist_marketing_qualified_leads_dataset": "mql_id,first_contact_date,landing_page_id,origin",
    "olist_closed_deals_dataset": "mql_id,seller_id,sdr_id,sr_id,won_date,business_segment,"
    "lead_type,lead_behaviour_profile,has_company,has_gtin,average_stock,business_type,"
    "declared_product_catalog_size,declared_monthly_revenue",
}


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file under a folder, by relative path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def tables(folder: Path, scratch: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection with one table a file: the records that parse, all columns varchar.

    Every table has `drop_date` and `n`, the number of the record over all drops; the view
    `<table>_now` holds the newest record of each key.
    """
    connection = duckdb.connect()
    for name, spec in FILES.items():
        table = name.removeprefix("olist_").removesuffix("_dataset")
        plain = scratch / f"{table}.csv"
        with plain.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, quoting=csv.QUOTE_ALL)
            writer.writerow(["drop_date", "n", *spec.columns])
            n = 0
            for path in sorted(folder.glob(f"*/{name}.csv")):
                text = path.read_bytes().decode("utf-8-sig", "replace")
                header, *records = csv.reader(io.StringIO(text, newline=""))
                for record in records:
                    if len(record) == len(header):
                        n += 1
                        row = dict(zip(header, record, strict=True))
                        writer.writerow(
                            [
                                path.parent.name,
                                n,
                                *(row[column] for column in spec.columns),
                            ]
                        )
        connection.execute(
            f"create table {table} as select * replace (n::int as n), "
            f"from read_csv('{plain}', all_varchar = true, header = true, delim = ',', "
            "quote = '\"', escape = '\"', parallel = false, nullstr = '', "
            "allow_quoted_nulls = true, max_line_size = 100000)"
        )
    for table, key in {
        "orders": "order_id",
        "order_items": "order_id, order_item_id",
        "order_payments": "order_id, payment_sequential",
        "order_reviews": "review_id, order_id",
        "customers": "customer_id",
        "sellers": "seller_id",
        "products": "product_id",
    }.items():
        connection.execute(
            f"create view {table}_now as select * from {table} where "
            f"{key.split(',')[0]} is not null "
            f"qualify row_number() over (partition by {key} order by n desc) = 1"
        )
    return connection


def value(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    """Return the only value of a query."""
    return connection.execute(sql).fetchone()[0]


@pytest.fixture(scope="module")
def remade(tmp_path_factory):
    """Return the shipped landing zone made again, on one thread, with its manifest."""
    folder = tmp_path_factory.mktemp("remade")
    manifest = folder / "manifest.json"
    simulate(replace(SHIPPED, out=folder / "landing", threads=1, manifest=manifest))
    return folder / "landing", json.loads(manifest.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """Return tables of the landing zone in the repository."""
    return tables(LANDING, tmp_path_factory.mktemp("shipped"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """Return tables of 20,000 orders without defects and drift."""
    folder = tmp_path_factory.mktemp("clean")
    simulate(Options(orders=20_000, days=4, defects=False, drift=False, out=folder / "landing"))
    return tables(folder / "landing", folder)


# ------------------------------------------------------------------------------ reproduction
def test_shipped_landing_is_what_the_simulator_makes(remade):
    """The committed files come from `SHIPPED`, byte for byte, on any number of threads."""
    made, committed = contents(remade[0]), contents(LANDING)
    assert made.keys() == committed.keys()
    assert [name for name in made if made[name] != committed[name]] == []


def test_shipped_landing_is_small():
    """The sample stays under 3.2 MB, a fifth of it shipment events."""
    sizes = {name: len(content) for name, content in contents(LANDING).items()}
    assert sum(sizes.values()) <= 3_200_000
    assert sum(size for name, size in sizes.items() if name.endswith(".jsonl")) <= 600_000


def test_another_seed_makes_other_records(tmp_path):
    """The seed matters, and the same seed gives the same bytes with two threads or more."""
    options = Options(orders=100, days=1, geo_points=500)
    for name, seed, threads in (("a", 1, 2), ("b", 1, 3), ("c", 2, 2)):
        simulate(replace(options, seed=seed, threads=threads, out=tmp_path / name))
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert contents(tmp_path / "a") != contents(tmp_path / "c")


# ------------------------------------------------------------------------------------ format
def test_headers_are_the_published_ones():
    """Eleven files in the first drop, headers to the letter; later drops differ by drift only."""
    first, *later = sorted(path for path in LANDING.iterdir() if path.is_dir())
    assert {path.stem for path in first.glob("*.csv")} == PUBLISHED.keys() == FILES.keys()
    odd = []
    for folder in (first, *later):
        for path in folder.glob("*.csv"):
            header = path.read_bytes().split(b"\n")[0].decode().rstrip("\r")
            if header != PUBLISHED[path.stem]:
                odd.append((path.stem, header))
    added = PUBLISHED["olist_orders_dataset"] + ',"order_channel"'
    assert len(odd) == 2
    assert ("olist_orders_dataset", added) in odd
    shuffled = dict(odd)["olist_products_dataset"]
    assert sorted(shuffled.split(",")) == sorted(PUBLISHED["olist_products_dataset"].split(","))


def test_line_ends_quotes_and_byte_order_mark():
    """CR LF in reviews and translation, LF elsewhere; ids in quotes, numbers and dates bare."""
    first = min(path for path in LANDING.iterdir() if path.is_dir())
    for path in first.glob("*.csv"):
        returns = path.read_bytes().count(b"\r\n")
        expected = path.stem in (
            "olist_order_reviews_dataset",
            "product_category_name_translation",
        )
        assert (returns > 0) == expected, path.name
    line = (first / "olist_order_items_dataset.csv").read_text().splitlines()[1]
    assert line.count('"') == 6 and line.split(",")[1].isdigit()


# ----------------------------------------------------------------------------------- no defects
@pytest.mark.parametrize(
    "child,parent,key",
    [
        ("order_items", "orders", "order_id"),
        ("order_payments", "orders", "order_id"),
        ("order_reviews", "orders", "order_id"),
        ("orders", "customers", "customer_id"),
        ("order_items", "products", "product_id"),
        ("order_items", "sellers", "seller_id"),
        ("closed_deals", "marketing_qualified_leads", "mql_id"),
    ],
)
def test_foreign_keys_hold_without_defects(clean, child, parent, key):
    """Every child has its parent, delivered in the same drop or an earlier one."""
    orphans = value(
        clean,
        f"select count(*) from {child} as c where not exists (select 1 from {parent} as p "
        f"where p.{key} = c.{key} and p.drop_date <= c.drop_date)",
    )
    assert orphans == 0


@pytest.mark.parametrize(
    "table,key",
    [
        ("orders", "order_id"),
        ("order_items", "order_id, order_item_id"),
        ("order_payments", "order_id, payment_sequential"),
        ("order_reviews", "review_id, order_id"),
        ("customers", "customer_id"),
        ("sellers", "seller_id"),
        ("products", "product_id"),
        ("marketing_qualified_leads", "mql_id"),
        ("closed_deals", "mql_id"),
    ],
)
def test_keys_are_unique_within_a_drop_without_defects(clean, table, key):
    """A key comes once a drop; it may come again in a later one as a correction."""
    repeated = value(
        clean,
        f"select count(*) from (select 1 from {table} "
        f"group by drop_date, {key} having count(*) > 1)",
    )
    assert repeated == 0
    assert value(clean, f"select count(*) from {table}") > 0


def test_payments_balance_to_the_cent_without_defects(clean):
    """What is paid for an order is its items and their freight."""
    compared, off = clean.execute(
        """
        select count(*), count(*) filter (paid <> due)
        from (select order_id, sum(payment_value::decimal(12, 2)) as paid
              from order_payments group by 1)
        join (select order_id, sum(price::decimal(12, 2) + freight_value::decimal(12, 2)) as due
              from order_items group by 1) using (order_id)
        """
    ).fetchone()
    assert compared > 19_000 and off == 0


def test_stages_are_in_order_without_defects(clean):
    """Purchase, approval, hand-over and delivery follow each other."""
    wrong = value(
        clean,
        """
        select count(*) from orders
        where order_purchase_timestamp > order_approved_at
            or order_approved_at > order_delivered_carrier_date
            or order_delivered_carrier_date > order_delivered_customer_date
            or left(order_purchase_timestamp, 10) > drop_date
            or left(order_delivered_customer_date, 10) > drop_date
        """,
    )
    assert wrong == 0


def test_zip_prefixes_have_points_and_lie_in_brazil_without_defects(clean):
    """Every address can be found, inside the country."""
    assert (
        value(
            clean,
            "select count(*) from customers anti join geolocation "
            "on customer_zip_code_prefix = geolocation_zip_code_prefix",
        )
        == 0
    )
    assert (
        value(
            clean,
            "select count(*) from geolocation where geolocation_lat::double not between -34 and 5.5 "
            "or geolocation_lng::double not between -74 and -34 or length(geolocation_zip_code_prefix)"
            " <> 5",
        )
        == 0
    )


SHARES = {
    # what: (query for a number, least, most); the real figure in the comment
    "delivered late": (  # 8.1 %
        ("select avg((order_delivered_customer_date > order_estimated_delivery_date)::int) "
        "from orders_now where order_delivered_customer_date is not null"), 0.06, 0.10),
    "people who come back": (  # 3.1 %
        ("select avg((n > 1)::int) from (select count(distinct customer_id) as n "
        "from customers_now group by customer_unique_id)"), 0.025, 0.038),
    "delivered": (  # 97.0 %, here with orders under way
        "select avg((order_status = 'delivered')::int) from orders_now", 0.91, 0.98),
    "items an order": (  # 1.14
        "select count(*) / count(distinct order_id) from order_items", 1.10, 1.18),
    "paid by credit card": (  # 73.9 %
        "select avg((payment_type = 'credit_card')::int) from order_payments", 0.70, 0.80),
    "mean price": (  # 120.65
        "select avg(price::double) from order_items", 95, 145),
    "mean freight": (  # 19.99
        "select avg(freight_value::double) from order_items", 16, 24),
    "mean score on time": (  # 4.29
        ("select avg(review_score::int) from order_reviews join orders_now using (order_id) "
        "where order_delivered_customer_date <= order_estimated_delivery_date"), 4.1, 4.45),
    "mean score late": (  # 2.57
        ("select avg(review_score::int) from order_reviews join orders_now using (order_id) "
        "where order_delivered_customer_date > order_estimated_delivery_date"), 2.2, 2.9),
    "reviews with a message": (  # 41.3 %
        "select count(review_comment_message) / count(*) from order_reviews", 0.38, 0.45),
    "customers in SP": (  # 42.0 %
        "select avg((customer_state = 'SP')::int) from customers", 0.39, 0.45),
    "sellers in SP": (  # 59.7 %
        "select avg((seller_state = 'SP')::int) from sellers_now", 0.53, 0.66),
    "states": ("select count(distinct customer_state) from customers", 27, 27),
    "best seller's share": (  # 1.8 %
        "select max(n) / sum(n) from (select count(*) as n from order_items group by seller_id)",
        0.01, 0.10),
    "days to Bahia more than to Sao Paulo": (  # 10.5
        ("select avg(d) filter (customer_state = 'BA') - avg(d) filter (customer_state = 'SP') "
        "from (select customer_state, datediff('hour', order_purchase_timestamp::timestamp, "
        "order_delivered_customer_date::timestamp) / 24 as d from orders_now "
        "join customers_now using (customer_id))"), 7, 14),
}  # fmt: skip


@pytest.mark.parametrize("what", SHARES)
def test_distributions_are_like_the_real_ones(clean, what):
    """Shares and means stay near those of the published data."""
    sql, least, most = SHARES[what]
    assert least <= value(clean, sql) <= most


# ------------------------------------------------------------------------------------- changes
CHANGES = {
    "orders come again with a new status": "select count(*) from (select order_id from orders "
    "group by 1 having count(distinct order_status) > 1)",
    "sellers move": "select count(*) from (select seller_id from sellers "
    "group by 1 having count(distinct seller_zip_code_prefix) > 1)",
    "products change": "select count(*) from (select product_id from products "
    "group by 1 having count(distinct product_weight_g) > 1)",
    "a customer record is corrected": "select count(*) from (select customer_id from customers "
    "group by 1 having count(distinct customer_zip_code_prefix) > 1)",
    "a person orders from another zip": "select count(*) from (select customer_unique_id "
    "from customers group by 1 having count(distinct customer_zip_code_prefix) > 1 "
    "and count(distinct customer_id) > 1)",
    "items before their order": "select count(*) from order_items join (select order_id, "
    "min(drop_date) as known from orders group by 1) using (order_id) where drop_date < known",
    "payments after their order": "select count(*) from order_payments join (select order_id, "
    "min(drop_date) as known from orders group by 1) using (order_id) "
    "where drop_date > known and drop_date = left(drop_date, 10)",
    "a delivery reported late": "select count(*) from (select order_id, min(drop_date) as told, "
    "min(left(order_delivered_customer_date, 10)) as day from orders "
    "where order_delivered_customer_date is not null group by 1) "
    "where told > day and day > '2018-07-31'",
    "a record twice in a file": "select count(*) from (select 1 from orders "
    "group by drop_date, order_id having count(*) > 1)",
    "a record again in a later file": "select count(*) from (select 1 from order_items "
    "group by all_but_drop having count(distinct drop_date) > 1)".replace(
        "all_but_drop", ", ".join(FILES["olist_order_items_dataset"].columns)),
    "geolocation is corrected": "select count(*) from geolocation where drop_date > '2018-08-01'",
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_daily_drops_change_earlier_records(shipped, what):
    """The shipped drops hold every kind of change at least once."""
    assert value(shipped, CHANGES[what]) > 0


# ------------------------------------------------------------------------------------- defects
TIMES = (
    "order_purchase_timestamp as bought, order_approved_at as approved, "
    "order_delivered_carrier_date as carrier, order_delivered_customer_date as delivered, "
    "order_estimated_delivery_date as estimated, order_status as status"
)
ORDERS = f"(select *, {TIMES} from orders_now)"
DEFECTS = {
    "F4": "from order_reviews where contains(review_comment_message, chr(13) || chr(10))",
    "F5": "from order_reviews where contains(review_comment_message, '\"')",
    "F6": "from order_reviews where contains(review_comment_message, '\\')",
    "F7": "from geolocation where contains(geolocation_city, ',')",
    "F8": "from geolocation where abs(geolocation_lat::double) < 1e-4",
    "K3": "from (select review_id from order_reviews group by 1 "
    "having count(distinct order_id) > 1)",
    "K4": "from (select order_id from order_reviews group by 1 "
    "having count(distinct review_id) > 1)",
    "K7": "from (select 1 from orders_now join customers_now using (customer_id) "
    "group by customer_unique_id, order_purchase_timestamp having count(*) > 1)",
    "K8": "from (select 1 from geolocation group by all_points having count(*) > 1)".replace(
        "all_points", ", ".join(FILES["olist_geolocation_dataset"].columns)),
    "M1": "from orders_now anti join order_items using (order_id) where order_status = 'shipped'",
    "M2": "from orders_now anti join order_payments using (order_id) "
    "where order_status = 'delivered'",
    "M4": "from products where product_category_name is null and product_name_lenght is null",
    "M5": "from products where product_weight_g is null",
    "M7": "from customers anti join geolocation "
    "on customer_zip_code_prefix = geolocation_zip_code_prefix",
    "M8": "from sellers anti join geolocation "
    "on seller_zip_code_prefix = geolocation_zip_code_prefix",
    "M10": "from order_reviews where trim(review_comment_message) = ''",
    "L1a": f"from {ORDERS} where status = 'delivered' and delivered is null",
    "L1b": f"from {ORDERS} where status = 'delivered' and carrier is null",
    "L1c": f"from {ORDERS} where status = 'delivered' and approved is null",
    "L2a": f"from {ORDERS} where status = 'canceled' and delivered is not null",
    "L2b": f"from {ORDERS} where status = 'canceled' and carrier is not null",
    "L3": f"from {ORDERS} where carrier < approved",
    "L4": f"from {ORDERS} where carrier < bought",
    "L5": f"from {ORDERS} where delivered < carrier",
    "L6": f"from {ORDERS} where delivered < approved",
    "L8": f"from {ORDERS} where estimated < approved",
    "L9": f"from {ORDERS} where datediff('day', bought::timestamp, approved::timestamp) > 7",
    "L10": f"from {ORDERS} where datediff('day', bought::timestamp, delivered::timestamp) > 60",
    "L12": "from order_items join orders_now using (order_id) where datediff('day', "
    "order_purchase_timestamp::timestamp, shipping_limit_date::timestamp) > 700",
    "L13": "from order_items join orders_now using (order_id) "
    "where shipping_limit_date < order_approved_at",
    "P1": "from order_payments where payment_type = 'not_defined' and payment_value = '0.00'",
    "P2": "from order_payments where payment_type = 'voucher' and payment_value = '0.00'",
    "P3": "from order_payments where payment_installments = '0'",
    "P4": "from (select order_id from order_payments group by 1 "
    "having min(payment_sequential) = '2')",
    "P6": "from order_items where freight_value = '0.00'",
    "P8": "from order_items where try_cast(price as double) > 4500",
    "D1": "from products where product_weight_g = '0'",
    "D2a": "from products where product_name_lenght::int < 10",
    "D2b": "from products where product_description_lenght::int < 20",
    "D2c": "from products where product_photos_qty::int > 15",
    "K9": "from (select 1 from products_now where product_category_name is not null group by "
    "product_category_name, product_name_lenght, product_description_lenght, product_weight_g, "
    "product_length_cm, product_height_cm, product_width_cm having count(*) > 1)",
    "G1a": "from geolocation where geolocation_lat::double between 5.5 and 8",
    "G1b": "from geolocation where geolocation_lat::double > 20",
    "G2": "from (select 1 from geolocation group by geolocation_zip_code_prefix "
    "having count(distinct geolocation_state) > 1)",
    "G3": "from geolocation where geolocation_city <> strip_accents(geolocation_city)",
    "G5": "from geolocation where geolocation_city in ('sãopaulo', 'sp', 'sa£o paulo') "
    "or geolocation_city = 'são paulo'",
    "G6": "from geolocation where regexp_matches(geolocation_city, '[³&%*.´]')",
    "G7": "from (select 1 from geolocation where geolocation_lat::double < 5.5 "
    "group by geolocation_zip_code_prefix "
    "having max(geolocation_lat::double) - min(geolocation_lat::double) > 1)",
    "G8": "from sellers_now join (select geolocation_zip_code_prefix as zip, "
    "mode(geolocation_state) as state from geolocation group by 1) "
    "on zip = seller_zip_code_prefix where state <> seller_state",
    "G9": "from sellers anti join geolocation on seller_city = geolocation_city",
    "G10": "from sellers join (select geolocation_zip_code_prefix as zip, "
    "list(geolocation_city) as cities from geolocation group by 1) "
    "on zip = seller_zip_code_prefix where not list_contains(cities, seller_city) "
    "and seller_city in ('sao paulo', 'campinas')",
    "G11": "from customers where starts_with(customer_city, 'distrito de ')",
    "R1": "from order_reviews join orders_now using (order_id) "
    "where left(review_creation_date, 10) < left(order_purchase_timestamp, 10)",
    "R4": "from order_reviews where length(review_comment_message) between 195 and 200",
    "R5": "from order_reviews where regexp_matches(review_comment_message, "
    "'targaryen|lannister|stark|baratheon')",
    "R6a": "from order_reviews where review_comment_title = '10'",
    "R6b": "from order_reviews where contains(review_comment_message, '😍')",
    "U2": "from closed_deals where lead_type is null",
    "U4": "from marketing_qualified_leads where origin is null",
    "U5": "from closed_deals join marketing_qualified_leads using (mql_id) "
    "where won_date < first_contact_date",
}  # fmt: skip
# money differs for one order in two hundred: counted by how, not by a row
BALANCE = {"P5a": "abs(off) = 0.01", "P5b": "off > 0.01", "P5c": "off < -0.01"}


def test_every_defect_of_the_list_has_a_test(remade):
    """A code added to defects.csv needs a query here; K2 is among the changes."""
    codes = {entry["code"] for entry in remade[1]["data_defects"]}
    assert codes - DEFECTS.keys() - BALANCE.keys() == {"K2"}
    assert all(entry["records"] > 0 for entry in remade[1]["data_defects"])


@pytest.mark.parametrize("code", DEFECTS)
def test_shipped_sample_has_the_known_defects(shipped, code):
    """Each kind of defects.md that is injected is in the shipped sample."""
    assert value(shipped, f"select count(*) {DEFECTS[code]}") > 0


@pytest.mark.parametrize("code", BALANCE)
def test_shipped_sample_has_unbalanced_payments(shipped, code):
    """Some payments differ from items and freight, by a cent or by more."""
    found = value(
        shipped,
        f"""
        select count(*)
        from (
            select order_id, sum(payment_value::decimal(12, 2)) as paid from order_payments_now
            where try_cast(payment_value as double) is not null
            group by 1 having min(payment_sequential) = '1'
        )
        join (
            select order_id, sum(price::decimal(12, 2) + freight_value::decimal(12, 2)) as due
            from order_items_now where try_cast(price as double) is not null group by 1
        ) using (order_id),
        lateral (select paid - due as off)
        where {BALANCE[code]}
        """,
    )
    assert found > 0


def test_clean_data_has_none_of_the_defects(clean):
    """`--no-defects` keeps its word; what the real world does by itself is left out."""
    natural = {"K8", "K9", "G10", "L9", "L10", "U4"}
    found = {
        code: value(clean, f"select count(*) {sql}")
        for code, sql in DEFECTS.items()
        if code not in natural
    }
    assert {code: n for code, n in found.items() if n} == {}


def test_manifest_names_format_defects_that_are_in_the_files(remade):
    """Every entry names a line that is there and wrong in the way it says."""
    landing, manifest = remade
    entries = manifest["format_defects"]
    kinds = {entry["kind"] for entry in entries}
    assert kinds == {
        "unparseable_number", "unparseable_timestamp", "negative_price", "score_out_of_range",
        "unknown_state", "unknown_status", "null_business_key", "too_few_fields",
        "too_many_fields", "unclosed_quote", "not_utf8",
    }  # fmt: skip
    for entry in entries:
        path = landing / entry["drop"] / entry["file"]
        line = path.read_bytes().split(b"\n")[entry["line"] - 1].rstrip(b"\r")
        header = path.read_bytes().split(b"\n")[0]
        text = line.decode("latin-1")
        fields = next(csv.reader([text]))
        match entry["kind"]:
            case "too_few_fields":
                assert len(fields) < header.count(b",") + 1
            case "too_many_fields":
                assert len(fields) > header.count(b",") + 1
            case "unclosed_quote":
                assert text.count('"') % 2 == 1
                assert path.read_bytes().rstrip().endswith(line)
            case "not_utf8":
                with pytest.raises(UnicodeDecodeError):
                    line.decode("utf-8")
            case "null_business_key":
                assert fields[0] == ""
            case _:
                assert entry["value"] in fields
                assert next(iter(entry["key"].values())) == fields[0]
        if entry["corrected"]:
            later = (landing / entry["corrected"] / entry["file"]).read_text()
            assert next(iter(entry["key"].values())) in later


def test_manifest_is_complete(remade):
    """No line fails to parse that the manifest does not name."""
    landing, manifest = remade
    named = {(entry["drop"], entry["file"], entry["line"]) for entry in manifest["format_defects"]}
    for path in landing.rglob("*.csv"):
        if path.stem == "olist_order_reviews_dataset":  # its records may have several lines
            continue
        header, *lines = path.read_bytes().splitlines()
        for number, line in enumerate(lines, 2):
            try:
                fields = next(csv.reader([line.decode("utf-8")], strict=True))
                fine = len(fields) == header.count(b",") + 1 and fields[0] != ""
            except (UnicodeDecodeError, csv.Error):
                fine = False
            assert fine or (path.parent.name, path.name, number) in named, (
                path,
                number,
                line,
            )


def test_injected_defects_gives_the_manifest(remade):
    """The function gives what the manifest file holds."""
    assert injected_defects(SHIPPED) == remade[1]["format_defects"]


# ----------------------------------------------------------------------------- shipment events
def with_events(connection: duckdb.DuckDBPyConnection, folder: Path) -> duckdb.DuckDBPyConnection:
    """Add the table `events` to those of a landing zone: the lines that are JSON, by drop."""
    connection.execute("set timezone = 'UTC'")
    connection.execute(
        f"""
        create or replace table events as
        select *, occurred_at::timestamptz as occurred, recorded_at::timestamptz as recorded,
            drop_no as drop_date
        from (
            select line->>'event_id' as event_id, line->>'shipment_id' as shipment_id,
                line->>'order_id' as order_id, line->>'seller_id' as seller_id,
                line->>'type' as type, line->>'$.carrier.service' as service,
                line->>'$.place.state' as state, line->>'occurred_at' as occurred_at,
                line->>'recorded_at' as recorded_at, line, drop_no
            from (
                select try_cast(text as json) as line, parse_path(filename)[-2] as drop_no
                from read_csv('{folder}/*/shipment_events.jsonl', delim = '\x01', header = false,
                    quote = '', escape = '', columns = {{text: 'varchar'}}, filename = true)
            ) where line is not null
        )
        """
    )
    return connection


@pytest.fixture(scope="module")
def tracked(tmp_path_factory):
    """Return the events of 3,000 orders without defects, all since the first, and their tables."""
    folder = tmp_path_factory.mktemp("tracked")
    options = Options(orders=3_000, days=4, defects=False, drift=False, tracking_days=5000)
    simulate(replace(options, out=folder / "landing"))
    return with_events(tables(folder / "landing", folder), folder / "landing")


EVENTS_AGREE = {
    "a shipment begins with its label": "select count(*) from (select shipment_id from events "
    "group by 1 having min(occurred) < min(occurred) filter (type = 'label_created') "
    "or count(*) filter (type = 'label_created') <> 1)",
    "stages follow each other": "select count(*) from (select type, occurred, lag(occurred) over w "
    "as before from events where type in ('label_created', 'posted', 'delivered', 'returned', "
    "'lost') window w as (partition by shipment_id order by case type when 'label_created' then 1 "
    "when 'posted' then 2 else 3 end)) where occurred <= before",
    "nothing is after the end": "select count(*) from (select shipment_id from events group by 1 "
    "having max(occurred) > max(occurred) filter (type in ('delivered', 'returned', 'lost')))",
    "a cancelled order is not delivered": "select count(*) from events join orders_now using (order_id) "
    "where type = 'delivered' and order_status in ('canceled', 'unavailable')",
    "no event before its order": "select count(*) from events anti join orders using (order_id)",
    "no event twice": "select count(*) - count(distinct event_id) from events",
    "recorded after it happened": "select count(*) from events where recorded < occurred",
    "told in the drop of its day": "select count(*) from events "
    "where left(recorded_at, 10) > drop_date",
    "delivered when the order says": "select count(*) from (select order_id, max(occurred) as o, "
    "any_value(order_delivered_customer_date) as d from events join orders_now using (order_id) "
    "where type = 'delivered' group by 1) where d is not null "
    "and abs(date_diff('minute', o, (d || '-03:00')::timestamptz)) > 1",
}


@pytest.mark.parametrize("what", EVENTS_AGREE)
def test_events_agree_with_the_orders_without_defects(tracked, what):
    """What carriers report without defects is possible, and is what the orders say."""
    assert value(tracked, "select count(*) from events") > 10_000
    assert value(tracked, EVENTS_AGREE[what]) == 0


EVENT_DEFECTS = {
    "an event twice": "from (select event_id from events group by 1 "
    "having count(*) > count(distinct line::varchar))",
    "a correction": "from (select event_id from events group by 1 "
    "having count(distinct occurred) > 1)",
    "an order that is nowhere": "from events where order_id not in (select order_id from orders where order_id is not null)",
    "a type nobody knows": "from events where type = 'object_scanned'",
    "delivered before it was posted": "from (select shipment_id from events group by 1 "
    "having max(occurred) filter (type = 'delivered') < min(occurred) filter (type = 'posted'))",
    "days late in a later drop": "from events where date_diff('day', left(occurred_at, 10)::date, "
    "drop_date::date) > 1 and drop_date > '2018-07-31'",
    "another offset": "from events where occurred_at like '%-04:00'",
    "after one that happened later": "from events as e join events as later using (shipment_id) "
    "where later.occurred > e.occurred and later.drop_date < e.drop_date",
}


def test_shipped_events_have_the_known_defects(shipped):
    """Each kind of defect of the carriers' files is in the shipped sample, and a broken line a day."""
    connection = with_events(shipped, LANDING)
    missing = [
        what
        for what, sql in EVENT_DEFECTS.items()
        if not value(connection, f"select count(*) {sql}")
    ]
    assert missing == []
    for path in LANDING.glob("*/shipment_events.jsonl"):
        broken = [line for line in path.read_text().splitlines() if not line.endswith("}")]
        assert len(broken) == (path.parent.name != "2018-07-31"), path


def test_without_tracking_the_other_files_are_the_same(tmp_path):
    """The option takes the carriers' files out and changes no other."""
    options = Options(orders=200, days=1, geo_points=500)
    simulate(replace(options, out=tmp_path / "with"))
    simulate(replace(options, tracking_days=0, out=tmp_path / "without"))
    tracked, without = contents(tmp_path / "with"), contents(tmp_path / "without")
    assert {name for name in tracked if name.endswith(".jsonl")} == set(tracked) - set(without)
    assert all(tracked[name] == content for name, content in without.items())


# ------------------------------------------------------------------------------- command line
@pytest.mark.parametrize(
    "arguments,option",
    [
        (["--orders", "99"], "--orders"),
        (["--days", "-1"], "--days"),
        (["--end-date", "2016-01-01"], "--end-date"),
        (["--end-date", "yesterday"], "--end-date"),
        (["--tombstones", "5", "--days", "0"], "--tombstones"),
        (["--geo-points", "3"], "--geo-points"),
        (["--memory-limit", "much"], "--memory-limit"),
        (["--manifest", "no/such/folder/manifest.json"], "--manifest"),
    ],
)
def test_bad_options_are_named(tmp_path, capsys, arguments, option):
    """An option that cannot be used ends in a message that names it, and writes nothing."""
    try:
        code = main(["simulate", "--out", str(tmp_path / "out"), *arguments])
    except SystemExit as error:  # argparse's own way out
        code = error.code
    assert code == 2
    assert option in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_folder_in_use_is_refused(tmp_path):
    """A folder with files is left alone unless --force; even then foreign files stay."""
    options = Options(orders=100, days=1, geo_points=500, out=tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(SimulationError, match=r"--out .*not empty.*--force"):
        simulate(options)
    simulate(replace(options, force=True))
    simulate(replace(options, force=True, days=0))
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


@pytest.mark.parametrize(
    "options",
    [
        Options(orders=100, days=0),
        Options(orders=100, days=1, seed=9),
        Options(orders=100, days=3),
        Options(orders=1_000, days=30, end_date=dt.date(2020, 12, 31), drift=False),
    ],
    ids=lambda options: f"{options.orders} orders, {options.days} days",
)
def test_odd_sizes_work(tmp_path, options):
    """Few orders, no or many drops: every order arrives in a drop that is due."""
    simulate(replace(options, out=tmp_path))
    drops = sorted(path.name for path in tmp_path.iterdir())
    assert drops[0] == str(options.end_date - dt.timedelta(days=options.days))
    assert drops[-1] <= str(options.end_date)
    connection = duckdb.connect()
    known = connection.execute(
        "select count(distinct column0) from read_csv(?, all_varchar = true, header = false, "
        "skip = 1, null_padding = true, ignore_errors = true, union_by_name = false, delim = ',', "
        "quote = '\"', escape = '\"') where length(column0) = 32",
        [[str(path) for path in tmp_path.glob("*/olist_orders_dataset.csv")]],
    ).fetchone()[0]
    assert known == options.orders


def test_tombstones_withdraw_orders_that_exist(tmp_path):
    """The last drop lists N orders with `_operation` = `delete`, each of them known."""
    simulate(Options(orders=500, days=2, geo_points=500, tombstones=7, out=tmp_path))
    (deletes,) = tmp_path.glob("*/olist_orders_dataset_deletes.csv")
    assert deletes.parent.name == "2018-08-05"
    with deletes.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    known = "".join(path.read_text() for path in tmp_path.glob("*/olist_orders_dataset.csv"))
    assert len(rows) == 7
    assert all(row["_operation"] == "delete" and row["order_id"] in known for row in rows)


def test_two_hundred_thousand_orders(tmp_path):
    """A larger run through the command line: every order arrives, the bar is drawn."""
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "lakehouse",
            "simulate",
            "--orders",
            "200000",
            "--days",
            "2",
            "--no-defects",
            "--progress",
            "--out",
            str(tmp_path / "big"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "[##############################]" in result.stderr
    count = duckdb.sql(
        "select count(distinct order_id) from read_csv("
        f"'{tmp_path}/big/*/olist_orders_dataset.csv', union_by_name = true, all_varchar = true)"
    ).fetchone()[0]
    assert count == 200_000
