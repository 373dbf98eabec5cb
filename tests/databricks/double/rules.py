"""The rules' machinery: what a rule is, how a statement meets exactly one, how its rows become Arrow."""

import re
from collections.abc import Callable

import pyarrow as pa
from pyspark.sql import DataFrame

from tests.databricks.double import information_schema, read_files
from tests.databricks.double.statement import Statement
from tests.databricks.double.workspace import Refused

NOTHING = pa.table({})
Action = Callable[[Statement, "Match"], pa.Table | DataFrame]
RULES: list[tuple[str, re.Pattern[str], Action]] = []


class Match:
    """Groups of a match over the masked text, as they stand in the statement."""

    def __init__(self, statement: Statement, match: re.Match[str]):
        self._text, self._match = statement.text, match

    def __getitem__(self, group: str) -> str:
        """The group's text, empty when it took no part."""
        start, end = self._match.span(group)
        return "" if start < 0 else self._text[start:end]


def rule(pattern: str) -> Callable:
    """Register a function as the rule for statements that match the pattern as a whole."""

    def register(function: Callable) -> Callable:
        RULES.append((function.__name__, re.compile(rf"(?is){pattern}"), function))
        return function

    return register


def apply(statement: Statement) -> pa.Table:
    """Run the statement by the one rule that wants it."""
    read_files.replace_calls(statement)
    information_schema.replace_views(statement)
    found = [
        (name, match, function)
        for name, pattern, function in RULES
        if (match := pattern.fullmatch(statement.code))
    ]
    if len(found) > 1:
        raise Refused(f"several rules want this statement: {[name for name, *_ in found]}")
    if not found:
        raise Refused(f"the double does not know this statement: {statement.text[:200]}")
    name, match, function = found[0]
    statement.use(name)
    result = function(statement, Match(statement, match))
    return to_arrow(result) if isinstance(result, DataFrame) else result


def to_arrow(frame: DataFrame) -> pa.Table:
    """The rows as Arrow; a command without a result gives a table without columns."""
    if not frame.schema.fields:
        return NOTHING
    if any("VoidType" in str(field.dataType) for field in frame.schema):
        frame = frame.select(*[frame[f"`{column}`"].cast("string") for column in frame.columns])
    try:
        return frame.toArrow()
    except Exception as error:
        if "non-nullable" not in str(error):
            raise
        # Some commands (OPTIMIZE) promise values that their own rows lack.
        rows = [[None if value is None else str(value) for value in row] for row in frame.collect()]
        columns = zip(*rows, strict=True) if rows else [[] for _ in frame.columns]
        arrays = [pa.array(column, pa.string()) for column in columns]
        return pa.Table.from_arrays(arrays, names=frame.columns)


def strings(**columns: list) -> pa.Table:
    """A result of text columns."""
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
