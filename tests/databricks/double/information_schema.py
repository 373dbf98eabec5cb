"""`information_schema`: its views, made from Spark's catalog and the workspace's notes for one statement."""

import datetime
import re
from collections.abc import Callable, Iterator

import pyarrow as pa
from pyspark.errors import AnalysisException
from pyspark.sql import types as T  # noqa: N812
from pyspark.sql.pandas.types import to_arrow_schema

from tests.databricks.double.statement import PART, Statement
from tests.databricks.double.workspace import Refused

_VIEW = re.compile(rf"(?i)(?<![\w`.]){PART}\s*\.\s*`?information_schema`?\s*\.\s*({PART})")
_RELATION = "table_catalog string, table_schema string, table_name string"
_TAGGED = "catalog_name string, schema_name string, table_name string"
_CONSTRAINT = "constraint_catalog string, constraint_schema string, constraint_name string"


def replace_views(statement: Statement) -> None:
    """Name temporary views with the right rows where the statement names `information_schema`."""
    for match in reversed(list(_VIEW.finditer(statement.code))):
        view = match[1].strip("`").lower()
        if view not in VIEWS:
            raise Refused(f"the double has no information_schema.{view}")
        columns, rows = VIEWS[view]
        name = f"__information_schema_{view}"
        schema = T.StructType.fromDDL(columns)
        records = [dict(zip(schema.names, row, strict=True)) for row in rows(statement)]
        # Through Arrow it is a local relation: no Spark job for a handful of rows.
        table = pa.Table.from_pylist(records, to_arrow_schema(schema, timezone="UTC"))
        statement.session.createDataFrame(table, schema).createOrReplaceTempView(name)
        text = statement.text
        statement.set_text(text[: match.start()] + name + text[match.end() :])
        statement.use(f"information_schema.{view}")


def _wanted(statement: Statement, column: str) -> set[str]:
    """The names that the statement's own condition asks for; none means all."""
    return {name.lower() for name in re.findall(rf"(?i)\b{column}\s*=\s*'([^']*)'", statement.text)}


def _catalog_tables(statement: Statement) -> Iterator[tuple[str, str, object]]:
    """Schema, name and Spark's entry; what another thread of dbt drops meanwhile is passed over."""
    schemas, tables = _wanted(statement, "table_schema"), _wanted(statement, "table_name")
    session = statement.session
    catalog = session._jsparkSession.sessionState().catalog()
    for schema in [database.name for database in session.catalog.listDatabases()]:
        if schemas and schema.lower() not in schemas:
            continue
        identifiers = catalog.listTables(schema).iterator()
        while identifiers.hasNext():
            identifier = identifiers.next()
            if identifier.database().isEmpty() or (tables and identifier.table() not in tables):
                continue
            try:
                yield schema, identifier.table(), catalog.getTableMetadata(identifier)
            except AnalysisException as error:
                if "NOT_FOUND" not in (error.getCondition() or ""):
                    raise


def _tables(statement: Statement) -> Iterator[tuple]:
    catalog = statement.catalog
    for schema, name, entry in _catalog_tables(statement):
        is_view = entry.tableType().name() == "VIEW"
        provider = entry.provider().get().upper() if entry.provider().isDefined() else None
        comment = entry.comment().get() if entry.comment().isDefined() else None
        created = datetime.datetime.fromtimestamp(entry.createTime() / 1000, datetime.timezone.utc)
        kind = entry.tableType().name()
        yield (
            catalog,
            schema,
            name,
            kind,
            None if is_view else provider,
            "double",
            comment,
            created,
        )


def _views(statement: Statement) -> Iterator[tuple]:
    catalog = statement.catalog
    for schema, name, entry in _catalog_tables(statement):
        if entry.tableType().name() == "VIEW":
            yield catalog, schema, name, entry.viewText().get(), "NO"


def _columns(statement: Statement) -> Iterator[tuple]:
    catalog = statement.catalog
    for schema, name, _ in _catalog_tables(statement):
        for position, field in enumerate(statement.session.table(f"`{schema}`.`{name}`").schema):
            nullable, comment = "YES" if field.nullable else "NO", field.metadata.get("comment")
            type_ = field.dataType.simpleString()
            yield catalog, schema, name, field.name, position, type_, nullable, comment


def _table_tags(statement: Statement) -> Iterator[tuple]:
    for name, tags in statement.workspace.recorded.tags.items():
        for tag, value in tags.items():
            yield *name.split("."), tag, value


def _column_tags(statement: Statement) -> Iterator[tuple]:
    for name, columns in statement.workspace.recorded.column_tags.items():
        for column, tags in columns.items():
            for tag, value in tags.items():
                yield *name.split("."), column, tag, value


def _keys(statement: Statement) -> Iterator[tuple[list[str], str, dict[str, str]]]:
    for relation, keys in statement.workspace.recorded.keys.items():
        for name, key in keys.items():
            yield relation.split("."), name, key


def _table_constraints(statement: Statement) -> Iterator[tuple]:
    for relation, name, key in _keys(statement):
        yield *relation[:2], name, *relation, key["type"]


def _key_columns(statement: Statement) -> Iterator[tuple]:
    for relation, name, key in _keys(statement):
        for position, column in enumerate(key["columns"].split(","), start=1):
            foreign = position if key["type"] == "FOREIGN KEY" else None
            yield *relation[:2], name, *relation, column, position, foreign


def _references(statement: Statement) -> Iterator[tuple]:
    for relation, name, key in _keys(statement):
        if key["type"] == "FOREIGN KEY":
            parent = statement.parent(key["references"])
            for unique, parent_key in statement.workspace.recorded.keys.get(parent, {}).items():
                if parent_key["type"] == "PRIMARY KEY":
                    yield *relation[:2], name, *parent.split(".")[:2], unique


def _column_masks(statement: Statement) -> Iterator[tuple]:
    for name, masks in statement.workspace.recorded.column_masks.items():
        for column, mask in masks.items():
            function, _, using = mask.partition(" ")
            yield *name.split("."), column, function, re.sub(r"(?i)using columns|[() ]", "", using)


def _row_filters(statement: Statement) -> Iterator[tuple]:
    for name, row_filter in statement.workspace.recorded.row_filters.items():
        function, columns = re.fullmatch(r"(?is)(.*?)\s+on\s*\((.*)\)", row_filter).groups()
        yield *name.split("."), function.replace("`", ""), columns.replace("`", "")


VIEWS: dict[str, tuple[str, Callable[[Statement], Iterator[tuple]]]] = {
    "tables": (
        f"{_RELATION}, table_type string, data_source_format string, table_owner string,"
        " comment string, last_altered timestamp",
        _tables,
    ),
    "views": (f"{_RELATION}, view_definition string, is_materialized string", _views),
    "columns": (
        f"{_RELATION}, column_name string, ordinal_position int, full_data_type string,"
        " is_nullable string, comment string",
        _columns,
    ),
    "table_tags": (f"{_TAGGED}, tag_name string, tag_value string", _table_tags),
    "column_tags": (
        f"{_TAGGED}, column_name string, tag_name string, tag_value string",
        _column_tags,
    ),
    "table_constraints": (
        f"{_CONSTRAINT}, {_RELATION}, constraint_type string",
        _table_constraints,
    ),
    "key_column_usage": (
        f"{_CONSTRAINT}, {_RELATION}, column_name string, ordinal_position int,"
        " position_in_unique_constraint int",
        _key_columns,
    ),
    "referential_constraints": (
        f"{_CONSTRAINT}, unique_constraint_catalog string, unique_constraint_schema string,"
        " unique_constraint_name string",
        _references,
    ),
    "column_masks": (
        f"{_RELATION}, column_name string, mask_name string, using_columns string",
        _column_masks,
    ),
    "row_filters": (f"{_RELATION}, filter_name string, target_columns string", _row_filters),
}
