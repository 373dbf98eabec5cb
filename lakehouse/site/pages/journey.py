"""One order's journey: a few orders chosen by rule, each record of theirs from its file to gold."""

from typing import Any

from lakehouse.site.project import Site

# Entity, its fact in gold and the key that both share.
ENTITIES = (
    ("orders", "fct_orders"),
    ("order_items", "fct_order_items"),
    ("order_payments", "fct_order_payments"),
    ("order_reviews", "fct_order_reviews"),
)

# What makes an order interesting, and the query that finds one; the order of the keys makes the choice the same twice.
CHOICES = (
    (
        "Refused, then corrected",
        "The order itself broke a rule, waited in the quarantine, and came back with a later drop.",
        """
        select refused.order_id from silver.int_orders__records as refused
        inner join gold.fct_orders as orders using (order_id)
        where refused._disposition = 'quarantined' order by refused.order_id
        """,
    ),
    (
        "An item was refused",
        "One of its items broke a rule of silver.",
        """
        select refused.order_id from silver.int_order_items__records as refused
        inner join gold.fct_orders as orders using (order_id)
        where refused._disposition = 'quarantined' order by refused.order_id
        """,
    ),
    (
        "Corrected by a later drop",
        "Its record was delivered more than once, each time with other content.",
        """
        select order_id from silver.int_orders__records where _disposition = 'superseded'
        group by order_id order by count(*) desc, order_id
        """,
    ),
    (
        "Contradicts itself",
        "Its times cannot all be true; it is kept, and marked.",
        """
        select order_id from gold.fct_orders where not is_consistent
        order by length(inconsistencies) desc, order_id
        """,
    ),
    (
        "The latest of all",
        "No order came more days after the promised one.",
        "select order_id from gold.fct_orders where is_late_by_day order by delay_calendar_days desc, order_id",
    ),
    (
        "Several sellers",
        "It left from the most sellers.",
        "select order_id from gold.fct_orders where seller_count > 1 order by seller_count desc, item_count, order_id",
    ),
    (
        "Canceled",
        "It was paid for and never arrived.",
        "select order_id from gold.fct_orders where is_canceled and paid_brl > 0 order by order_id",
    ),
    *(
        (
            f"As it should be ({i})",
            "In time, five stars, no rule broken.",
            f"""
            select order_id from gold.fct_orders
            where is_delivered and not is_late_by_day and is_consistent and latest_review_score = 5
            order by md5(order_id) offset {i - 1}
            """,
        )
        for i in (1, 2, 3)
    ),
)


def content(site: Site) -> dict[str, Any]:
    """The orders with all their records; empty when the project has no orders."""
    needed = [f"gold.{fact}" for _, fact in ENTITIES] + [
        f"silver.int_{entity}__records" for entity, _ in ENTITIES
    ]
    if not site.has(*needed):
        return {"orders": []}
    found = []
    chosen: set[str] = set()
    for title, why, query in CHOICES:
        # The first that no other choice has taken.
        row = next((r for r in site.rows(f"{query} limit 20") if r["order_id"] not in chosen), None)
        if row:
            chosen.add(row["order_id"])
            found.append(order(site, row["order_id"], title, why))
    return {"orders": found}


def order(site: Site, order_id: str, title: str, why: str) -> dict[str, Any]:
    """An order with its entities."""
    parts = [entity(site, name, fact, order_id) for name, fact in ENTITIES]
    records = [record for part in parts for record in part["records"]]
    return {
        "id": order_id,
        "title": title,
        "why": why,
        "parts": [part for part in parts if part["records"]],
        "files": sorted({record["file"] for record in records}),
        "records": len(records),
        "broken": sum(len(record["broken"]) for record in records),
        "passed": sum(record["passed_count"] for record in records),
    }


def entity(site: Site, name: str, fact: str, order_id: str) -> dict[str, Any]:
    """An entity's records of an order: file, bronze, silver's verdict, and the rows of gold."""
    staging = site.entities[name][0]
    rules = [rule["name"] for rule in site.rules(name)]
    judged = site.rows(
        f"""
        select * from silver.int_{name}__records where order_id = ?
        order by _delivered_at, _source_file, _source_row
        """,
        [order_id],
    )
    records = []
    for row in judged:
        bronze = site.rows(
            f"""
            select * from bronze.{staging}
            where _source_file = ? and _source_modified_at = ? and _source_row = ?
            """,
            [row["_source_file"], row["_source_modified_at"], row["_source_row"]],
        )
        landed = bronze[0] if bronze else {}
        refused = _names(row["_broken_rules"])
        warned = _names(row["_warnings"])
        broken = [*refused, *warned]
        passed = [rule for rule in rules if rule not in broken]
        records.append(
            {
                "file": row["_source_file"],
                "row": row["_source_row"],
                "delivered": row["_delivered_at"],
                "loaded": landed.get("_loaded_at"),
                "bronze": shown(site, landed, ("_rescued_data",)),
                "silver": shown(site, row),
                "verdict": row["_disposition"],
                "broken": [{"name": rule, "fate": "refused"} for rule in refused]
                + [{"name": rule, "fate": "kept and marked"} for rule in warned],
                "passed": passed,
                "passed_count": len(passed),
            }
        )
    gold = site.rows(f"select * from gold.{fact} where order_id = ? order by all", [order_id])
    return {
        "name": name,
        "staging": staging,
        "silver": f"int_{name}__records",
        "fact": fact,
        "records": records,
        "gold": [shown(site, row) for row in gold],
    }


def shown(site: Site, row: dict[str, Any], metadata: tuple[str, ...] = ()) -> list[dict[str, str]]:
    """The filled fields of a row without personal data; metadata: lineage columns to show as well."""
    return [
        {"name": name, "value": site.mask.show(name, value)}
        for name, value in row.items()
        if value is not None and (not name.startswith("_") or name in metadata)
    ]


def _names(listed: str | None) -> list[str]:
    return listed.split(", ") if listed else []
