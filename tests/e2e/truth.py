"""What silver and gold must hold of a `Zone`, worked out in Python from the records it is made of.

It shares nothing with the macros but the rules of the game: records are ordered by drop, file, version of the file and
row; a record that breaks a rule of its own, or whose parent is not there, is quarantined; of the others per key the
last that says something new is current.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from landing_zone import CASES, ENTITIES, PARENTS, Place, silver_key

DISPOSITIONS = ("current", "superseded", "duplicate", "quarantined", "withdrawn")


@dataclass
class Judged:
    """A parsed record with what must become of it."""

    place: Place
    drop: str
    fields: dict
    rules: set
    warnings: frozenset
    disposition: str = ""
    # The drop and the path of the record that released it from the quarantine.
    released: tuple | None = None

    @property
    def says(self):
        """What it says: two records that say the same are duplicates. JSON keeps what nobody declared in another form."""
        names = [name for names in ENTITIES.values() for name in names.template]
        return (self.fields, ".json" in self.place.path and not set(self.fields) <= set(names))

    @property
    def is_delete(self):
        """Whether it takes its key away."""
        return self.fields.get("_operation") == "delete"

    @property
    def order(self):
        """What "later" means."""
        return (self.drop, self.place.path, self.place.modified_at, self.place.row)


@dataclass
class Entity:
    """All landed records of one entity."""

    name: str
    judged: list = field(default_factory=list)
    corrupt: list = field(default_factory=list)

    def with_disposition(self, disposition):
        """The records that have a disposition."""
        return [record for record in self.judged if record.disposition == disposition]

    @property
    def current(self):
        """The fields of the current records."""
        return [record.fields for record in self.with_disposition("current")]

    def counts(self):
        """What `ops_reconciliation` must say of the entity."""
        found = Counter(record.disposition for record in self.judged)
        return {
            "landed": len(self.judged) + len(self.corrupt),
            "parsed": len(self.judged),
            "corrupt": len(self.corrupt),
            **{name: found[name] for name in DISPOSITIONS},
        }


def truth(zone, build):
    """Every entity's records as they must be judged after a build: a dict by entity."""
    entities = {name: Entity(name) for name in ENTITIES}
    for file in zone.landed(build):
        for number, line in enumerate(file.lines, 1):
            place = Place(file.path, file.modified_at, number)
            entity = entities[file.entity]
            if line.corrupt is not None:
                entity.corrupt.append(place)
            else:
                entity.judged.append(
                    Judged(place, file.drop, file.visible(line), set(line.rules), line.warnings)
                )
    # Parents come before their children in ENTITIES.
    for name, entity in entities.items():
        parent, column, rule = PARENTS.get(name, (None, None, None))
        if parent:
            present = {fields[column] for fields in entities[parent].current}
            for record in entity.judged:
                if not record.is_delete and record.fields.get(column) not in present:
                    record.rules.add(rule)
        _place(entity)
    return entities


def _place(entity):
    """Gives each record of an entity its disposition."""
    keyless = {f"{column}_present" for column in silver_key(entity.name)}
    by_key = defaultdict(list)
    for record in sorted(entity.judged, key=lambda record: record.order):
        key = tuple(record.fields.get(column) for column in ENTITIES[entity.name].key)
        by_key[key or tuple(sorted(record.fields.items()))].append(record)
    for records in by_key.values():
        said, last = None, None
        for record in records:
            if record.rules:
                record.disposition = "quarantined"
            elif record.says == said:
                record.disposition = "duplicate"
            else:
                if last:
                    last.disposition = "superseded"
                record.disposition = "withdrawn" if record.is_delete else "current"
                said, last = record.says, record
        for number, record in enumerate(records):
            if record.rules and not record.rules & keyless:
                later = [other for other in records[number + 1 :] if not other.rules]
                record.released = (later[0].drop, later[0].place.path) if later else None


def typed(entity, fields):
    """A record's fields as silver types them: a dict by silver's column names."""
    values = {}
    for name, (column, kind) in ENTITIES[entity].typed.items():
        text = (fields.get(column) or "").strip()
        values[name] = kind(text) if text else None
    return values


def rule_names():
    """Every rule that can break, by entity, as the cases and the parents name them."""
    names = defaultdict(set)
    for case in CASES:
        names[case.entity] |= case.rules
    for entity, (_, _, rule) in PARENTS.items():
        names[entity].add(rule)
    return names


def expected_gold(entities):
    """What facts and dimensions must hold, as sets of tuples by the name of a query in `GOLD`."""
    orders = {fields["order_id"]: fields for fields in entities["orders"].current}
    items, paid, reviews = Counter(), defaultdict(Decimal), Counter()
    for fields in entities["order_items"].current:
        items[fields["order_id"]] += 1
    for fields in entities["order_payments"].current:
        paid[fields["order_id"]] += Decimal(fields["payment_value"])
    for fields in entities["order_reviews"].current:
        reviews[fields["order_id"]] += 1
    won = {fields["mql_id"] for fields in entities["deals"].current}
    return {
        "orders": {
            (key, fields["order_status"], items[key], paid[key], reviews[key])
            for key, fields in orders.items()
        },
        "order_items": {
            (
                fields["order_id"],
                int(fields["order_item_id"]),
                Decimal(fields["price"]),
                Decimal(fields["freight_value"]),
                orders[fields["order_id"]]["order_status"],
            )
            for fields in entities["order_items"].current
        },
        "order_payments": {
            (
                fields["order_id"],
                int(fields["payment_sequential"]),
                Decimal(fields["payment_value"]),
            )
            for fields in entities["order_payments"].current
        },
        "order_reviews": {
            (fields["review_id"], fields["order_id"], int(fields["review_score"]))
            for fields in entities["order_reviews"].current
        },
        "leads": {
            (fields["mql_id"], fields["mql_id"] in won) for fields in entities["leads"].current
        },
        "customers": {(fields["customer_unique_id"],) for fields in entities["customers"].current},
        "sellers": {(fields["seller_id"],) for fields in entities["sellers"].current},
        "products": {(fields["product_id"],) for fields in entities["products"].current},
        "obt": {
            (fields["order_id"], int(fields["order_item_id"]), Decimal(fields["price"]))
            for fields in entities["order_items"].current
        },
        "shipments": set(shipments(entities["shipment_events"].current)),
        "shipment_events": {
            (fields["event_id"], fields["shipment_id"], fields["type"])
            for fields in entities["shipment_events"].current
        },
    }


def shipments(events):
    """The state of every shipment: what happened last, and how many events there are."""
    told = defaultdict(list)
    for fields in events:
        moment = typed("shipment_events", fields)["occurred_at"]
        # All events of the zone are of one type, so no stage decides between two of one moment.
        told[fields["shipment_id"]].append((moment, fields["event_id"], fields["type"]))
    for shipment, rows in told.items():
        moment, _, status = max(rows)
        yield (shipment, status, len(rows), moment)


GOLD = {
    "orders": "select order_id, order_status, item_count, paid_brl, review_count from gold.fct_orders",
    "order_items": "select order_id, order_item_id, price_brl, freight_brl, order_status from gold.fct_order_items",
    "order_payments": "select order_id, payment_sequential, payment_brl from gold.fct_order_payments",
    "order_reviews": "select review_id, order_id, review_score from gold.fct_order_reviews",
    "leads": "select lead_id, is_won from gold.fct_lead_conversions",
    "customers": "select customer_unique_id from gold.dim_customers "
    "where is_current and customer_unique_id is not null",
    "sellers": "select seller_id from gold.dim_sellers where is_current and seller_id is not null",
    "products": "select product_id from gold.dim_products where is_current and product_id is not null",
    "shipments": "select shipment_id, shipment_status, event_count, last_event_at from gold.fct_shipments",
    "shipment_events": "select event_id, shipment_id, event_type from gold.fct_shipment_events",
    "obt": "select order_id, order_item_id, price_brl from gold.obt_order_items",
}
