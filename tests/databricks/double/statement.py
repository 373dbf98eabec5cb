"""One SQL statement on its way through the double: its text, what was run for it, which rules it met."""

import re
from collections.abc import Iterator

from pyspark.sql import DataFrame, SparkSession

from tests.databricks.double.workspace import Workspace

PART = r"(?:`[^`]+`|\w+)"
NAME = rf"{PART}(?:\s*\.\s*{PART})*"
CATALOG_SETTING = "spark.double.catalog"
_QUOTED_OR_COMMENT = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|--[^\n]*|/\*.*?\*/", re.DOTALL
)


def masked(sql: str) -> str:
    """The text at its length, strings filled with x and comments with spaces: safe to search in."""

    def fill(token: re.Match[str]) -> str:
        text = token[0]
        if text[0] in "'\"":
            return text[0] + "x" * (len(text) - 2) + text[0]
        return text if text[0] == "`" else " " * len(text)

    return _QUOTED_OR_COMMENT.sub(fill, sql)


def closing(code: str, opening: int) -> int:
    """The index of the parenthesis that closes the one at `opening`, in masked text."""
    depth = 0
    for index in range(opening, len(code)):
        depth += {"(": 1, ")": -1}.get(code[index], 0)
        if depth == 0:
            return index
    raise ValueError("unbalanced parentheses")


def split_arguments(text: str) -> list[str]:
    """The parts of a list at its outer commas."""
    code, parts, depth, start = masked(text), [], 0, 0
    for index, character in enumerate(code):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    return [*parts, text[start:].strip()] if text.strip() else []


def unquoted(part: str) -> str:
    """An identifier without its backticks."""
    return part.strip().strip("`")


class Statement:
    """The statement as it was sent, and the record of what became of it."""

    def __init__(self, workspace: Workspace, session: SparkSession, sql: str):
        self.workspace = workspace
        self.session = session
        self.rules: list[str] = []
        self.executed: list[str] = []
        self.set_text(sql)

    def set_text(self, sql: str) -> None:
        """Take the text without the comment before it and the semicolon behind it."""
        code = masked(sql)
        start = len(code) - len(code.lstrip())
        end = len(code.rstrip().rstrip(";").rstrip())
        self.text, self.code = sql[start:end], code[start:end]

    def use(self, rule: str) -> None:
        """Note that a rule applied."""
        self.rules.append(rule)
        self.workspace.hit(rule)

    def spark(self, sql: str) -> DataFrame:
        """Run SQL in this session, under the local catalog's name."""
        local = self._local_names(sql)
        self.executed.append(local)
        return self.session.sql(local)

    def _local_names(self, sql: str) -> str:
        """Spark's own catalog stands for the workspace's: only the first part of a dotted name changes."""
        catalogs = "|".join(map(re.escape, self.workspace.catalogs))
        pattern = re.compile(rf"(?i)(?<![\w`.])(?:`(?:{catalogs})`|(?:{catalogs}))(?=\s*\.)")
        code, out, position = masked(sql), [], 0
        for match in pattern.finditer(code):
            out += [sql[position : match.start()], "`spark_catalog`"]
            position = match.end()
        if position and "catalog_name" not in self.rules:
            self.use("catalog_name")
        return "".join([*out, sql[position:]])

    def full_name(self, name: str) -> str:
        """`catalog.schema.name` in lower case, completed from the session."""
        parts = [unquoted(part).lower() for part in re.findall(PART, name)]
        schema = self.session.catalog.currentDatabase()
        return ".".join([*[self.catalog, schema][: 3 - len(parts)], *parts])

    def parent(self, references: str) -> str:
        """The full name of the table that a foreign key refers to: `parent (columns)`, as it was written."""
        return self.full_name(references.partition("(")[0].strip())

    @property
    def catalog(self) -> str:
        """The session's catalog, under the workspace's name for it."""
        return self.session.conf.get(CATALOG_SETTING, self.workspace.catalogs[0])

    @catalog.setter
    def catalog(self, name: str) -> None:
        self.workspace.check_catalog(name)
        self.session.conf.set(CATALOG_SETTING, unquoted(name).lower())

    def find_calls(self, function: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and arguments of each call of a function, the last one first."""
        for match in reversed(list(re.finditer(rf"(?i)\b{function}\s*\(", self.code))):
            end = closing(self.code, match.end() - 1)
            yield match.start(), end + 1, self.text[match.end() : end]
