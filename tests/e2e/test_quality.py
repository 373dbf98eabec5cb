"""Nothing lost, nothing dirty: one landing zone with every kind of good and bad record, built in three steps.

The builds are shared: `story` lands three deliveries with a build after each, and keeps the database as each build
left it (`story[1]` … `story[3]`). What must come out of every single record is worked out by `truth`; the tests below
it tell the scenarios one by one.
"""

import json
import os
import re
import shutil

import lakehouse_run
import pytest
import yaml
from landing_zone import CASES, ENTITIES, Line, Zone, good
from quality_checks import BUILD, CHECKS, SEEDED_BUILD, State, names
from truth import rule_names, truth

D1, D2, D3 = "2018-08-01", "2018-08-02", "2018-08-03"
QUIET_DAYS = ("2018-07-01", "2018-07-02", "2018-07-03", "2018-07-04")
FIRST_CASE = 100
UNKNOWN = "unknown"


def first_delivery(zone):
    """Good parents, one record a case, four corrupt lines, and the first act of every scenario."""
    for entity in ENTITIES:
        zone.add(entity, good(entity, 1310 if entity == "location_points" else 0), D1)
    for number, case in enumerate(CASES, FIRST_CASE):
        if case.entity == "deals":
            zone.add("leads", good("leads", number), D1)
        zone.places[str(case)] = zone.add_case(case, number, D1)
    zone.add("orders", None, D1, corrupt=b"order-short,customer-0")
    zone.add("order_items", None, D1, corrupt=b"order-0,1,product-0,seller-0,,1,2,3,4")
    zone.add("customers", None, D1, corrupt=b"customer-l,person-l,01310,s\xe3o paulo,SP")
    zone.add("sellers", None, D1, corrupt=b'seller-u,80010,"curitiba,PR')
    for number, quiet_day in enumerate(QUIET_DAYS):
        for lead in (2 * number, 2 * number + 1):
            zone.add("leads", good("leads", f"quiet-{lead}"), quiet_day)
    broken(zone, "orders", "fixed", D1, order_status="pad")
    broken(zone, "orders", "relapsed", D1, order_status="pad")
    zone.add("orders", good("orders", "kept"), D1)
    for entity in ("order_items", "order_payments", "order_reviews"):
        zone.add(entity, good(entity, 901, order_id="order-late"), D1)
        zone.add(entity, good(entity, 902, order_id="order-never"), D1)
        zone.add(entity, good(entity, 903, order_id="order-gone"), D1)
    for number, order in ((901, "order-late"), (902, "order-never"), (903, "order-gone")):
        event = good("shipment_events", number, order_id=order, shipment_id=f"shipment-{number}")
        zone.add("shipment_events", event, D1)
    zone.add("deals", good("deals", "late"), D1)
    zone.add("order_items", good("order_items", 904, product_id="product-late"), D1)
    zone.add("order_items", good("order_items", 905, seller_id="seller-late"), D1)
    zone.add("orders", good("orders", "lone", customer_id="customer-late"), D1)
    for _ in range(2):
        zone.add("products", good("products", "twice"), D1)
    zone.add("sellers", good("sellers", "aba"), D1)
    zone.add("orders", good("orders", "gone"), D1)
    for entity in ("products", "sellers", "customers"):
        zone.add(entity, good(entity, "gone"), D1)


def second_delivery(zone):
    """Corrections, relapses, late parents, repetitions, tombstones."""
    zone.add("orders", good("orders", "fixed"), D2, 2)
    zone.add("orders", good("orders", "relapsed"), D2, 2)
    broken(zone, "orders", "kept", D2, 2, order_status="pad")
    zone.add("orders", good("orders", "late"), D2, 2)
    for lead in ("late", "quiet"):
        zone.add("leads", good("leads", lead), D2, 2)
    zone.add("products", good("products", "late"), D2, 2)
    zone.add("sellers", good("sellers", "late"), D2, 2)
    zone.add("customers", good("customers", "late"), D2, 2)
    zone.add("products", good("products", "twice"), D2, 2)
    zone.add("sellers", good("sellers", "aba", seller_city="londrina"), D2, 2)
    for entity in ("orders", "products", "sellers", "customers"):
        key = ENTITIES[entity].key[0]
        zone.add(entity, {key: good(entity, "gone")[key], "_operation": "delete"}, D2, 2)


def third_delivery(zone):
    """A relapse, a return, a late file, a file delivered again, and every kind of drift."""
    broken(zone, "orders", "relapsed", D3, 3, order_status="lost")
    zone.add("orders", good("orders", "gone", sales_channel="app"), D3, 3)
    zone.add("orders", good("orders", "new", sales_channel="web"), D3, 3)
    zone.add("orders", good("orders", "newer"), D3, 3)
    zone.add("sellers", good("sellers", "aba"), D3, 3)
    zone.add("products", good("products", "twice"), D3, 3)
    zone.add("orders", good("orders", "kept", order_status="approved"), "2018-07-15", 3)
    again = zone.redeliver(zone.file("category_translations", D1), 3, "2018-08-03 07:00:00")
    again.lines.append(Line(good("category_translations", "new")))
    # Missing: no city. Renamed: the weight. Reordered: the payment's columns. Another type: scores in words.
    zone.add("sellers", good("sellers", "cityless"), D3, 3, "_missing")
    drop_column(zone.file("sellers", D3, 3, "_missing"), "seller_city")
    zone.add(
        "products", {**good("products", "renamed"), "product_weight": "500"}, D3, 3, "_renamed"
    )
    drop_column(zone.file("products", D3, 3, "_renamed"), "product_weight_g")
    zone.add("order_payments", good("order_payments", 906), D3, 3)
    payments = zone.file("order_payments", D3, 3)
    payments.header = payments.columns()[::-1]
    for number, score in enumerate(["cinco", "um", "5"]):
        rules = frozenset({"review_score_readable", "score_present"} if score != "5" else ())
        zone.add(
            "order_reviews",
            good("order_reviews", f"w{number}", review_score=score),
            D3,
            3,
            rules=rules,
        )
    zone.add("customers", good("customers", "json"), D3, 3, suffix=".jsonl")


def broken(zone, entity, number, drop, build=1, **changes):
    """An order with a status that does not exist."""
    record = good(entity, number, **changes)
    return zone.add(entity, record, drop, build, rules=frozenset({"status_exists"}))


def drop_column(file, column):
    """Delivers a file without one of its columns."""
    file.header = [name for name in file.columns() if name != column]


class Story:
    """The zone, its lakehouse, and the state after each build."""

    def __init__(self, lakehouse):
        self.zone, self.lakehouse, self.states = Zone(), lakehouse, {}
        self.zone.places = {}
        first_delivery(self.zone)
        second_delivery(self.zone)
        third_delivery(self.zone)
        for build in (1, 2, 3):
            self.zone.land(lakehouse, build)
            # A build that fails still leaves most of its tables for the tests to look at.
            run = lakehouse.dbt(*(SEEDED_BUILD if build == 1 else BUILD), check=False)
            nodes = json.loads((lakehouse.folder / "target/run_results.json").read_text())[
                "results"
            ]
            with lakehouse_run.duckdb.connect(str(lakehouse.database)) as connection:
                connection.execute("checkpoint")
            # Views name the database after its file, so a copy keeps the name.
            (lakehouse.folder / f"{build}").mkdir()
            copy = shutil.copy(lakehouse.database, lakehouse.folder / f"{build}")
            self.states[build] = State(copy, run)
            self.states[build].nodes = nodes
            print(f"\nbuild {build}: {run.seconds:.1f} s")

    def __getitem__(self, build):
        """The state after a build."""
        return self.states[build]


@pytest.fixture(scope="module")
def story(lakehouses):
    """The three builds."""
    return Story(lakehouses("story"))


@pytest.fixture(scope="module", params=[1, 2, 3])
def build(request):
    """Each build in turn."""
    return request.param


# --- every record ---------------------------------------------------------------------------------------------------
def test_every_build_ends_well(story, build):
    assert story[build].run.exit_code == 0, story[build].run.output


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_every_record_is_where_it_belongs(story, build, check):
    check(story[build], truth(story.zone, build))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_names_its_violation(story, case):
    """A bad record is in the quarantine under the rules that name it; one with a warning is in silver, with it."""
    place = story.zone.places[str(case)]
    where = "_source_file = ? and cast(_source_modified_at as varchar) = ? and _source_row = ?"
    rejected = story[1].records(
        f"select * from silver.int_quarantine where entity = ? and {where.replace('_source', 'source')}",
        [case.entity, *place],
    )
    current = story[1].records(f"select * from silver.int_{case.entity} where {where}", [*place])
    if case.is_warning:
        assert not rejected and len(current) == 1
        assert names(current[0]["_warnings"]) >= case.rules
    else:
        assert not current and len(rejected) == 1
        assert names(rejected[0]["broken_rules"]) - {"order_exists", "lead_exists"} == case.rules
        assert rejected[0]["quarantine_status"] == "open"
        assert rejected[0]["first_seen_at"] is not None


def test_every_rule_has_a_case():
    """Each rule in the YAML, and each implicit one, is broken by some record above."""
    broken_here = rule_names()
    for entity in ENTITIES:
        model = model_yaml(f"int_{entity}__records")
        declared = {rule["name"] for rule in model["config"]["meta"]["expectations"]}
        keys = [column for column in model["config"]["meta"]["key"] if not column.startswith("_")]
        assert declared | {f"{column}_present" for column in keys} <= broken_here[entity], entity


def model_yaml(name, project=None):
    """A model's YAML, parsed."""
    (path,) = ((project or lakehouse_run.PROJECT) / "models").rglob(f"{name}.yml")
    return yaml.safe_load(path.read_text())["models"][0]


# --- quarantine and release -----------------------------------------------------------------------------------------
def quarantined(state, entity, key):
    """The quarantined records of a key, oldest first, as (rules, status, released by)."""
    return state.rows(
        "select broken_rules, quarantine_status, released_by_file from silver.int_quarantine "
        "where entity = ? and business_key = ? order by delivered_at, source_row",
        [entity, key],
    )


def in_gold(state, table, **key):
    """How many rows of a table of gold have a key."""
    where = " and ".join(f"{column} = ?" for column in key)
    return state.value(f"select count(*) from gold.{table} where {where}", list(key.values()))


def test_a_corrected_record_enters_silver_and_gold_by_itself(story):
    assert in_gold(story[1], "fct_orders", order_id="order-fixed") == 0
    assert quarantined(story[1], "orders", "order-fixed") == [("status_exists", "open", None)]
    assert in_gold(story[2], "fct_orders", order_id="order-fixed") == 1
    assert quarantined(story[2], "orders", "order-fixed") == [
        ("status_exists", "released", f"{D2}/olist_orders_dataset.csv")
    ]


def test_a_worse_record_leaves_the_good_one_current(story):
    assert story[2].rows(
        "select order_status from silver.int_orders where order_id = 'order-kept'"
    ) == [("delivered",)]
    assert in_gold(story[2], "fct_orders", order_id="order-kept", order_status="delivered") == 1
    assert quarantined(story[2], "orders", "order-kept") == [("status_exists", "open", None)]


def test_a_relapse_is_open_beside_what_was_released(story):
    assert [row[1] for row in quarantined(story[3], "orders", "order-relapsed")] == [
        "released",
        "open",
    ]
    assert in_gold(story[3], "fct_orders", order_id="order-relapsed", order_status="delivered") == 1


def test_a_late_file_with_an_older_drop_changes_nothing(story):
    """The order approved on 15 July, delivered to us after its later state."""
    assert in_gold(story[3], "fct_orders", order_id="order-kept", order_status="delivered") == 1
    assert (
        story[3].value(
            "select _disposition from silver.int_orders__records where _source_file like '2018-07-15/%'"
        )
        == "superseded"
    )


def test_corrupt_lines_are_in_the_quarantine(story):
    rows = story[1].rows(
        "select entity, original_record, quarantine_status from silver.int_quarantine "
        "where broken_rules = 'record_parseable' order by entity"
    )
    assert [row[0] for row in rows] == ["customers", "order_items", "orders", "sellers"]
    for (_, text, status), part in zip(
        rows, ["são paulo", "1,2,3,4", "order-short", '"curitiba'], strict=True
    ):
        assert part in text.replace('\\"', '"') and status == "open"


# --- parents that come late, or never ---------------------------------------------------------------------------------
FACTS = {
    "order_items": "fct_order_items",
    "order_payments": "fct_order_payments",
    "order_reviews": "fct_order_reviews",
}


@pytest.mark.parametrize("entity", FACTS)
def test_a_record_before_its_order_is_held_and_joins_gold_later(story, entity):
    held = "select count(*) from silver.int_quarantine where entity = ? and original_record like '%order-late%'"
    assert in_gold(story[1], FACTS[entity], order_id="order-late") == 0
    assert story[1].value(f"{held} and broken_rules = 'order_exists'", [entity]) == 1
    assert in_gold(story[2], FACTS[entity], order_id="order-late") == 1
    assert story[2].value(f"{held} and quarantine_status = 'open'", [entity]) == 0


@pytest.mark.parametrize("entity", FACTS)
def test_an_orphan_stays_visible(story, entity):
    for build in (1, 2, 3):
        assert in_gold(story[build], FACTS[entity], order_id="order-never") == 0
        assert story[build].rows(
            "select broken_rules, quarantine_status from silver.int_quarantine "
            "where entity = ? and original_record like '%order-never%'",
            [entity],
        ) == [("order_exists", "open")]


def test_a_deal_before_its_lead_is_held(story):
    assert quarantined(story[1], "deals", "lead-late") == [("lead_exists", "open", None)]
    assert in_gold(story[2], "fct_lead_conversions", lead_id="lead-late", is_won=True) == 1
    assert not [row for row in quarantined(story[2], "deals", "lead-late") if row[1] == "open"]


@pytest.mark.parametrize(
    ("fact", "dimension", "where"),
    [
        ("fct_order_items", "product", "order_item_id = 904"),
        ("fct_order_items", "seller", "order_item_id = 905"),
        ("fct_orders", "customer", "order_id = 'order-lone'"),
    ],
)
def test_a_fact_before_its_member_is_unknown_then_keyed(story, fact, dimension, where):
    name = "customer_unique_id" if dimension == "customer" else f"{dimension}_id"
    query = (
        f"select fact.{dimension}_key, member.{name} from gold.{fact} as fact "
        f"left join gold.dim_{dimension}s as member using ({dimension}_key) where {where}"
    )
    assert story[1].rows(query) == [(UNKNOWN, None)]
    ((key, member),) = story[2].rows(query)
    assert key != UNKNOWN and member in ("product-late", "seller-late", "person-late")


# --- repetitions, versions, tombstones --------------------------------------------------------------------------------
def dispositions(state, entity, column, key):
    """What became of the records of a key, in the order of their delivery."""
    return [
        row[0]
        for row in state.rows(
            f"select _disposition from silver.int_{entity}__records where {column} = ? "
            "order by _delivered_at, _source_file, _source_row",
            [key],
        )
    ]


def test_duplicates_within_a_file_and_across_drops(story):
    assert dispositions(story[1], "products", "product_id", "product-twice") == [
        "current",
        "duplicate",
    ]
    assert dispositions(story[3], "products", "product_id", "product-twice") == ["current"] + 3 * [
        "duplicate"
    ]


def test_a_b_a_is_three_versions(story):
    assert dispositions(story[2], "sellers", "seller_id", "seller-aba") == ["superseded", "current"]
    assert dispositions(story[3], "sellers", "seller_id", "seller-aba") == 2 * ["superseded"] + [
        "current"
    ]
    cities = "select declared_city from gold.dim_sellers where seller_id = 'seller-aba' order by version_number"
    assert story[3].rows(cities) == [("curitiba",), ("londrina",), ("curitiba",)]


def test_a_tombstone_takes_an_order_and_what_hangs_on_it_away_until_it_returns(story):
    for build, count in ((1, 1), (2, 0), (3, 1)):
        assert (
            story[build].value(
                "select count(*) from silver.int_orders where order_id = 'order-gone'"
            )
            == count
        )
        for table in ("fct_orders", *FACTS.values(), "obt_order_items"):
            assert in_gold(story[build], table, order_id="order-gone") == count, (build, table)
    assert dispositions(story[2], "orders", "order_id", "order-gone") == ["superseded", "withdrawn"]


@pytest.mark.parametrize(
    ("entity", "column", "member"),
    [
        ("products", "product_id", "product-gone"),
        ("sellers", "seller_id", "seller-gone"),
        ("customers", "customer_unique_id", "person-gone"),
    ],
)
def test_a_tombstone_ends_a_member(story, entity, column, member):
    current = f"select count(*) from gold.dim_{entity} where {column} = ? and is_current"
    assert [story[build].value(current, [member]) for build in (1, 2, 3)] == [1, 0, 0]
    assert (
        story[2].value(f"select count(*) from silver.int_{entity} where {column} = ?", [member])
        == 0
    )


def test_a_tombstone_leaves_the_same_after_a_full_refresh(story, lakehouses):
    """What the builds left of a member that went, they leave too when they are made anew from the same records."""
    lakehouse = lakehouses("refreshed")
    shutil.copy(story[2].path, lakehouse.database)
    shutil.copytree(story.lakehouse.landing, lakehouse.landing, dirs_exist_ok=True)
    members = ("customers", "products", "sellers")
    lakehouse.dbt("run", "--full-refresh", "--select", *(f"dim_{name}" for name in members))
    for name in members:
        query = f"select * exclude (_processed_at) from gold.dim_{name} order by all"
        assert lakehouse.rows(query) == story[2].rows(query), name


def test_a_file_delivered_again_is_counted_and_changes_only_what_is_new(story):
    counts = "select count(*) from silver.int_category_translations__records where _disposition = "
    before = {kind: story[2].value(f"{counts} '{kind}'") for kind in ("current", "duplicate")}
    after = {kind: story[3].value(f"{counts} '{kind}'") for kind in ("current", "duplicate")}
    assert after["current"] == before["current"] + 1
    assert after["duplicate"] == before["duplicate"] + before["current"]


# --- schema drift -----------------------------------------------------------------------------------------------------
def drift(state, entity):
    """An entity's drift by column and kind."""
    rows = state.records("select * from ops.ops_schema_drift where entity = ?", [entity])
    return {(row["column_name"], row["drift"]): row for row in rows}


def test_an_added_column_is_rescued_and_reported(story):
    assert story[3].rows(
        "select order_id, json_extract_string(_rescued_data, '$.sales_channel') "
        "from bronze.stg_marketplace__orders where _rescued_data like '%sales%' order by 1"
    ) == [("order-gone", "app"), ("order-new", "web")]
    assert ("sales_channel", "added") not in drift(story[2], "orders")
    row = drift(story[3], "orders")[("sales_channel", "added")]
    assert row["first_source_file"] == f"{D3}/olist_orders_dataset.csv"
    assert str(row["first_delivered_at"]) == f"{D3} 00:00:00"
    assert (row["file_count"], row["record_count"], row["filled_count"], row["filled_share"]) == (
        1,
        4,
        2,
        0.5,
    )
    assert (row["sample_values"], row["suggested_type"]) == ("app, web", "string")


def test_a_missing_and_a_renamed_column_are_reported(story):
    assert drift(story[3], "sellers")[("seller_city", "missing")]["record_count"] == 1
    assert set(drift(story[3], "products")) == {
        ("product_weight_g", "missing"),
        ("product_weight", "added"),
    }
    assert drift(story[3], "products")[("product_weight", "added")]["suggested_type"] == "bigint"


def test_a_reordered_file_is_read_by_name_and_reported(story):
    assert in_gold(story[3], "fct_order_payments", order_id="order-0", payment_sequential=906) == 1
    assert set(drift(story[3], "order_payments")) == {("(all)", "reordered")}


def test_a_changed_type_is_quarantined_and_reported(story):
    row = drift(story[3], "order_reviews")[("review_score", "type_changed")]
    assert row["first_source_file"] == f"{D3}/olist_order_reviews_dataset.csv"
    assert (row["record_count"], row["filled_count"]) == (3, 2)
    assert in_gold(story[3], "fct_order_reviews", review_id="review-w2") == 1


def test_the_share_of_an_added_column_is_of_the_files_that_have_it(story):
    """Tombstones carry `_operation` in other files: they do not lower the share of `sales_channel`."""
    assert drift(story[3], "orders").keys() == {("sales_channel", "added")}


def test_drift_warns_in_the_output_of_the_build(story):
    assert "WARN" not in [line for line in story[1].run.output.splitlines() if "drift" in line]
    said = [line for line in story[3].run.output.splitlines() if "schema_drift_is_declared" in line]
    assert any("WARN" in line for line in said) and not any("FAIL" in line for line in said)


def test_gold_never_changes_shape(story):
    contract = story[1].gold_contract()
    assert len(contract) > 150
    assert story[2].gold_contract() == story[3].gold_contract() == contract
    declared = []
    # A deprecated version stands in the YAML of the version that replaces it.
    contract = [row for row in contract if not re.search(r"_v\d+$", row[0])]
    for table in sorted({table for table, _, _ in contract}):
        declared += [(table, column["name"]) for column in model_yaml(table)["columns"]]
    assert [(table, column) for table, column, _ in contract] == declared


# --- ledgers ----------------------------------------------------------------------------------------------------------
def test_the_ledger_of_rules_counts_every_violation(story):
    """After the first build, in which every record was judged."""
    entities = truth(story.zone, 1)
    rows = story[1].records("select * from ops.ops_expectation_results")
    found = {(row["entity"], row["rule_name"]): row for row in rows}
    assert len(found) == len(rows)
    for name, entity in entities.items():
        broken_rules = story[1].rows(
            f"select concat_ws(', ', _broken_rules, _warnings) from silver.int_{name}__records"
        )
        for rule in rule_names()[name]:
            row = found.get((name, rule))
            assert row, f"no row for {name}.{rule}"
            assert row["checked_count"] == len(entity.judged)
            assert row["failed_count"] == sum(rule in names(text) for (text,) in broken_rules) > 0


def test_the_ledger_of_rules_knows_no_rule_that_cannot_break(story):
    ledger = story[1].rows("select distinct entity, rule_name from ops.ops_expectation_results")
    assert not {(entity, rule) for entity, rule in ledger if rule not in rule_names()[entity]}


def test_the_ledgers_are_append_only(story):
    for table in ("ops_expectation_results", "ops_reconciliation", "ops_model_runs"):
        rows = [set(story[build].rows(f"select * from ops.{table}")) for build in (1, 2, 3)]
        assert rows[0] < rows[1] < rows[2], table


def test_the_ledger_of_runs_has_a_row_a_node(story):
    earlier = 0
    for build in (1, 2, 3):
        rows = story[build].records(
            "select * from ops.ops_model_runs order by _processed_at offset ?", [earlier]
        )
        earlier += len(rows)
        expected = {
            node["unique_id"].split(".")[2]: node
            for node in story[build].nodes
            if not node["unique_id"].startswith("operation.")
        }
        assert {row["node_name"] for row in rows} == set(expected) and len(rows) == len(expected)
        assert len({row["invocation_id"] for row in rows}) == 1
        for row in rows:
            assert row["node_status"] == expected[row["node_name"]]["status"]
            assert row["execution_seconds"] == pytest.approx(
                expected[row["node_name"]]["execution_time"]
            )


def test_an_unusual_volume_is_told_once(story):
    """Four days of two leads, then a day of many more; a third delivery as usual is no longer news."""
    unusual = story[1].rows(
        "select entity, drop_date, earlier_drop_count from ops.ops_drop_volumes where is_unusual"
    )
    leads = "marketing.marketing_qualified_leads"
    assert [(entity, str(date), count) for entity, date, count in unusual] == [(leads, D1, 4)]
    said = {
        build: [
            line for line in story[build].run.output.splitlines() if "drop_volume_is_usual" in line
        ]
        for build in (1, 3)
    }
    assert any("WARN" in line for line in said[1])
    assert not any("WARN" in line for line in said[3])


# --- the law can fail -------------------------------------------------------------------------------------------------
LAWS = ("conservation_law_holds", "every_file_is_whole_in_bronze")
TAMPERED = {
    "orders": "delete from bronze.stg_marketplace__orders where order_id = 'order-kept' and _source_file like '2018-08-01/%'",
    # A file that no reader ever saw: neither bronze nor silver has it.
    "order_items": "delete from bronze.stg_marketplace__order_items; delete from silver.int_order_items__records",
    "order_payments": "insert into bronze.stg_marketplace__order_payments "
    "select * from bronze.stg_marketplace__order_payments limit 1",
    "products": "delete from silver.int_products__records where _source_row = 1",
    "sellers": "insert into silver.int_sellers__records select * from silver.int_sellers__records limit 1",
    "leads": "update silver.int_leads__records set _disposition = 'lost' where lead_id = 'lead-0'",
    "customers": "update bronze.stg_marketplace__customers set _source_modified_at = '2018-01-01' where customer_id = 'customer-0'",
}


@pytest.fixture(scope="module")
def tampered(story, lakehouses):
    """The third build's database with a loss in each of seven entities, and the law looked at once more."""
    lakehouse = lakehouses("tampered")
    shutil.copy(story[3].path, lakehouse.database)
    with lakehouse_run.duckdb.connect(str(lakehouse.database)) as connection:
        for statement in TAMPERED.values():
            connection.execute(statement)
    lakehouse.dbt("run", "--select", "ops_reconciliation")
    run = lakehouse.dbt("test", "--select", *LAWS, check=False)
    yield State(lakehouse.database, run)


def test_the_law_fails_when_a_record_is_lost(tampered):
    assert tampered.run.exit_code == 1
    for test in LAWS:
        assert any("FAIL" in line and test in line for line in tampered.run.output.splitlines()), (
            test
        )


@pytest.mark.parametrize("entity", ENTITIES)
def test_the_law_names_the_entity_that_lost_something(tampered, entity):
    query = "select is_balanced from ops.ops_reconciliation where entity = ? order by _processed_at desc limit 1"
    assert tampered.value(query, [entity]) == (entity not in TAMPERED or entity == "customers")


# --- a project of one's own: a rule that fails, a column that is declared -----------------------------------------------
PROJECT_PARTS = ("dbt_project.yml", "profiles", "macros", "models", "package", "seeds", "tests")


class CopiedProject:
    """A copy of the dbt project to edit, and the story's lakehouse run by it, from where the third build left it."""

    def __init__(self, story, lakehouse):
        self.path, self.lakehouse = lakehouse.folder / "project", lakehouse
        self.path.mkdir()
        for part in PROJECT_PARTS:
            source = lakehouse_run.PROJECT / part
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(
                source,
                self.path / part,
                **(
                    {"ignore": shutil.ignore_patterns("e2e", "databricks")}
                    if source.is_dir()
                    else {}
                ),
            )
        lakehouse.project = self.path
        shutil.copy(story[3].path, lakehouse.database)
        shutil.copytree(story.lakehouse.landing, lakehouse.landing, dirs_exist_ok=True)

    def edit(self, name, old, new):
        """Replaces a text in the one file of a name."""
        (path,) = self.path.rglob(name)
        text = path.read_text()
        assert text.count(old) == 1, (name, old)
        path.write_text(text.replace(old, new))

    def dbt(self, *arguments, check=True):
        """Runs dbt on the copy."""
        return self.lakehouse.dbt(*arguments, check=check)


@pytest.fixture(scope="module")
def copied(story, lakehouses):
    """The copy of the project."""
    lakehouse = lakehouses("copied")
    return CopiedProject(story, lakehouse)


def make_unreadable(landing):
    """Fills every landed file with other bytes of the same length and time: whoever reads it again gets those."""
    for path in (path for path in landing.rglob("*") if path.is_file()):
        status = path.stat()
        path.write_bytes(b"x" * status.st_size)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_declared_column_is_promoted_and_filled_for_old_rows(story, copied):
    """`sales_channel`, landed before anybody declared it: no file is read again, and gold does not change."""
    copied.edit(
        "_marketplace__sources.yml",
        "          - name: order_purchase_timestamp\n",
        "          - name: sales_channel\n            data_type: string\n"
        "            description: 'Where the order was placed.'\n"
        "          - name: order_purchase_timestamp\n",
    )
    copied.edit(
        "int_orders__records.sql",
        "    'order_status': ['order_status', 'string'],\n",
        "    'order_status': ['order_status', 'string'],\n    'sales_channel': ['sales_channel', 'string'],\n",
    )
    make_unreadable(copied.lakehouse.landing)
    before = bronze_and_inventory(story[3])
    copied.dbt(*BUILD)
    state = State(copied.lakehouse.database)
    try:
        assert bronze_and_inventory(state) == before
        assert state.rows(
            "select order_id, sales_channel from silver.int_orders where sales_channel is not null order by 1"
        ) == [("order-gone", "app"), ("order-new", "web")]
        assert ("sales_channel", "added") not in drift(state, "orders")
        assert state.gold_contract() == story[3].gold_contract()
        for check in CHECKS[:3]:
            check(state, truth(story.zone, 3))
    finally:
        state.close()


def bronze_and_inventory(state):
    """Bronze's lineage and the inventory: what would change if a file were read again."""
    rows = {
        "files": sorted(
            state.rows("select source_file, modified_at, _processed_at from ops.ops_landed_files")
        )
    }
    for name, entity in ENTITIES.items():
        rows[name] = sorted(
            state.rows(
                f"select _source_file, _source_row, _loaded_at, _record_hash from bronze.{entity.staging}"
            )
        )
    return rows


def test_a_rule_with_severity_fail_stops_the_run_and_says_where(copied):
    copied.edit("int_products__records.yml", "on_violation: quarantine", "on_violation: fail")
    copied.lakehouse.land(
        f"2018-08-04/{ENTITIES['products'].stem}.csv",
        products_file(good("products", "bad", product_weight_g="-5")),
    )
    run = copied.dbt(
        "run",
        "--select",
        "ops_landed_files",
        "stg_marketplace__products",
        "int_products__records",
        check=False,
    )
    said = " ".join(run.output.split())
    assert run.exit_code == 1, run.output
    for part in ("size_not_negative", "row 2", "2018-08-04/olist_products_dataset.csv"):
        assert part in said, run.output


def products_file(bad):
    """A file of two products of which the second is bad."""
    records = [good("products", "fine"), bad]
    lines = [",".join(records[0]), *(",".join(record.values()) for record in records)]
    return "\n".join(lines) + "\n"
