"""What Spark and Delta have under another name."""

import json
import re

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from tests.databricks.double.rules import NOTHING, Match, apply, rule, strings
from tests.databricks.double.rules_passed_on import KEY
from tests.databricks.double.rules_recorded import record_key
from tests.databricks.double.statement import (
    NAME,
    PART,
    Statement,
    closing,
    masked,
    split_arguments,
    unquoted,
)


@rule(rf"use\s+catalog\s+(?P<name>{PART})")
def use_catalog(statement: Statement, match: Match) -> pa.Table:
    statement.catalog = match["name"]
    return NOTHING


@rule(r"select\s+current_catalog\(\)")
def current_catalog(statement: Statement, _match: Match) -> pa.Table:
    # Spark would answer with the name of its own.
    return strings(current_catalog=[statement.catalog])


@rule(rf"show\s+(?:schemas|databases)\s+in\s+(?P<name>{PART})(?P<like>.*)")
def show_schemas_in_catalog(statement: Statement, match: Match) -> DataFrame:
    statement.workspace.check_catalog(match["name"])
    return statement.spark(f"show schemas in `spark_catalog` {match['like']}")


@rule(rf"show\s+table\s+extended\s+in\s+(?P<schema>{NAME})\s+like\s+.+")
def show_table_extended(statement: Statement, match: Match) -> pa.Table:
    # Spark's catalog does not always know the columns of a Delta table; the table does.
    rows = [row.asDict() for row in statement.spark(statement.text).collect()]
    for row in rows:
        if "\nSchema: " not in row["information"]:
            name = f"{match['schema']}.`{row['tableName']}`"
            schema = statement.spark(f"select * from {name} limit 0")._jdf.schema()
            row["information"] += f"Schema: {schema.treeString()}\n"
    fields = ("namespace", "tableName", "information")
    return strings(**{field: [row[field] for row in rows] for field in fields})


@rule(rf"create\s+(?:or\s+replace\s+)?function\s+{NAME}\s*\(.*\bis_account_group_member\b.*")
def create_function_of_groups(statement: Statement, _match: Match) -> DataFrame:
    # Who asks the double is in no group: masks show what strangers see.
    return statement.spark(
        re.sub(r"(?i)\bis_account_group_member\s*\(\s*'[^']*'\s*\)", "false", statement.text)
    )


@rule(rf"comment\s+on\s+column\s+(?P<name>{NAME})\.(?P<column>{PART})\s+is\s+(?P<comment>.+)")
def comment_on_column(statement: Statement, match: Match) -> DataFrame:
    return statement.spark(
        f"alter table {match['name']} alter column {match['column']} comment {match['comment']}"
    )


@rule(
    rf"(?P<head>create\s+(?:or\s+replace\s+)?table\s+(?P<name>{NAME})\s*)\((?!.*\bcluster\s+by\s+auto\b)(?P<rest>.*\b{KEY}\b.*)"
)
def create_with_keys(statement: Statement, match: Match) -> pa.Table:
    end = closing(masked("(" + match["rest"]), 0)
    columns, rest = match["rest"][: end - 1], match["rest"][end:]
    key = re.compile(
        rf"(?is)constraint\s+(?P<key>{PART})\s+(?P<type>primary|foreign)\s+key\s*(?P<rest>.*)"
    )
    parts = split_arguments(columns)
    plain = ", ".join(part for part in parts if not key.fullmatch(part))
    statement.set_text(f"{match['head']}({plain}) {rest}")
    apply(statement)
    for part in parts:
        if found := key.fullmatch(part):
            record_key(statement, match["name"], found["key"], found["type"], found["rest"])
    return NOTHING


@rule(
    rf"alter\s+table\s+(?P<name>{NAME})\s+(?:change|alter)\s+(?:column\s+)?(?P<column>{PART})\s+set\s+not\s+null"
)
def set_not_null(statement: Statement, match: Match) -> DataFrame:
    # Delta cannot tighten a column after its creation; a check enforces the same.
    check = f"__not_null_{unquoted(match['column'])}"
    return statement.spark(
        f"alter table {match['name']} add constraint {check} check ({match['column']} is not null)"
    )


@rule(
    rf"alter\s+(?P<kind>table|view)\s+(?P<name>{NAME})\s+rename\s+to\s+{PART}\.(?P<to>{PART}\.{PART})"
)
def rename(statement: Statement, match: Match) -> DataFrame:
    # Spark's session catalog takes two parts here.
    return statement.spark(f"alter {match['kind']} {match['name']} rename to {match['to']}")


@rule(
    rf"insert\s+into\s+(?:table\s+)?(?P<name>{NAME})\s+as\s+(?P<target>{PART})\s+replace\s+on\s+\((?P<condition>.*?)\)\s*\((?P<query>select\b.*)\)\s+as\s+(?P<source>{PART})"
)
def insert_replace_on(statement: Statement, match: Match) -> DataFrame:
    # Delta has no REPLACE ON: the rows are kept aside (they may come from the target itself), what they
    # replace is deleted, they are inserted. Two commits where Databricks makes one.
    kept = f"__replace_on_{next(statement.workspace.numbers)}"
    statement.spark(match["query"]).localCheckpoint().createOrReplaceTempView(kept)
    statement.spark(
        f"merge into {match['name']} as {match['target']} using {kept} as {match['source']}"
        f" on {match['condition']} when matched then delete"
    )
    return statement.spark(f"insert into {match['name']} select * from {kept}")


@rule(rf"(?:describe|desc)\s+(?:table\s+)?extended\s+(?P<name>{NAME})\s+as\s+json")
def describe_as_json(statement: Statement, match: Match) -> pa.Table:
    # Spark has it for its own tables, not for Delta's.
    known = statement.session._jsparkSession.sessionState().catalog()
    view = known.getTempView(unquoted(match["name"]))
    if view.isDefined():
        # What dbt's queries go through: its columns are known, and analysing it again takes seconds.
        fields, details = StructType.fromJson(json.loads(view.get().desc().schema().json())), {}
    else:
        fields = statement.spark(f"select * from {match['name']} limit 0").schema
        described = statement.spark(f"describe extended {match['name']}").collect()
        details = {row[0]: row[1] for row in described}
    columns = [
        {
            "name": field.name,
            "type": _json_type(field.dataType),
            "comment": field.metadata.get("comment"),
            "nullable": field.nullable,
        }
        for field in fields
    ]
    catalog, schema, table = statement.full_name(match["name"]).split(".")
    description = {
        "table_name": table,
        "catalog_name": catalog,
        "namespace": [schema],
        "columns": columns,
        "type": details.get("Type"),
        "provider": details.get("Provider"),
        "owner": details.get("Owner"),
        "comment": details.get("Comment"),
        "view_text": details.get("View Text"),
    }
    return strings(json_metadata=[json.dumps(description)])


def _json_type(data_type) -> dict | str:
    name = data_type.simpleString()
    if name.startswith(("struct", "array", "map")):
        return json.loads(data_type.json())
    if decimal := re.fullmatch(r"decimal\((\d+),(\d+)\)", name):
        return {"name": "decimal", "precision": int(decimal[1]), "scale": int(decimal[2])}
    return {"name": "timestamp_ltz" if name == "timestamp" else name}
