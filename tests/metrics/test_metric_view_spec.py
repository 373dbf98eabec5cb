"""The check of metric views that `make compile-databricks` makes can fail."""

import copy

import pytest
import yaml

from tests.databricks.metric_view_spec import problems

VIEW = {
    "version": "1.1",
    "comment": "Sales.",
    "source": "`medallion`.`gold`.`fct_order_items`",
    "joins": [
        {"name": "place", "source": "dim_locations", "on": "source.place_key = place.place_key"}
    ],
    "dimensions": [
        {"name": "state", "expr": "place.state_code", "display_name": "State", "synonyms": ["UF"]}
    ],
    "measures": [
        {
            "name": "revenue",
            "expr": "sum(case when status <> 'no.sale' then price_brl end)",
            "format": {
                "type": "currency",
                "currency_code": "BRL",
                "decimal_places": {"type": "exact", "places": 2},
            },
        }
    ],
}


def changed(path: list, value: object) -> str:
    """The view with one value changed, or taken away when it is None."""
    view = copy.deepcopy(VIEW)
    place = view
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return yaml.safe_dump(view, sort_keys=False)


def test_accepts_a_view():
    assert problems(yaml.safe_dump(VIEW, sort_keys=False)) == []


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (["version"], 1.1, "version"),
        (["source"], None, "no source"),
        (["name"], "sales", "no key 'name'"),
        (["comment"], "it costs $$", "would end"),
        (["joins", 0, "on"], None, "one of on and using"),
        (["joins", 0, True], "a = b", "no key True"),
        (["joins", 0, "name"], "elsewhere", "place is no join"),
        (["joins", 0, "name"], "state", "a name for two"),
        (["dimensions", 0, "expr"], None, "needs name and expr"),
        (["dimensions", 0, "expr"], "max(price_brl)", "does not"),
        (["dimensions", 0, "type"], "time", "no key 'type'"),
        (["dimensions", 0, "synonyms"], [str(each) for each in range(11)], "at most 10"),
        (["dimensions", 0, "synonyms"], "UF", "as a list"),
        (["dimensions", 0, "display_name"], "x" * 256, "255"),
        (["measures", 0, "expr"], "price_brl", "a measure aggregates"),
        (["measures", 0, "name"], "State", "a name for two"),
        (["measures", 0, "format", "type"], "brl", "type is one of"),
        (["measures", 0, "format", "currency_code"], None, "needs its code"),
        (["measures", 0, "format", "decimal_places", "places"], 11, "from 0 to 10"),
    ],
)
def test_finds_what_a_workspace_would_refuse(path, value, problem):
    found = problems(changed(path, value))
    assert any(problem in each for each in found), found


def test_finds_references():
    shared = {"type": "number"}
    view = copy.deepcopy(VIEW)
    view["measures"] = [
        {"name": name, "expr": "count(order_key)", "format": shared} for name in ("one", "two")
    ]
    assert "a reference instead of a value" in problems(yaml.safe_dump(view))
