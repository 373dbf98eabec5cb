"""What Unity Catalog or a pipeline would do: recorded and not enforced, or analysed and refused."""

import re
from collections.abc import Callable

import pyarrow as pa
from pyspark.sql import DataFrame

from tests.databricks.double.rules import NOTHING, Match, apply, rule, strings
from tests.databricks.double.statement import NAME, PART, Statement, split_arguments, unquoted
from tests.databricks.double.workspace import Refused

RELATION = r"(?:table|view|materialized\s+view|streaming\s+table)"
SECURABLE = rf"(?:(?:{RELATION}|schema|function)\s+)?"


def pairs(text: str) -> dict[str, str]:
    """`'key' = 'value', ...`, and nothing else: an unescaped quote is an error of syntax there too."""
    literal = r"'((?:[^'\\]|\\.)*)'"
    found = [
        re.fullmatch(rf"\s*{literal}\s*=\s*{literal}\s*", part) for part in split_arguments(text)
    ]
    if not found or not all(found):
        raise Refused(f"PARSE_SYNTAX_ERROR: not a list of tags: {text}")
    return {match[1]: match[2] for match in found}


@rule(rf"alter\s+{RELATION}\s+(?P<name>{NAME})\s+set\s+tags\s*\((?P<tags>.*)\)")
def set_tags(statement: Statement, match: Match) -> pa.Table:
    name = statement.full_name(match["name"])
    statement.workspace.recorded.tags.setdefault(name, {}).update(pairs(match["tags"]))
    return NOTHING


@rule(
    rf"alter\s+{RELATION}\s+(?P<name>{NAME})\s+alter\s+column\s+(?P<column>{PART})\s+set\s+tags\s*\((?P<tags>.*)\)"
)
def set_column_tags(statement: Statement, match: Match) -> pa.Table:
    columns = statement.workspace.recorded.column_tags.setdefault(
        statement.full_name(match["name"]), {}
    )
    columns.setdefault(unquoted(match["column"]), {}).update(pairs(match["tags"]))
    return NOTHING


@rule(
    rf"alter\s+table\s+(?P<name>{NAME})\s+alter\s+column\s+(?P<column>{PART})\s+set\s+mask\s+(?P<mask>.+)"
)
def set_mask(statement: Statement, match: Match) -> pa.Table:
    masks = statement.workspace.recorded.column_masks.setdefault(
        statement.full_name(match["name"]), {}
    )
    masks[unquoted(match["column"])] = match["mask"]
    return NOTHING


@rule(rf"alter\s+table\s+(?P<name>{NAME})\s+alter\s+column\s+(?P<column>{PART})\s+drop\s+mask")
def drop_mask(statement: Statement, match: Match) -> pa.Table:
    masks = statement.workspace.recorded.column_masks.get(statement.full_name(match["name"]), {})
    if masks.pop(unquoted(match["column"]), None) is None:
        raise Refused("the column has no mask")
    return NOTHING


@rule(rf"alter\s+table\s+(?P<name>{NAME})\s+set\s+row\s+filter\s+(?P<filter>.+)")
def set_row_filter(statement: Statement, match: Match) -> pa.Table:
    name = statement.full_name(match["name"])
    statement.workspace.recorded.row_filters[name] = match["filter"]
    return NOTHING


@rule(
    rf"(?P<head>create\s+(?:or\s+replace\s+)?table\s+)(?P<name>{NAME})(?P<before>.*)"
    rf"\bwith\s+row\s+filter\s+(?P<filter>{NAME}\s+on\s*\([^)]*\))(?P<after>.*)"
)
def create_with_row_filter(statement: Statement, match: Match) -> pa.Table:
    name, condition = statement.full_name(match["name"]), match["filter"]
    statement.set_text(f"{match['head']}{match['name']}{match['before']} {match['after']}")
    result = apply(statement)
    statement.workspace.recorded.row_filters[name] = condition
    return result


@rule(rf"alter\s+table\s+(?P<name>{NAME})\s+drop\s+row\s+filter")
def drop_row_filter(statement: Statement, match: Match) -> pa.Table:
    name = statement.full_name(match["name"])
    if statement.workspace.recorded.row_filters.pop(name, None) is None:
        raise Refused("the table has no row filter")
    return NOTHING


@rule(
    rf"grant\s+(?P<privileges>[\w\s,]+?)\s+on\s+{SECURABLE}(?P<name>{NAME})\s+to\s+(?P<grantees>.+)"
)
def grant(statement: Statement, match: Match) -> pa.Table:
    _change_grants(statement, match, list.append)
    return NOTHING


@rule(
    rf"revoke\s+(?P<privileges>[\w\s,]+?)\s+on\s+{SECURABLE}(?P<name>{NAME})\s+from\s+(?P<grantees>.+)"
)
def revoke(statement: Statement, match: Match) -> pa.Table:
    _change_grants(statement, match, list.remove)
    return NOTHING


def _change_grants(statement: Statement, match: Match, change: Callable) -> None:
    grants = statement.workspace.recorded.grants.setdefault(statement.full_name(match["name"]), [])
    for grantee in match["grantees"].split(","):
        for privilege in match["privileges"].split(","):
            entry = [unquoted(grantee), " ".join(privilege.split()).upper()]
            if change is list.remove or entry not in grants:
                change(grants, entry)


@rule(rf"show\s+grants\s+on\s+{SECURABLE}(?P<name>{NAME})")
def show_grants(statement: Statement, match: Match) -> pa.Table:
    name = statement.full_name(match["name"])
    grants = sorted(statement.workspace.recorded.grants.get(name, []))
    return strings(
        Principal=[grantee for grantee, _ in grants],
        ActionType=[privilege for _, privilege in grants],
        ObjectType=["TABLE"] * len(grants),
        ObjectKey=[name] * len(grants),
    )


@rule(
    rf"alter\s+table\s+(?P<name>{NAME})\s+add\s+constraint\s+(?P<key>{PART})\s+(?P<type>primary|foreign)\s+key\s*(?P<rest>.*)"
)
def add_key(statement: Statement, match: Match) -> pa.Table:
    record_key(statement, match["name"], match["key"], match["type"], match["rest"])
    return NOTHING


def record_key(statement: Statement, name: str, key: str, type_: str, rest: str) -> None:
    """Keep a key as information_schema shows it. Databricks too refuses a second key of the same name."""
    relation = statement.full_name(name)
    columns, references = re.fullmatch(
        rf"(?is)\(([^)]*)\)\s*(?:references\s+({NAME}\s*(?:\([^)]*\))?))?.*", rest.strip()
    ).groups()
    keys = statement.workspace.recorded.keys.setdefault(relation, {})
    if unquoted(key) in keys:
        raise Refused(f"{relation} has a constraint {key} already")
    existing = {
        column.lower() for column in statement.spark(f"select * from {name} limit 0").columns
    }
    names = [unquoted(column).lower() for column in columns.split(",")]
    if missing := set(names) - existing:
        raise Refused(f"{relation} has no column {sorted(missing)}")
    parent = references and statement.parent(references)
    if parent and not _has_primary_key(statement, parent):
        raise Refused(f"{parent} has no primary key to refer to")
    keys[unquoted(key)] = {
        "type": f"{type_.upper()} KEY",
        "columns": ",".join(names),
        "references": (references or "").strip(),
    }


def pointing_at(statement: Statement, name: str) -> list[tuple[str, str]]:
    """The foreign keys that point at a table: the tables that have them, and their names."""
    parent = statement.full_name(name)
    return [
        (child, key)
        for child, keys in list(statement.workspace.recorded.keys.items())
        for key, facts in list(keys.items())
        if facts["references"] and statement.parent(facts["references"]) == parent
    ]


def _has_primary_key(statement: Statement, relation: str) -> bool:
    keys = statement.workspace.recorded.keys.get(relation, {})
    return any(key["type"] == "PRIMARY KEY" for key in keys.values())


@rule(
    rf"alter\s+table\s+(?P<name>{NAME})\s+drop\s+constraint\s+(?:if\s+exists\s+)?(?P<key>{PART})(?:\s+(?:cascade|restrict))?"
)
def drop_constraint(statement: Statement, match: Match) -> pa.Table | DataFrame:
    keys = statement.workspace.recorded.keys.get(statement.full_name(match["name"]), {})
    if key := keys.get(unquoted(match["key"])):
        if key["type"] == "PRIMARY KEY":
            _release(statement, match["name"], cascade=statement.code.lower().endswith("cascade"))
        del keys[unquoted(match["key"])]
        return NOTHING
    # A check; of cascade and restrict, which mean nothing for one, Delta knows nothing.
    return statement.spark(re.sub(r"(?i)\s+(?:cascade|restrict)$", "", statement.text))


@rule(
    rf"alter\s+table\s+(?P<name>{NAME})\s+drop\s+primary\s+key(?P<quiet>\s+if\s+exists)?(?:\s+(?P<how>cascade|restrict))?"
)
def drop_primary_key(statement: Statement, match: Match) -> pa.Table:
    keys = statement.workspace.recorded.keys.get(statement.full_name(match["name"]), {})
    name = next((name for name, key in keys.items() if key["type"] == "PRIMARY KEY"), None)
    if name:
        _release(statement, match["name"], cascade=(match["how"] or "").lower() == "cascade")
        del keys[name]
    elif not match["quiet"]:
        raise Refused(f"{match['name']} has no primary key")
    return NOTHING


def _release(statement: Statement, name: str, *, cascade: bool) -> None:
    """Take away the foreign keys that point at a table, or refuse to."""
    for child, key in pointing_at(statement, name):
        if not cascade:
            raise Refused(f"the foreign key {key} of {child} points at {name}")
        del statement.workspace.recorded.keys[child][key]


@rule(r"create\s+(?:or\s+replace\s+)?table\b(?P<before>.*)\bcluster\s+by\s+auto\b(?P<after>.*)")
def create_clustered_by_auto(statement: Statement, _match: Match) -> pa.Table:
    clause = re.search(r"(?i)\bcluster\s+by\s+auto\b", statement.code)
    name = re.search(rf"(?i)\btable\s+(?:if\s+not\s+exists\s+)?({NAME})", statement.code)
    _record_clustered_by_auto(statement, name[1])
    statement.set_text(statement.text[: clause.start()] + statement.text[clause.end() :])
    return apply(statement)


@rule(rf"alter\s+table\s+(?P<name>{NAME})\s+cluster\s+by\s+auto")
def alter_clustered_by_auto(statement: Statement, match: Match) -> pa.Table:
    _record_clustered_by_auto(statement, match["name"])
    return NOTHING


def _record_clustered_by_auto(statement: Statement, name: str) -> None:
    tables = statement.workspace.recorded.clustered_by_auto
    if statement.full_name(name) not in tables:
        tables.append(statement.full_name(name))


@rule(
    rf"create\s+(?:or\s+(?:replace|refresh)\s+)?(?P<kind>materialized\s+view|streaming\s+table)\s+(?P<name>{NAME})(?P<clauses>.*?)\bas\s+(?P<query>(?:select\b|with\b|\().*)"
)
def create_pipeline_relation(statement: Statement, match: Match) -> pa.Table:
    schema = statement.spark(match["query"]).schema
    kind, name = " ".join(match["kind"].lower().split()), statement.full_name(match["name"])
    statement.workspace.recorded.analysed_only[name] = f"{kind} {schema.simpleString()}"
    raise Refused(
        f"ANALYSED_ONLY: the query of the {kind} {name} is sound; the double cannot run it"
    )
