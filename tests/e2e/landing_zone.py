"""Landing zones whose every record is known: what a good one is, and each way in which one can be bad.

- `ENTITIES`: the twelve tables: file, columns, key, and how silver types them.
- `good(entity, number)`: a record that breaks no rule, with a key of its own.
- `CASES`: changes to a good record, and the rules that must then name it.
- `Zone`: files made of such records; lands them in a lakehouse, and remembers which record stands where.
"""

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import NamedTuple


class Entity(NamedTuple):
    """A source table: its files, its columns, silver's key, and silver's column → (landed column, type)."""

    stem: str
    staging: str
    template: dict
    key: tuple
    typed: dict
    # A column that a file may lack without a record becoming bad.
    optional: str | None


def timestamp(text):
    """A time as silver has it."""
    return datetime.fromisoformat(text)


def day(text):
    """A day as silver has it."""
    return datetime.fromisoformat(text).date()


def brazilian_time(text):
    """A moment with its offset, as silver tells it: in the time of São Paulo."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.astimezone(timezone(timedelta(hours=-3))).replace(tzinfo=None)


def key_of(key):
    """How silver reads a key of a JSON object."""
    return lambda text: json.loads(text).get(key)


def truth(text):
    """A yes or no as silver has it."""
    return text.lower() == "true"


ENTITIES = {
    "customers": Entity(
        "olist_customers_dataset",
        "stg_marketplace__customers",
        {
            "customer_id": "customer-{}",
            "customer_unique_id": "person-{}",
            "customer_zip_code_prefix": "01310",
            "customer_city": "sao paulo",
            "customer_state": "SP",
        },
        ("customer_id",),
        {
            "customer_id": ("customer_id", str),
            "customer_unique_id": ("customer_unique_id", str),
            "zip_code_prefix": ("customer_zip_code_prefix", str),
            "city": ("customer_city", str),
            "state_code": ("customer_state", str),
        },
        "customer_city",
    ),
    "sellers": Entity(
        "olist_sellers_dataset",
        "stg_marketplace__sellers",
        {
            "seller_id": "seller-{}",
            "seller_zip_code_prefix": "80010",
            "seller_city": "curitiba",
            "seller_state": "PR",
        },
        ("seller_id",),
        {
            "seller_id": ("seller_id", str),
            "zip_code_prefix": ("seller_zip_code_prefix", str),
            "raw_city": ("seller_city", str),
            "state_code": ("seller_state", str),
        },
        "seller_city",
    ),
    "products": Entity(
        "olist_products_dataset",
        "stg_marketplace__products",
        {
            "product_id": "product-{}",
            "product_category_name": "perfumaria",
            "product_name_lenght": "40",
            "product_description_lenght": "400",
            "product_photos_qty": "2",
            "product_weight_g": "500",
            "product_length_cm": "20",
            "product_height_cm": "10",
            "product_width_cm": "15",
        },
        ("product_id",),
        {
            "product_id": ("product_id", str),
            "product_category_name": ("product_category_name", str),
            "name_length": ("product_name_lenght", int),
            "description_length": ("product_description_lenght", int),
            "photo_count": ("product_photos_qty", int),
            "weight_g": ("product_weight_g", float),
            "length_cm": ("product_length_cm", float),
            "height_cm": ("product_height_cm", float),
            "width_cm": ("product_width_cm", float),
        },
        "product_photos_qty",
    ),
    "location_points": Entity(
        "olist_geolocation_dataset",
        "stg_marketplace__geolocation",
        {
            "geolocation_zip_code_prefix": "{:05}",
            "geolocation_lat": "-23.5614",
            "geolocation_lng": "-46.6559",
            "geolocation_city": "sao paulo",
            "geolocation_state": "SP",
        },
        (),
        {
            "zip_code_prefix": ("geolocation_zip_code_prefix", str),
            "latitude": ("geolocation_lat", float),
            "longitude": ("geolocation_lng", float),
            "city": ("geolocation_city", str),
            "state_code": ("geolocation_state", str),
        },
        "geolocation_city",
    ),
    "category_translations": Entity(
        "product_category_name_translation",
        "stg_marketplace__product_category_translations",
        {
            "product_category_name": "categoria_{}",
            "product_category_name_english": "category",
        },
        ("product_category_name",),
        {
            "product_category_name": ("product_category_name", str),
            "category_name_english": ("product_category_name_english", str),
        },
        None,
    ),
    "orders": Entity(
        "olist_orders_dataset",
        "stg_marketplace__orders",
        {
            "order_id": "order-{}",
            "customer_id": "customer-0",
            "order_status": "delivered",
            "order_purchase_timestamp": "2018-07-20 10:00:00",
            "order_approved_at": "2018-07-20 11:00:00",
            "order_delivered_carrier_date": "2018-07-21 12:00:00",
            "order_delivered_customer_date": "2018-07-25 13:00:00",
            "order_estimated_delivery_date": "2018-08-05 00:00:00",
        },
        ("order_id",),
        {
            "order_id": ("order_id", str),
            "customer_id": ("customer_id", str),
            "order_status": ("order_status", str),
            "purchased_at": ("order_purchase_timestamp", timestamp),
            "approved_at": ("order_approved_at", timestamp),
            "shipped_at": ("order_delivered_carrier_date", timestamp),
            "delivered_at": ("order_delivered_customer_date", timestamp),
            "estimated_delivery_at": ("order_estimated_delivery_date", timestamp),
        },
        "order_approved_at",
    ),
    "order_items": Entity(
        "olist_order_items_dataset",
        "stg_marketplace__order_items",
        {
            "order_id": "order-0",
            "order_item_id": "{}",
            "product_id": "product-0",
            "seller_id": "seller-0",
            "shipping_limit_date": "2018-07-27 10:00:00",
            "price": "100.50",
            "freight_value": "10.25",
        },
        ("order_id", "order_item_id"),
        {
            "order_id": ("order_id", str),
            "order_item_id": ("order_item_id", int),
            "product_id": ("product_id", str),
            "seller_id": ("seller_id", str),
            "shipping_limit_at": ("shipping_limit_date", timestamp),
            "price_brl": ("price", Decimal),
            "freight_brl": ("freight_value", Decimal),
        },
        "shipping_limit_date",
    ),
    "order_payments": Entity(
        "olist_order_payments_dataset",
        "stg_marketplace__order_payments",
        {
            "order_id": "order-0",
            "payment_sequential": "{}",
            "payment_type": "credit_card",
            "payment_installments": "3",
            "payment_value": "110.75",
        },
        ("order_id", "payment_sequential"),
        {
            "order_id": ("order_id", str),
            "payment_sequential": ("payment_sequential", int),
            "payment_type": ("payment_type", str),
            "installment_count": ("payment_installments", int),
            "payment_brl": ("payment_value", Decimal),
        },
        "payment_installments",
    ),
    "order_reviews": Entity(
        "olist_order_reviews_dataset",
        "stg_marketplace__order_reviews",
        {
            "review_id": "review-{}",
            "order_id": "order-0",
            "review_score": "4",
            "review_comment_title": "Bom",
            "review_comment_message": 'Chegou, "antes"\ndo prazo',
            "review_creation_date": "2018-07-26 00:00:00",
            "review_answer_timestamp": "2018-07-27 12:00:00",
        },
        ("review_id", "order_id"),
        {
            "review_id": ("review_id", str),
            "order_id": ("order_id", str),
            "review_score": ("review_score", int),
            "comment_title": ("review_comment_title", str),
            "comment_message": ("review_comment_message", str),
            "survey_sent_date": ("review_creation_date", day),
            "answered_at": ("review_answer_timestamp", timestamp),
        },
        "review_comment_title",
    ),
    "leads": Entity(
        "olist_marketing_qualified_leads_dataset",
        "stg_marketing__marketing_qualified_leads",
        {
            "mql_id": "lead-{}",
            "first_contact_date": "2018-07-01",
            "landing_page_id": "page",
            "origin": "email",
        },
        ("mql_id",),
        {
            "lead_id": ("mql_id", str),
            "first_contact_date": ("first_contact_date", day),
            "landing_page_id": ("landing_page_id", str),
            "origin": ("origin", str),
        },
        "landing_page_id",
    ),
    "deals": Entity(
        "olist_closed_deals_dataset",
        "stg_marketing__closed_deals",
        {
            "mql_id": "lead-{}",
            "seller_id": "seller-0",
            "sdr_id": "sdr",
            "sr_id": "sr",
            "won_date": "2018-07-10 12:00:00",
            "business_segment": "pet",
            "lead_type": "industry",
            "lead_behaviour_profile": "cat",
            "has_company": "True",
            "has_gtin": "False",
            "average_stock": "1-5",
            "business_type": "reseller",
            "declared_product_catalog_size": "30",
            "declared_monthly_revenue": "1000.50",
        },
        ("mql_id",),
        {
            "lead_id": ("mql_id", str),
            "seller_id": ("seller_id", str),
            "won_at": ("won_date", timestamp),
            "business_segment": ("business_segment", str),
            "has_company": ("has_company", truth),
            "has_gtin": ("has_gtin", truth),
            "average_stock": ("average_stock", str),
            "declared_catalog_size": ("declared_product_catalog_size", float),
            "declared_monthly_revenue_brl": ("declared_monthly_revenue", Decimal),
        },
        "lead_type",
    ),
    "shipment_events": Entity(
        "shipment_events",
        "stg_carriers__shipment_events",
        {
            "event_id": "event-{}",
            # One for all: what happens to an event happens to the state of its shipment.
            "shipment_id": "shipment-0",
            "order_id": "order-0",
            "seller_id": "seller-0",
            "type": "posted",
            "carrier": '{{"name":"Correios","service":"PAC"}}',
            "place": '{{"city":"manaus","state":"AM","zip_code_prefix":"69000"}}',
            "occurred_at": "2018-07-24T12:00:00-04:00",
            "recorded_at": "2018-07-24T17:00:00Z",
        },
        ("event_id",),
        {
            "event_id": ("event_id", str),
            "shipment_id": ("shipment_id", str),
            "order_id": ("order_id", str),
            "seller_id": ("seller_id", str),
            "event_type": ("type", str),
            "carrier_name": ("carrier", key_of("name")),
            "carrier_service": ("carrier", key_of("service")),
            "city": ("place", key_of("city")),
            "zip_code_prefix": ("place", key_of("zip_code_prefix")),
            "occurred_at": ("occurred_at", brazilian_time),
            "recorded_at": ("recorded_at", brazilian_time),
        },
        "place",
    ),
}
# A record of the first may only be accepted while the second has a current record of the same value.
PARENTS = {
    "order_items": ("orders", "order_id", "order_exists"),
    "order_payments": ("orders", "order_id", "order_exists"),
    "order_reviews": ("orders", "order_id", "order_exists"),
    "deals": ("leads", "mql_id", "lead_exists"),
    "shipment_events": ("orders", "order_id", "order_exists"),
}


def good(entity, number=0, **changes):
    """A record of an entity that breaks no rule; `number` makes its key its own, `changes` change it."""
    record = {name: text.format(number) for name, text in ENTITIES[entity].template.items()}
    return {**record, **changes}


def silver_key(entity):
    """The names silver has for the key columns of an entity."""
    names = {landed: name for name, (landed, _) in ENTITIES[entity].typed.items()}
    return tuple(names[column] for column in ENTITIES[entity].key)


class Case(NamedTuple):
    """A change to a good record, and the rules that it then breaks (reference rules aside)."""

    entity: str
    changes: dict
    rules: frozenset
    is_warning: bool = False

    def __str__(self):
        """Its name as a test's parameter."""
        changed = ",".join(f"{name}={text}" for name, text in self.changes.items())
        return f"{self.entity}:{changed}".replace(" ", "_")


def _cases(entity, quarantine, warn):
    """Cases of one entity from (changes, rules) pairs; the rules of a pair stand in one text."""
    return [
        Case(entity, changes, frozenset(rules.split()), is_warning)
        for is_warning, pairs in ((False, quarantine), (True, warn))
        for changes, rules in pairs
    ]


CASES = [
    *_cases(
        "customers",
        [
            ({"customer_id": ""}, "customer_id_present"),
            ({"customer_id": "  "}, "customer_id_present"),
            ({"customer_unique_id": ""}, "person_present"),
            ({"customer_state": "XX"}, "state_exists"),
            ({"customer_state": ""}, "state_exists"),
            ({"customer_state": "S", "customer_unique_id": ""}, "person_present state_exists"),
        ],
        [
            ({"customer_zip_code_prefix": "1310"}, "zip_code_is_five_digits"),
            ({"customer_zip_code_prefix": "O1310"}, "zip_code_is_five_digits"),
            ({"customer_zip_code_prefix": "-1310"}, "zip_code_is_five_digits"),
        ],
    ),
    *_cases(
        "sellers",
        [
            ({"seller_id": ""}, "seller_id_present"),
            ({"seller_state": "Parana"}, "state_exists"),
        ],
        [
            ({"seller_zip_code_prefix": "8001"}, "zip_code_is_five_digits"),
            ({"seller_city": "04482255"}, "city_is_a_name"),
            ({"seller_city": "vendas@loja.com.br"}, "city_is_a_name"),
            ({"seller_city": ""}, "city_is_a_name"),
        ],
    ),
    *_cases(
        "products",
        [
            ({"product_id": ""}, "product_id_present"),
            ({"product_weight_g": "-1"}, "size_not_negative"),
            ({"product_width_cm": "-0.5"}, "size_not_negative"),
            ({"product_name_lenght": "40.5"}, "name_length_readable"),
            ({"product_description_lenght": "99999999999"}, "description_length_readable"),
            ({"product_photos_qty": "many"}, "photo_count_readable"),
            ({"product_weight_g": "500 g"}, "weight_g_readable"),
            ({"product_length_cm": "20,5"}, "length_cm_readable"),
            ({"product_height_cm": "NaN"}, "height_cm_readable"),
            ({"product_width_cm": "inf"}, "width_cm_readable"),
            (
                {"product_weight_g": "-1", "product_photos_qty": "?"},
                "photo_count_readable size_not_negative",
            ),
        ],
        [
            ({"product_category_name": "nada"}, "category_exists"),
            ({"product_category_name": ""}, "category_exists"),
            ({"product_weight_g": "0"}, "weight_positive"),
            ({"product_height_cm": ""}, "has_size"),
        ],
    ),
    *_cases(
        "location_points",
        [
            ({"geolocation_zip_code_prefix": ""}, "zip_code_is_five_digits"),
            ({"geolocation_zip_code_prefix": "1310"}, "zip_code_is_five_digits"),
            ({"geolocation_zip_code_prefix": "1.5e3"}, "zip_code_is_five_digits"),
            ({"geolocation_lat": ""}, "has_coordinates"),
            ({"geolocation_lat": "23°33'S"}, "latitude_readable has_coordinates"),
            ({"geolocation_lng": "-46,65"}, "longitude_readable has_coordinates"),
            ({"geolocation_state": "ZZ"}, "state_exists"),
            ({"geolocation_lat": "41.61", "geolocation_lng": "-8.41"}, "inside_brazil"),
        ],
        [],
    ),
    *_cases(
        "category_translations",
        [
            ({"product_category_name": ""}, "product_category_name_present"),
            ({"product_category_name_english": ""}, "english_name_present"),
        ],
        [],
    ),
    *_cases(
        "orders",
        [
            ({"order_id": ""}, "order_id_present"),
            ({"customer_id": ""}, "customer_present"),
            ({"order_status": "teleported"}, "status_exists"),
            ({"order_status": ""}, "status_exists"),
            ({"order_status": "DELIVERED"}, "status_exists"),
            ({"order_purchase_timestamp": ""}, "purchase_present"),
            (
                {"order_purchase_timestamp": "2018-02-30 10:00:00"},
                "purchased_at_readable purchase_present",
            ),
            (
                {"order_purchase_timestamp": "20/07/2018"},
                "purchased_at_readable purchase_present",
            ),
            ({"order_approved_at": "2018"}, "approved_at_readable"),
            ({"order_delivered_carrier_date": "soon"}, "shipped_at_readable"),
            ({"order_delivered_customer_date": "2018-07-25T25:00:00"}, "delivered_at_readable"),
            ({"order_estimated_delivery_date": "1533427200"}, "estimated_delivery_at_readable"),
            (
                {"order_id": "", "customer_id": "", "order_status": "?"},
                "order_id_present customer_present status_exists",
            ),
        ],
        [
            ({"customer_id": "customer-nobody"}, "customer_exists"),
            ({"order_estimated_delivery_date": ""}, "estimate_present"),
            ({"order_approved_at": "2018-07-20 09:00:00"}, "approval_after_purchase"),
            (
                {"order_delivered_carrier_date": "2018-07-20 09:00:00"},
                "shipping_after_purchase shipping_after_approval",
            ),
            ({"order_delivered_carrier_date": "2018-07-20 10:30:00"}, "shipping_after_approval"),
            (
                {"order_delivered_customer_date": "2018-07-20 10:30:00"},
                "delivery_after_shipping delivery_after_approval",
            ),
            ({"order_estimated_delivery_date": "2018-07-20 00:00:00"}, "estimate_after_approval"),
            ({"order_delivered_customer_date": ""}, "delivered_has_delivery"),
            ({"order_delivered_carrier_date": ""}, "delivered_has_shipping"),
            ({"order_approved_at": ""}, "delivered_has_approval"),
            ({"order_status": "canceled"}, "canceled_not_delivered"),
        ],
    ),
    *_cases(
        "order_items",
        [
            ({"order_id": ""}, "order_id_present"),
            ({"order_item_id": ""}, "order_item_id_present"),
            ({"order_item_id": "1.7"}, "order_item_id_readable order_item_id_present"),
            ({"price": ""}, "price_present"),
            ({"price": "-0.01"}, "price_not_negative"),
            ({"price": "R$ 10"}, "price_brl_readable price_present"),
            ({"price": "10,50"}, "price_brl_readable price_present"),
            ({"price": "99999999999.00"}, "price_brl_readable price_present"),
            ({"freight_value": ""}, "freight_present"),
            ({"freight_value": "-5"}, "freight_not_negative"),
            ({"freight_value": "free"}, "freight_brl_readable freight_present"),
            ({"shipping_limit_date": "27/07/2018"}, "shipping_limit_at_readable"),
        ],
        [
            ({"product_id": "product-nobody"}, "product_exists"),
            ({"product_id": ""}, "product_exists"),
            ({"seller_id": "seller-nobody"}, "seller_exists"),
            ({"shipping_limit_date": "2018-07-20 10:30:00"}, "shipping_limit_after_approval"),
            ({"shipping_limit_date": "2020-04-09 22:35:08"}, "shipping_limit_plausible"),
        ],
    ),
    *_cases(
        "order_payments",
        [
            ({"order_id": ""}, "order_id_present"),
            ({"payment_sequential": ""}, "payment_sequential_present"),
            (
                {"payment_sequential": "first"},
                "payment_sequential_readable payment_sequential_present",
            ),
            ({"payment_type": "bitcoin"}, "payment_type_exists"),
            ({"payment_type": ""}, "payment_type_exists"),
            ({"payment_value": ""}, "payment_present"),
            ({"payment_value": "-110.75"}, "payment_not_negative"),
            ({"payment_value": "BRL 5"}, "payment_brl_readable payment_present"),
            ({"payment_installments": "three"}, "installment_count_readable"),
        ],
        [
            ({"payment_value": "0.00"}, "payment_positive"),
            ({"payment_installments": "0"}, "installments_positive"),
            ({"payment_type": "not_defined"}, "type_defined"),
        ],
    ),
    *_cases(
        "order_reviews",
        [
            ({"review_id": ""}, "review_id_present"),
            ({"order_id": ""}, "order_id_present"),
            ({"review_score": ""}, "score_present"),
            ({"review_score": "0"}, "score_in_range"),
            ({"review_score": "6"}, "score_in_range"),
            ({"review_score": "five"}, "review_score_readable score_present"),
            ({"review_creation_date": "yesterday"}, "survey_sent_date_readable"),
            ({"review_answer_timestamp": "12:00"}, "answered_at_readable"),
        ],
        [
            ({"review_creation_date": "2018-07-01 00:00:00"}, "survey_after_purchase"),
            ({"review_answer_timestamp": ""}, "answer_present"),
            ({"review_answer_timestamp": "2018-07-25 12:00:00"}, "answer_after_survey"),
        ],
    ),
    *_cases(
        "leads",
        [
            ({"mql_id": ""}, "lead_id_present"),
            ({"first_contact_date": ""}, "first_contact_present"),
            (
                {"first_contact_date": "2018-13-01"},
                "first_contact_date_readable first_contact_present",
            ),
        ],
        [({"origin": ""}, "origin_known"), ({"origin": "unknown"}, "origin_known")],
    ),
    *_cases(
        "deals",
        [
            ({"mql_id": ""}, "lead_id_present"),
            ({"won_date": ""}, "win_present"),
            ({"won_date": "10 July"}, "won_at_readable win_present"),
            ({"has_company": "maybe"}, "has_company_readable"),
            ({"has_gtin": "2"}, "has_gtin_readable"),
            ({"declared_product_catalog_size": "few"}, "declared_catalog_size_readable"),
            ({"declared_monthly_revenue": "10k"}, "declared_monthly_revenue_brl_readable"),
        ],
        [
            ({"won_date": "2018-06-30 12:00:00"}, "win_after_contact"),
            ({"seller_id": "seller-nobody"}, "seller_exists"),
        ],
    ),
    *_cases(
        "shipment_events",
        [
            ({"event_id": ""}, "event_id_present"),
            ({"shipment_id": ""}, "shipment_present"),
            ({"type": "beamed"}, "type_exists"),
            ({"type": ""}, "type_exists"),
            ({"occurred_at": ""}, "occurrence_present"),
            (
                {"occurred_at": "2018-07-24T25:00:00-03:00"},
                "occurred_at_readable occurrence_present",
            ),
            (
                {"occurred_at": "2018-07-24T12:00:00 BRT"},
                "occurred_at_readable occurrence_present",
            ),
            ({"recorded_at": "soon"}, "recorded_at_readable"),
        ],
        [
            ({"seller_id": "seller-nobody"}, "seller_exists"),
            # 9:30 in São Paulo, half an hour before the purchase.
            ({"occurred_at": "2018-07-20T10:30:00-02:00"}, "occurrence_after_purchase"),
            ({"recorded_at": "2018-07-24T15:30:00Z"}, "record_after_occurrence"),
        ],
    ),
]


@dataclass
class Line:
    """One record of a file: its fields, or (`corrupt`) the bytes of one that cannot be parsed.

    `rules` are the quarantine rules it breaks by itself, `warnings` those it only breaks with a warning.
    """

    record: dict = field(default_factory=dict)
    rules: frozenset = frozenset()
    warnings: frozenset = frozenset()
    corrupt: bytes | None = None


class Place(NamedTuple):
    """Where a record stands: the file below the landing folder, its version, and the record's number in it."""

    path: str
    modified_at: str
    row: int


@dataclass
class File:
    """A landed file: its entity, drop, path, lines, and the build before which it arrives."""

    entity: str
    drop: str
    path: str
    build: int = 1
    lines: list = field(default_factory=list)
    header: list | None = None
    modified_at: str = ""

    def columns(self):
        """The header: as given, or the declared columns and then whatever else the records have."""
        names = list(ENTITIES[self.entity].template)
        extra = {name: 0 for line in self.lines for name in line.record if name not in names}
        return self.header or [*names, *extra]

    def visible(self, line):
        """What of a record the file says: its columns' fields that are not empty."""
        return {name: line.record[name] for name in self.columns() if line.record.get(name)}

    def content(self):
        """The file's bytes: CSV, or JSON lines when the name says so."""
        if ".json" in self.path:
            lines = [
                json.dumps(self.visible(line), ensure_ascii=False).encode()
                if line.corrupt is None
                else line.corrupt
                for line in self.lines
            ]
            return b"".join(line + b"\n" for line in lines)
        parts = [_csv_line(self.columns())]
        for line in self.lines:
            fields = [line.record.get(name) or "" for name in self.columns()]
            parts.append(_csv_line(fields) if line.corrupt is None else line.corrupt + b"\n")
        return b"".join(parts)


def _csv_line(fields):
    """One CSV record; a record that is one empty field is quoted, or it would be a blank line."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(fields)
    return text.getvalue().encode()


class Zone:
    """Files made of known records: `add` puts a record into one and says where, `land` writes a build's."""

    def __init__(self):
        self.files = []

    def file(self, entity, drop, build=1, part="", suffix=".csv"):
        """The file of an entity in a drop; made when there is none yet."""
        path = f"{drop}/{ENTITIES[entity].stem}{part}{suffix}"
        for file in self.files:
            if file.path == path and file.build == build:
                return file
        self.files.append(File(entity, drop, path, build, modified_at=f"{drop} 06:00:00"))
        return self.files[-1]

    def add(self, entity, record, drop, build=1, part="", suffix=".csv", **line):
        """Adds a record (or `corrupt=` bytes) to a file and gives its Place."""
        file = self.file(entity, drop, build, part, suffix)
        file.lines.append(Line(record or {}, **line))
        return Place(file.path, file.modified_at, len(file.lines))

    def add_case(self, case, number, drop, build=1, part="", **changes):
        """Adds a good record with the changes of a case, and gives its Place."""
        rules = {"warnings" if case.is_warning else "rules": case.rules}
        record = {**good(case.entity, number, **changes), **case.changes}
        return self.add(case.entity, record, drop, build, part, **rules)

    def redeliver(self, file, build, modified_at):
        """Delivers a file again under its name, with another time and (as yet) the same lines; gives the new one."""
        again = File(
            file.entity, file.drop, file.path, build, list(file.lines), file.header, modified_at
        )
        self.files.append(again)
        return again

    def landed(self, build):
        """The files that have arrived by a build."""
        return [file for file in self.files if file.build <= build]

    def land(self, lakehouse, build):
        """Writes the files that arrive just before a build."""
        for file in self.files:
            if file.build == build:
                lakehouse.land(file.path, file.content(), file.modified_at)
