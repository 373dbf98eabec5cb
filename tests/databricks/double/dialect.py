"""What each statement of the adapter becomes on open-source Spark and Delta.

A statement meets, in this order: `read_files` (its calls become relations), `information_schema` (its
views become relations), then exactly one rule of `rules_passed_on`, `rules_recorded` or `rules_rewritten`.
No rule: the statement is refused.
"""

import pyarrow as pa
from pyspark.sql import SparkSession

from tests.databricks.double import rules, rules_passed_on, rules_recorded, rules_rewritten  # noqa: F401
from tests.databricks.double.statement import Statement
from tests.databricks.double.workspace import Workspace


def execute(workspace: Workspace, session: SparkSession, sql: str) -> tuple[pa.Table, Statement]:
    """Run a statement by the rules; what it met is in the returned statement, and in its exception."""
    statement = Statement(workspace, session, sql)
    try:
        return rules.apply(statement), statement
    except Exception as error:
        error.statement = statement
        raise


def known_rules() -> list[str]:
    """The names of all rules, used or not."""
    return sorted(name for name, *_ in rules.RULES)
