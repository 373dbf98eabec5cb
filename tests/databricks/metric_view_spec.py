"""What a metric view's YAML must be: version 1.1 of the specification, as far as the project uses it.

The pages: "Metric view YAML syntax reference", "Use joins in metric views" and "Semantic metadata" of the Databricks
documentation. A workspace says so too, but only when a view is made.
"""

import re
from typing import Any

import yaml

TOP = {"version", "comment", "source", "filter", "joins", "dimensions", "measures"}
JOIN = {"name", "source", "on", "using", "joins"}
DIMENSION = {"name", "expr", "comment", "display_name", "synonyms", "format"}
MEASURE = DIMENSION | {"window"}
FORMATS = {"number", "currency", "percentage", "byte", "date", "date_time"}
AGGREGATE = re.compile(r"\b(?:sum|count|avg|median|min|max|measure)\s*\(", re.IGNORECASE)
MOST_SYNONYMS = 10
LONGEST_TEXT = 255


def problems(text: str) -> list[str]:
    """What is wrong with the YAML of a metric view; nothing, when it may be created."""
    try:
        view = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return [f"not YAML: {error}"]
    if not isinstance(view, dict):
        return ["not a mapping"]
    found = surplus("the view", view, TOP)
    if "$$" in text:
        found.append("$$ would end the statement")
    # An anchor is YAML, but nobody promises that the workspace's reader follows it.
    if re.search(r": [&*]id\d+\b", text):
        found.append("a reference instead of a value")
    if view.get("version") != "1.1":
        found.append("version must be the text 1.1")
    if not view.get("source"):
        found.append("no source")
    joins = view.get("joins", [])
    for join in joins:
        found += surplus(f"join {join.get('name')}", join, JOIN)
        # An unquoted `on` is a boolean in YAML 1.1, and then no key of a join.
        if not join.get("source") or len({"on", "using"} & join.keys()) != 1:
            found.append(f"join {join.get('name')}: needs a source, and one of on and using")
    dimensions, measures = view.get("dimensions", []), view.get("measures", [])
    if not dimensions and not measures:
        found.append("neither dimensions nor measures")
    for kind, columns, keys in (
        ("dimension", dimensions, DIMENSION),
        ("measure", measures, MEASURE),
    ):
        for column in columns:
            found += of_column(kind, column, keys, {join.get("name") for join in joins})
    names = [str(each.get("name")).lower() for each in [*joins, *dimensions, *measures]]
    found += [
        f"{name}: a name for two things" for name in sorted(set(names)) if names.count(name) > 1
    ]
    return found


def of_column(kind: str, column: dict[str, Any], keys: set[str], joins: set[str]) -> list[str]:
    """What is wrong with a dimension or a measure."""
    name = f"{kind} {column.get('name')}"
    found = surplus(name, column, keys)
    expression = column.get("expr")
    if not column.get("name") or not expression:
        return [*found, f"{name}: needs name and expr"]
    if bool(AGGREGATE.search(expression)) != (kind == "measure"):
        found.append(f"{name}: a measure aggregates, a dimension does not")
    known = joins | {"source"}
    found += [
        f"{name}: {alias} is no join"
        for alias in re.findall(r"\b([a-z_]\w*)\.", re.sub(r"'[^']*'", "", expression))
        if alias not in known
    ]
    synonyms = column.get("synonyms", [])
    if not isinstance(synonyms, list) or len(synonyms) > MOST_SYNONYMS:
        found.append(f"{name}: at most {MOST_SYNONYMS} synonyms, as a list")
    texts = [column.get("display_name", ""), *(synonyms if isinstance(synonyms, list) else [])]
    if any(not isinstance(each, str) or len(each) > LONGEST_TEXT for each in texts):
        found.append(f"{name}: display name and synonyms are text of at most {LONGEST_TEXT} signs")
    if "format" in column:
        found += of_format(name, column["format"])
    return found


def of_format(name: str, given: Any) -> list[str]:
    """What is wrong with a format."""
    if not isinstance(given, dict) or given.get("type") not in FORMATS:
        return [f"{name}: the format's type is one of {', '.join(sorted(FORMATS))}"]
    found = []
    if given["type"] == "currency" and not re.fullmatch(
        "[A-Z]{3}", str(given.get("currency_code"))
    ):
        found.append(f"{name}: a currency needs its code")
    places = given.get("decimal_places")
    if places is not None and (
        places.get("type") not in {"max", "exact", "all"} or not 0 <= places.get("places", 0) <= 10
    ):
        found.append(f"{name}: decimal places are max, exact or all, from 0 to 10")
    return found


def surplus(name: str, given: dict[str, Any], keys: set[str]) -> list[str]:
    """Keys that nobody knows."""
    return [f"{name}: no key {key!r} in a metric view" for key in given if key not in keys]
