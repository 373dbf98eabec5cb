"""`lakehouse policies`: the project keeps them, and each one, broken on purpose on a copy of the manifest, says so."""

import copy
import json

import pytest
from lakehouse_run import PROJECT

from lakehouse.cli import main
from lakehouse.policies import CLASSES, POLICIES, breaches, personal_columns, pii_class


@pytest.fixture(scope="module")
def parsed(lakehouses):
    """The project's manifest."""
    lakehouse = lakehouses("policies")
    lakehouse.dbt("parse")
    return lakehouse.folder / "target" / "manifest.json"


@pytest.fixture
def manifest(parsed):
    """A copy to break, as if parsed for Databricks."""
    manifest = json.loads(parsed.read_text())
    manifest["metadata"]["adapter_type"] = "databricks"
    return manifest


def model(manifest, name):
    return manifest["nodes"][f"model.medallion.{name}"]


def set_pii(manifest, name, column, kind):
    model(manifest, name)["columns"][column]["config"]["meta"] = {"pii": kind} if kind else {}


def grant(manifest, name, *groups):
    model(manifest, name)["config"]["grants"] = {"select": list(groups)}


def test_the_project_keeps_its_policies(parsed, capsys):
    assert main(["policies", str(parsed)]) == 0
    assert "0 breaches" in capsys.readouterr().out


def test_a_breach_or_a_missing_manifest_fails(manifest, tmp_path, capsys):
    model(manifest, "dim_customers")["description"] = ""
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert main(["policies", str(tmp_path / "manifest.json")]) == 1
    assert "dim_customers has no description" in capsys.readouterr().out
    assert main(["policies", str(tmp_path / "nothing.json")]) == 1


# What is done to the manifest, and what is then said (the beginning, and what to do).
BROKEN = {
    "a class nothing masks": (
        lambda m: set_pii(m, "dim_customers", "city", "town"),
        "dim_customers.city has the class 'town'",
        "write identifier, postcode",
    ),
    "a class lost in gold": (
        lambda m: set_pii(m, "dim_customers", "customer_unique_id", None),
        "dim_customers.customer_unique_id is named like ",
        "give it config.meta.pii",
    ),
    "a class lost behind a prefix": (
        lambda m: set_pii(m, "obt_order_items", "customer_city", None),
        "obt_order_items.customer_city is named like ",
        "give it config.meta.pii",
    ),
    "a class lost in bronze": (
        lambda m: model(m, "stg_marketplace__customers")["columns"].pop("customer_city"),
        "stg_marketplace__customers lists no column customer_city",
        "add it to the model's YAML",
    ),
    "no mask": (
        lambda m: model(m, "dim_customers")["config"].update({"post-hook": []}),
        "dim_customers.city is personal data (city) of a public model and nothing masks it",
        "keep the hook govern()",
    ),
    "a view that cannot be masked": (
        lambda m: model(m, "dim_customers")["config"].update(materialized="view"),
        "dim_customers.city is personal data (city) of a public model that is a view",
        "make it a table",
    ),
    "bronze for the business": (
        lambda m: grant(m, "stg_marketplace__orders", "data-engineers", "business"),
        "stg_marketplace__orders of bronze is granted to business",
        "remove the grant",
    ),
    "ops for data scientists": (
        lambda m: grant(m, "ops_model_runs", "data-scientists"),
        "ops_model_runs of ops is granted to data-scientists",
        "remove the grant",
    ),
    "silver for the business": (
        lambda m: grant(m, "int_orders", "business"),
        "int_orders of silver is granted to business",
        "publish what is needed in gold",
    ),
    "a grant to a person": (
        lambda m: grant(m, "dim_dates", "ana@example.com"),
        "dim_dates is granted to ana@example.com, a person",
        "grant it to a group",
    ),
    "a grant to write": (
        lambda m: model(m, "dim_dates")["config"].update(grants={"modify": ["business"]}),
        "dim_dates grants modify",
        "remove it",
    ),
    "all regions for a regional team": (
        lambda m: grant(m, "fct_orders", "regional-teams"),
        "fct_orders is granted to regional-teams without a row filter",
        "row_filter_by_region",
    ),
    "no contract": (
        lambda m: model(m, "dim_dates")["config"]["contract"].update(enforced=False),
        "dim_dates has no contract",
        "write `contract: {enforced: true}`",
    ),
    "no contract on what silver makes public": (
        lambda m: model(m, "int_orders").update(access="public"),
        "int_orders has no contract",
        "write `contract: {enforced: true}`",
    ),
    "no grain": (
        lambda m: model(m, "dim_dates")["config"]["meta"].pop("grain"),
        "dim_dates does not say what a row is",
        "write config.meta.grain",
    ),
    "no tested key": (
        lambda m: [
            m["nodes"].pop(name)
            for name, node in list(m["nodes"].items())
            if node.get("attached_node") == "model.medallion.dim_dates"
        ],
        "dim_dates has no tested key",
        "give its key the tests unique",
    ),
    "no retention": (
        lambda m: model(m, "dim_dates")["config"]["meta"].pop("retention"),
        "dim_dates does not say how long a row stays",
        "write config.meta.retention",
    ),
    "a second source of truth": (
        lambda m: model(m, "dim_dates")["config"]["meta"].update(owner="ana"),
        "dim_dates has an owner or a domain in config.meta",
        "write config.group alone",
    ),
    "no domain": (
        lambda m: model(m, "fct_orders")["config"].update(group=None),
        "fct_orders belongs to no domain",
        "write config.group, one of customers, logistics, marketing, platform, sales",
    ),
    "a domain without an owner": (
        lambda m: m["groups"]["group.medallion.sales"]["owner"].update(email=None),
        "The domain sales has no owner",
        "models/_groups.yml",
    ),
    "a private model of another domain": (
        lambda m: model(m, "dim_customers").update(access="private"),
        "fct_orders of sales reads dim_customers, which is private to customers",
        "ask customers for a public model",
    ),
    "a mart that reads what is not promised": (
        lambda m: model(m, "dim_customers").update(access="protected"),
        "mart_delivery_performance of logistics reads dim_customers, which is protected to customers",
        "ask them to publish this one",
    ),
    "an old version that stays": (
        lambda m: model(m, "mart_seller_scorecards.v1").update(deprecation_date=None),
        "mart_seller_scorecards v1 is not the latest",
        "give it a deprecation_date",
    ),
}


@pytest.mark.parametrize("breach", BROKEN)
def test_a_broken_policy_says_what_to_do(manifest, breach):
    assert breaches(manifest) == []
    broken = copy.deepcopy(manifest)
    change, beginning, advice = BROKEN[breach]
    change(broken)
    said = [sentence for sentence in breaches(broken) if sentence.startswith(beginning)]
    assert said and all(advice in sentence for sentence in said), breaches(broken)


def test_every_policy_is_broken_once(manifest):
    said = set()
    for change, _, _ in BROKEN.values():
        broken = copy.deepcopy(manifest)
        change(broken)
        said |= {policy.__name__ for policy in POLICIES if list(policy(broken))}
    assert said == {policy.__name__ for policy in POLICIES}


def test_without_masked_nothing_is_published_masked(parsed):
    manifest = json.loads(parsed.read_text())
    del manifest["macros"]["macro.medallion.masked"]
    assert ["masked" in sentence for sentence in breaches(manifest)] == [True]


def test_the_classes_are_those_that_are_masked():
    text = (PROJECT / "package/macros/governance/masked.sql").read_text()
    assert all(f"'{kind}'" in text for kind in CLASSES)


def test_a_column_that_says_it_is_none_has_no_class():
    column = {"config": {"meta": {"pii": "none"}}}
    assert pii_class(column) == ""
    assert personal_columns({"columns": {"origin": column}}) == {}
