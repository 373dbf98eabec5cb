"""What Spark and Delta take as Databricks does: it is passed on as it is."""

from pyspark.sql import DataFrame

from tests.databricks.double.rules import Match, rule
from tests.databricks.double.rules_recorded import pointing_at
from tests.databricks.double.statement import NAME, PART, Statement
from tests.databricks.double.workspace import Refused

PASSED_ON = {
    "query": r"(?:\(|select\b|with\b|values\b)(?!.*\bcurrent_catalog\b)",
    "create_schema": r"create\s+(?:schema|database)\b",
    "create_view": r"create\s+(?:or\s+replace\s+)?(?:temporary\s+)?view\b(?!.*\bwith\s+metrics\b)",
    "create_function": rf"create\s+(?:or\s+replace\s+)?function\s+{NAME}\s*\((?!.*\bis_account_group_member\b)",
    "insert": r"insert\s+(?:into|overwrite)\b(?!.*\breplace\s+(?:on|using)\b)",
    "merge": r"merge\s+(?:with\s+schema\s+evolution\s+)?into\b",
    "delete": r"delete\s+from\b",
    "update": r"update\b",
    "truncate": r"truncate\s+table\b",
    "describe": r"(?:describe|desc)\b(?!.*\bas\s+json$)",
    "show": r"show\s+(?:tables|views|columns|tblproperties|create\s+table)\b",
    "explain": r"explain\b",
    "optimize": r"optimize\b",
    "drop_other": r"drop\s+(?:schema|(?:temporary\s+)?function)\b",
    "comment_on": r"comment\s+on\s+(?:table|view|schema)\b",
    "alter_properties": rf"alter\s+(?:table|view)\s+{NAME}\s+(?:un)?set\s+tblproperties\b",
    "alter_columns": rf"alter\s+table\s+{NAME}\s+(?:add|drop)\s+columns?\b",
    "alter_column_type": rf"alter\s+table\s+{NAME}\s+alter\s+column\s+{PART}\s+(?:type|comment|drop\s+not\s+null)\b",
    "alter_clustering": rf"alter\s+table\s+{NAME}\s+cluster\s+by\s+(?:\(|none\b)",
    "alter_view": rf"alter\s+view\s+{NAME}\s+as\b",
    "add_check": rf"alter\s+table\s+{NAME}\s+add\s+constraint\s+{PART}\s+check\b",
    "use_schema": rf"use\s+(?:schema\s+)?(?!catalog\b){NAME}$",
}


for _name, _pattern in PASSED_ON.items():

    def _pass_on(statement: Statement, _match: Match) -> DataFrame:
        return statement.spark(statement.text)

    _pass_on.__name__ = _name
    rule(_pattern if _pattern.endswith("$") else _pattern + ".*")(_pass_on)


KEY = rf"constraint\s+{PART}\s+(?:primary|foreign)\s+key"


@rule(
    rf"create\s+(?:or\s+replace\s+)?table\s+(?:if\s+not\s+exists\s+)?(?P<name>{NAME})(?!.*\b(?:deep\s+clone|cluster\s+by\s+auto|with\s+row\s+filter|{KEY})\b).*"
)
def create_table(statement: Statement, match: Match) -> DataFrame:
    # What becomes of foreign keys whose parent is replaced is not documented, so it must not happen.
    if found := pointing_at(statement, match["name"]):
        raise Refused(f"foreign keys point at {match['name']}: {found}")
    created = statement.spark(statement.text)
    # What replaces a table has its tags, masks and grants, and none of its keys.
    statement.workspace.recorded.keys.pop(statement.full_name(match["name"]), None)
    return created


@rule(rf"drop\s+(?:table|view)\s+(?:if\s+exists\s+)?(?P<name>{NAME})")
def drop(statement: Statement, match: Match) -> DataFrame:
    dropped = statement.spark(statement.text)
    statement.workspace.recorded.forget(statement.full_name(match["name"]))
    return dropped
