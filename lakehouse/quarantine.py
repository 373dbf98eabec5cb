"""The subcommand `quarantine`: which rules keep records out of silver, how many, and what such a record looks like.

For each entity and rule, worst first: how many records break it, how many of them a later record released, what the
rule means (the description in the YAML beside the silver model), the files most of them came from, and one of them.
Personal data is shown by its shape only: letters as x, digits as 9.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import yaml

from lakehouse import options

MODELS = Path(__file__).resolve().parents[1] / "models"
# Rules that no YAML declares: every silver model has them.
IMPLICIT = {
    "record_parseable": "The line could not be parsed: too few or too many fields, an unclosed quote, or bytes "
    "that are not UTF-8.",
    "_present": "{column} is part of the key and must not be missing.",
    "_readable": "What stands in {column} cannot be read as its type.",
}
# Landed columns that say nothing about a person, or only by a key; any other is shown by its shape.
IMPERSONAL = {
    *(
        "_operation",
        "average_stock",
        "business_segment",
        "business_type",
        "customer_id",
        "customer_state",
    ),
    *(
        "declared_monthly_revenue",
        "declared_product_catalog_size",
        "first_contact_date",
        "freight_value",
    ),
    *(
        "geolocation_state",
        "has_company",
        "has_gtin",
        "landing_page_id",
        "lead_behaviour_profile",
        "lead_type",
    ),
    *(
        "mql_id",
        "order_approved_at",
        "order_delivered_carrier_date",
        "order_delivered_customer_date",
    ),
    *(
        "order_estimated_delivery_date",
        "order_id",
        "order_item_id",
        "order_purchase_timestamp",
        "order_status",
    ),
    *(
        "origin",
        "payment_installments",
        "payment_sequential",
        "payment_type",
        "payment_value",
        "price",
    ),
    *("product_category_name", "product_category_name_english", "product_description_lenght"),
    *(
        "product_height_cm",
        "product_id",
        "product_length_cm",
        "product_name_lenght",
        "product_photos_qty",
    ),
    *(
        "product_weight_g",
        "product_width_cm",
        "review_answer_timestamp",
        "review_creation_date",
        "review_id",
    ),
    *(
        "review_score",
        "sdr_id",
        "seller_id",
        "seller_state",
        "shipping_limit_date",
        "sr_id",
        "won_date",
    ),
}
FILES_SHOWN = 3

OFFENDERS = """
    select
        entity, broken_rules, quarantine_status, source_file, source_row, original_record,
        cast(delivered_at as date) as delivered_on
    from silver.int_quarantine
    where entity = coalesce(?, entity)
    order by entity, delivered_at desc, source_file, source_row
"""
ENTITIES = "select distinct entity from ops.ops_reconciliation"


@dataclass
class Offence:
    """The records of an entity that break a rule."""

    entity: str
    rule: str
    statuses: Counter = field(default_factory=Counter)
    files: Counter = field(default_factory=Counter)
    # The latest record that is still open, or the latest of all: file, row and original.
    example: tuple[str, str] | None = None
    is_example_open: bool = False

    @property
    def count(self) -> int:
        """How many records break the rule."""
        return self.statuses.total()

    def add(self, row: dict) -> None:
        """Count a record of the quarantine."""
        self.statuses[row["quarantine_status"]] += 1
        self.files[row["source_file"]] += 1
        is_open = row["quarantine_status"] == "open"
        if self.example is None or (is_open and not self.is_example_open):
            place = f"{row['source_file']} row {row['source_row']}, delivered {row['delivered_on']}"
            self.example = place, masked(row["original_record"])
            self.is_example_open = is_open


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `quarantine`."""
    parser = subparsers.add_parser(
        "quarantine",
        help="list and explain the records that were refused",
        description="Lists the rules that refused records, worst first, with an example of each.",
    )
    add = parser.add_argument
    add("--entity", metavar="NAME", help="only this entity, such as orders")
    add("--rule", metavar="NAME", help="only this rule, such as price_not_negative")
    add("--limit", type=positive, default=10, metavar="N", help="at most N rules (default: 10)")
    options.add_database(parser)
    return parser


def positive(text: str) -> int:
    """A whole number above zero, for argparse."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def run(arguments: argparse.Namespace) -> int:
    """Print the offenders; return 0, or 1 when there is no quarantine to look at."""
    database = arguments.database
    if not database.is_file():
        print(f"There is no lakehouse in {database}: run `make build` first.", file=sys.stderr)
        return 1
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            rows = fetch(connection, OFFENDERS, [arguments.entity])
            entities = {row["entity"] for row in fetch(connection, ENTITIES, [])}
    except duckdb.CatalogException:
        print(f"There is no quarantine in {database}: run `make build` first.", file=sys.stderr)
        return 1
    except duckdb.IOException as error:
        print(f"{database} cannot be opened: {error}", file=sys.stderr)
        return 1
    if arguments.entity and arguments.entity not in entities:
        print(
            f"No entity {arguments.entity!r}; there are {', '.join(sorted(entities))}.",
            file=sys.stderr,
        )
        return 1
    found = [offence for offence in offences(rows) if arguments.rule in (None, offence.rule)]
    print("\n".join(report(found, len(rows), arguments)))
    return 0


def fetch(connection: duckdb.DuckDBPyConnection, query: str, parameters: list) -> list[dict]:
    """The rows of a query as dicts."""
    result = connection.execute(query, parameters)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def offences(rows: list[dict]) -> list[Offence]:
    """The quarantine by entity and rule, worst first: open ones count before released ones."""
    found: dict[tuple[str, str], Offence] = {}
    for row in rows:
        for rule in row["broken_rules"].split(", "):
            found.setdefault((row["entity"], rule), Offence(row["entity"], rule)).add(row)
    return sorted(
        found.values(),
        key=lambda offence: (
            -offence.statuses["open"],
            -offence.count,
            offence.entity,
            offence.rule,
        ),
    )


def report(found: list[Offence], records: int, arguments: argparse.Namespace) -> Iterator[str]:
    """The lines to print. found: worst first; records: in the quarantine; arguments: of the command."""
    asked = " ".join(filter(None, [arguments.entity, arguments.rule]))
    if not found:
        yield f"Nothing in the quarantine{f' for {asked}' if asked else ''}."
        return
    shown = found[: arguments.limit]
    if arguments.rule:
        yield f"{sum(offence.count for offence in found):,} records break {arguments.rule}."
    else:
        yield f"{records:,} records in the quarantine break {len(found):,} rules; one may break several."
    for offence in shown:
        opened, released = offence.statuses["open"], offence.statuses["released"]
        yield ""
        yield f"{offence.entity}: {offence.rule}"
        yield f"  {offence.count:,} records: {opened:,} open, {released:,} released by a later record"
        yield f"  {description(offence.entity, offence.rule)}"
        worst = offence.files.most_common(FILES_SHOWN)
        more = len(offence.files) - len(worst)
        files = ", ".join(f"{path} ({count:,})" for path, count in worst)
        yield f"  from {files}{f' and {more:,} more files' if more else ''}"
        place, original = offence.example or ("", "")
        yield f"  such as {place}:"
        yield f"    {original}"
    if len(found) > len(shown):
        yield ""
        yield f"{len(found) - len(shown):,} more rules: --limit {len(found)} shows them all."


def description(entity: str, rule: str) -> str:
    """What a rule means, from the YAML of the entity's silver model or what every model has."""
    for path in MODELS.rglob(f"int_{entity}__records.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            for declared in model.get("config", {}).get("meta", {}).get("expectations", []):
                if declared["name"] == rule and declared.get("description"):
                    return f"{declared['description']} ({declared['expression']})"
    if rule in IMPLICIT:
        return IMPLICIT[rule]
    for ending in ("_present", "_readable"):
        if rule.endswith(ending):
            return IMPLICIT[ending].format(column=rule.removesuffix(ending))
    return "The rule is no longer declared."


def masked(original: str | None) -> str:
    """A record without personal data: what is not known to be impersonal is shown by its shape.

    original: JSON, or the text of a line that could not be parsed.
    """
    try:
        fields = json.loads(original or "{}")
        rescued = json.loads(fields.pop("_rescued_data", None) or "{}")
    except (ValueError, AttributeError, TypeError):
        return shape(original or "")
    if not isinstance(fields, dict) or not isinstance(rescued, dict):
        return shape(original or "")
    return json.dumps(
        {
            **{name: safe(name, value) for name, value in fields.items()},
            # Nobody has said yet what an undeclared column holds.
            **{
                name: safe(name if name == "_operation" else "", value)
                for name, value in rescued.items()
            },
        },
        ensure_ascii=False,
    )


def safe(name: str, value: object) -> str:
    """A field's value, or its shape."""
    text = value if isinstance(value, str) else json.dumps(value)
    return cut(text) if name in IMPERSONAL else shape(text)


def shape(text: str) -> str:
    """A text's shape: letters as x, digits as 9, the rest as it is."""
    return cut("".join("x" if c.isalpha() else "9" if c.isnumeric() else c for c in text))


def cut(text: str, longest: int = 60) -> str:
    """A text, cut when it is long."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text):,} characters)"
