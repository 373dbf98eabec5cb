"""Random landing zones with random defects, drifts and arrivals: after each build everything is where it belongs.

By default two examples, the same every time. Others, and more of them:

    CHAOS_SEED=7 CHAOS_EXAMPLES=20 pytest tests/e2e/test_chaos.py -s

A failure prints the `Plan` that found it. CHAOS_SHRINK=1 lets hypothesis look for the smallest such plan, which takes
a build or two for each attempt.
"""

import os
import random
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st
from landing_zone import CASES, ENTITIES, Line, Zone, good
from quality_checks import BUILD, CHECKS, SEEDED_BUILD, State
from truth import truth

EXAMPLES = int(os.environ.get("CHAOS_EXAMPLES", "2"))
SEED = int(os.environ.get("CHAOS_SEED", "20180801"))
SHRINK = bool(os.environ.get("CHAOS_SHRINK"))
BUILDS = (1, 2)
CONTRACT = []
DROPS = tuple(f"2018-08-0{day}" for day in range(1, 6))
REQUIRED = ("orders", "order_items")
# Warnings that need something of the parent, which chaos may have changed.
OF_PARENT = {
    *("shipping_limit_after_approval", "shipping_limit_plausible"),
    *("survey_after_purchase", "win_after_contact", "occurrence_after_purchase"),
}
# What a new version of a record changes, and to what.
VERSIONS = {
    "customers": ("customer_zip_code_prefix", ["20031", "30110"]),
    "sellers": ("seller_city", ["londrina", "maringa"]),
    "products": ("product_weight_g", ["700", "0.5"]),
    "location_points": ("geolocation_lat", ["-23.5", "-23.6"]),
    "category_translations": ("product_category_name_english", ["sort", "kind"]),
    "orders": ("order_status", ["shipped", "canceled"]),
    "order_items": ("price", ["1.00", "2e2"]),
    "order_payments": ("payment_value", ["5", "0.01"]),
    "order_reviews": ("review_score", ["1", "5"]),
    "leads": ("landing_page_id", ["home", "shop"]),
    "deals": ("business_segment", ["toys", "books"]),
    "shipment_events": ("occurred_at", ["2018-07-23T12:00:00Z", "2018-07-24T10:00:00-05:00"]),
}
EVENTS = ("change", "change", "repeat", "worse", "delete")
CORRUPT = ("too many", "too few", "unclosed", "latin-1")
DRIFTS = ("added", "missing", "reordered", "json", "gzip", "again")


@dataclass(frozen=True)
class Plan:
    """What happens in a zone; `seed` says where and when."""

    seed: int
    crowd: int
    absent: tuple
    cases: tuple
    corrupt: tuple
    events: tuple
    drifts: tuple

    def is_rich(self):
        """Whether there is enough variety in it to be worth a build."""
        return (
            len({CASES[number].entity for number in self.cases}) > 6
            and len({(entity, kind) for entity, _, kind in self.events}) > 8
            and len({kind for _, kind in self.corrupt}) > 2
            and len({kind for _, kind in self.drifts}) > 3
        )


def plans():
    """Strategy: plans; of any size when they are to be shrunk."""

    def some(strategy, least, most, **more):
        return st.lists(strategy, min_size=0 if SHRINK else least, max_size=most, **more).map(tuple)

    entity = st.sampled_from(list(ENTITIES))
    return st.builds(
        Plan,
        seed=st.integers(0, 2**32 - 1),
        crowd=st.integers(2, 5),
        absent=some(
            st.sampled_from([name for name in ENTITIES if name not in REQUIRED]), 0, 2, unique=True
        ),
        cases=some(st.integers(0, len(CASES) - 1), 25, 60, unique=True),
        corrupt=some(st.tuples(entity, st.sampled_from(CORRUPT)), 5, 12),
        events=some(st.tuples(entity, st.integers(0, 4), st.sampled_from(EVENTS)), 15, 40),
        drifts=some(st.tuples(entity, st.sampled_from(DRIFTS)), 8, 20, unique=True),
    )


class ChaosZone(Zone):
    """A zone as a plan has it."""

    def __init__(self, plan):
        super().__init__()
        self.plan, self.chance = plan, random.Random(plan.seed)
        for entity in ENTITIES:
            for number in range(plan.crowd):
                self.scatter(entity, self.person(entity, number))
        for number in plan.cases:
            self.scatter_case(number)
        for entity, number, kind in plan.events:
            self.happen(entity, number % plan.crowd, kind)
        for entity, kind in plan.corrupt:
            self.scatter(entity, {}, corrupt=kind)
        for entity, kind in plan.drifts:
            self.drift(entity, kind)
        for file in self.files:
            for line in file.lines:
                line.corrupt = line.corrupt and corrupt_bytes(file, line.corrupt)
        for entity in REQUIRED:
            if not [file for file in self.of(entity) if file.build == 1]:
                self.of(entity)[0].build = 1

    def person(self, entity, number, **changes):
        """The good record of an entity with a number, which belongs to the parents with the same number."""
        parents = {"order_id": "order-{}", "customer_id": "customer-{}", "product_id": "product-{}"}
        own = {
            column: text.format(number)
            for column, text in {**parents, "seller_id": "seller-{}"}.items()
            if column in ENTITIES[entity].template
        }
        zip_code = (
            {"geolocation_zip_code_prefix": f"{number:05}"} if entity == "location_points" else {}
        )
        return {**good(entity, number), **own, **zip_code, **changes}

    def of(self, entity):
        """The files of an entity."""
        return [file for file in self.files if file.entity == entity]

    def scatter(self, entity, record, **line):
        """Adds a record to some file of some drop, unless the entity never lands."""
        if entity in self.plan.absent:
            return
        drop, part = self.chance.choice(DROPS), self.chance.choice(["", "_b"])
        path = f"{drop}/{ENTITIES[entity].stem}{part}.csv"
        known = [file.build for file in self.files if file.path == path]
        self.add(
            entity, record, drop, known[0] if known else self.chance.choice(BUILDS), part, **line
        )

    def scatter_case(self, number):
        """Adds the record of a case."""
        case = CASES[number]
        rules = case.rules if not case.is_warning else frozenset()
        warnings = case.rules - OF_PARENT if case.is_warning else frozenset()
        if case.entity == "deals":
            self.scatter("leads", good("leads", 100 + number))
        record = {**good(case.entity, 100 + number), **case.changes}
        self.scatter(case.entity, record, rules=rules, warnings=warnings)

    def happen(self, entity, number, kind):
        """Adds another record about somebody known: new, old, worse, or the last."""
        column, values = VERSIONS[entity]
        record, key = self.person(entity, number), ENTITIES[entity].key
        if kind == "change":
            self.scatter(entity, {**record, column: self.chance.choice(values)})
        elif kind == "repeat":
            self.scatter(entity, record)
        elif kind == "delete" and key:
            self.scatter(entity, {**{name: record[name] for name in key}, "_operation": "delete"})
        elif kind == "worse":
            worse = [
                case
                for case in CASES
                if case.entity == entity
                and not case.is_warning
                and not set(case.changes) & set(key)
            ]
            case = self.chance.choice(worse)
            self.scatter(entity, {**record, **case.changes}, rules=case.rules)

    def drift(self, entity, kind):
        """Changes the form of one file of an entity."""
        if not self.of(entity):
            return
        file = self.chance.choice(self.of(entity))
        if kind == "added" and ".json" not in file.path:
            for line in self.chance.sample(file.lines, (len(file.lines) + 1) // 2):
                if line.corrupt is None:
                    # The path makes it a value of this file's own.
                    line.record[self.chance.choice(["loyalty", "sales_channel"])] = file.path
        elif kind == "missing" and not [line for line in file.lines if line.warnings]:
            self.lose_column(file, ENTITIES[entity].optional)
        elif kind == "reordered":
            file.header = file.columns()
            self.chance.shuffle(file.header)
        elif kind in ("json", "gzip") and not self.has_versions(file):
            name = file.path.split(".")[0]
            file.path = (
                f"{name}.jsonl" if kind == "json" and not has_extra(file) else f"{name}.csv.gz"
            )
        elif kind == "again" and file.build == 1 and not self.has_versions(file):
            again = self.redeliver(file, 2, "2018-08-09 06:00:00")
            again.lines.append(Line(self.person(entity, 90)))

    def has_versions(self, file):
        """Whether a file is delivered more than once."""
        return len([other for other in self.files if other.path == file.path]) > 1

    def lose_column(self, file, column):
        """Takes a column out of a file, if no record of it is bad because of what it says there."""
        template = ENTITIES[file.entity].template
        bad = [line.record for line in file.lines if line.rules]
        if column and all(record.get(column) == template[column] for record in bad):
            file.header = [name for name in file.columns() if name != column]


def has_extra(file):
    """Whether a file has columns nobody declared, other than a change feed's."""
    return bool(set(file.columns()) - {*ENTITIES[file.entity].template, "_operation"})


def corrupt_bytes(file, kind):
    """A line of a file that nobody can parse."""
    if not isinstance(kind, str):
        return kind
    if ".json" in file.path:
        return {"too many": b'{"a": 1}}', "too few": b"[1]", "unclosed": b'{"a'}.get(
            kind, b'{"a": "\xe9"}'
        )
    count = len(file.columns())
    fields = {
        "too many": [b"x"] * (count + 2),
        "too few": [b"x"] * (count - 1),
        "unclosed": [b"x"] * (count - 1) + [b'"x'],
        "latin-1": [b"\xe9"] + [b"x"] * (count - 1),
    }
    return b",".join(fields[kind])


def expected_drift(zone, build):
    """What `ops_schema_drift` must list but for changed types: a set of (entity, column, kind)."""
    found, files = set(), zone.landed(build)
    with_header = [file for file in files if ".json" not in file.path]
    for file in files:
        declared = list(ENTITIES[file.entity].template)
        said = {name for line in file.lines if line.corrupt is None for name in file.visible(line)}
        found |= {(file.entity, name, "added") for name in said - {*declared, "_operation"}}
    for file in with_header:
        declared = list(ENTITIES[file.entity].template)
        for column in set(declared) - set(file.columns()):
            # Files from before the column existed do not miss it.
            holders = [
                other
                for other in with_header
                if other.entity == file.entity and column in other.columns()
            ]
            if file.drop >= min((other.drop for other in holders), default=""):
                found.add((file.entity, column, "missing"))
        in_order = [name for name in file.columns() if name in declared]
        if sorted(in_order) == sorted(declared) and in_order != declared:
            found.add((file.entity, "(all)", "reordered"))
    return found


def check_drift(state, zone, build):
    """Drift is reported where there is some, and nowhere else."""
    rows = state.rows(
        "select entity, column_name, drift from ops.ops_schema_drift where drift <> 'type_changed'"
    )
    assert len(rows) == len(set(rows))
    assert set(rows) == expected_drift(zone, build)


def with_settings(test):
    """The settings of this run, from the environment."""
    phases = [Phase.generate, Phase.shrink] if SHRINK else [Phase.generate]
    test = settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=phases,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )(test)
    return seed(SEED)(test)


@with_settings
@given(plan=plans())
def test_whatever_lands_is_where_it_belongs(lakehouses, plan):
    assume(SHRINK or plan.is_rich())
    print(f"\nCHAOS_SEED={SEED} {plan}")
    zone, lakehouse = ChaosZone(plan), lakehouses("chaos")
    for build in BUILDS:
        zone.land(lakehouse, build)
        run = lakehouse.dbt(*(SEEDED_BUILD if build == 1 else BUILD))
        print(
            f"build {build} of {len(zone.landed(build))} files: {run.seconds:.1f} s in {lakehouse.folder}"
        )
        state = State(lakehouse.database, run)
        try:
            entities = truth(zone, build)
            for check in CHECKS:
                check(state, entities)
            check_drift(state, zone, build)
            # The same for every landing zone there is.
            CONTRACT.append(state.gold_contract())
            assert CONTRACT[-1] == CONTRACT[0]
        finally:
            state.close()
