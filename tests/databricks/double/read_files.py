r"""`read_files(path, option => value, ...)` on open-source Spark.

Each call becomes a relation of its own: the files are read with Spark's readers, the resulting plan is
registered as a table function of the session, and the call in the statement's text is replaced by a call of
it. The hidden column `_metadata` stays hidden and can be asked for, as on Databricks.

Emulated as documented
  path         a file, a directory (read recursively) or a glob with `?`, `*`, `[...]`, `{a,b}`; `**` is refused,
               because Databricks does not read it recursively
  formats      csv, json (one record a line), text, parquet, binaryFile
  files        `pathGlobFilter` or `fileNamePattern`, `recursiveFileLookup`, `modifiedAfter`, `modifiedBefore`
  csv, json    `schema`, `mode`, `columnNameOfCorruptRecord` (the column must stand in the schema), and what
               OPTIONS lists for them; the defaults are Spark's, which are Databricks' too (escape `\`)
  rescued      with `rescuedDataColumn`, a further column with the JSON of what the schema has no place for and of
               `_file_path`; null where nothing was rescued
  csv header   with `header` and `rescuedDataColumn`, columns are matched by name, file by file: a declared column
               that a file lacks is null, a column of the file that is not declared is rescued
  parquet      without a schema: the union of all files' columns and an empty `_rescued_data`
  _metadata    file_path, file_name, file_size, file_block_start, file_block_length, file_modification_time

Approximated
  * A CSV record with too few fields is corrupt: it fills `columnNameOfCorruptRecord`, the fields it has are kept.
    One with too many is rescued under `_c<position>`, from 0. Fields of such records are told apart by Python's
    csv module, those of all other records by Spark.
  * With `rescuedDataColumn`, every column of a csv or json schema must be a string, so that no value can be of
    the wrong type; other types are refused.
  * `_file_path` and `_metadata.file_path` are `file:` addresses; a volume's are `dbfs:/Volumes/...`.
  * A directory named `key=value` is refused: Databricks would make a column of it.
  * `stream read_files(...)` is analysed as a batch.

Not there: schema inference for csv and json, xml, avro, orc, and every option that OPTIONS does not list.
They are refused. So is a view that keeps `read_files` beyond its session.
"""

import csv
import io
import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlparse

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name everybody knows
from pyspark.sql import types as T  # noqa: N812

from tests.databricks.double.statement import Statement, masked, split_arguments, unquoted
from tests.databricks.double.workspace import Refused

_FILES = {
    "pathGlobFilter",
    "fileNamePattern",
    "recursiveFileLookup",
    "modifiedAfter",
    "modifiedBefore",
}
_RECORDS = {
    *("mode", "columnNameOfCorruptRecord", "rescuedDataColumn", "encoding", "charset", "lineSep"),
    *("dateFormat", "timestampFormat", "locale"),
}
OPTIONS: dict[str, set[str]] = {
    "binaryFile": _FILES,
    "text": {*_FILES, "wholeText", "lineSep"},
    "parquet": {*_FILES, "schema", "rescuedDataColumn"},
    "json": {*_FILES, *_RECORDS, "schema", "primitivesAsString"},
    "csv": {
        *_FILES,
        *_RECORDS,
        *("schema", "header", "sep", "delimiter", "quote", "escape", "multiLine", "comment"),
        *("nullValue", "emptyValue", "ignoreLeadingWhiteSpace", "ignoreTrailingWhiteSpace"),
        *("charToEscapeQuoteEscaping", "unescapedQuoteHandling", "maxCharsPerColumn", "skipRows"),
    },
}
_RECORD = "__record"


def replace_calls(statement: Statement) -> None:
    """Put a relation in the place of each call."""
    calls = list(statement.find_calls("read_files"))
    if calls and re.match(r"(?is)create\s+(?:or\s+replace\s+)?view\b", statement.code):
        raise Refused("a view over read_files is not emulated: its files would be listed once only")
    for start, end, arguments in calls:
        stream = re.search(r"(?i)\bstream\s+$", statement.code[:start])
        path, options = _arguments(statement.session, arguments)
        frame = Reader(statement.session, path, options).read()
        name = f"read_files_{next(statement.workspace.numbers)}"
        _register(statement.session, name, frame)
        text = statement.text
        statement.set_text(f"{text[: stream.start() if stream else start]}{name}(){text[end:]}")
        statement.use("stream_read_files" if stream else "read_files")


def _arguments(session: SparkSession, text: str) -> tuple[str, dict[str, str]]:
    """The path and the options; their values are constant expressions, so Spark evaluates them."""
    names, expressions = [], []
    for part in split_arguments(text):
        arrow = masked(part).find("=>")
        if (arrow < 0) != (not names):
            raise Refused("read_files takes a path, then `option => value` pairs")
        names.append("path" if arrow < 0 else unquoted(part[:arrow]))
        expressions.append(part if arrow < 0 else part[arrow + 2 :])
    if not names:
        raise Refused("read_files needs a path")
    values = session.sql(f"select {', '.join(f'({each})' for each in expressions)}").first()
    as_text = [str(each).lower() if isinstance(each, bool) else str(each) for each in values]
    if len({name.lower() for name in names}) < len(names):
        raise Refused("read_files has an option twice")
    return as_text[0], dict(zip(names[1:], as_text[1:], strict=True))


def _register(session: SparkSession, name: str, frame: DataFrame) -> None:
    """Make `name()` stand for the frame, with `_metadata` as a hidden column."""
    jvm = session._jvm
    visible = frame.drop("_metadata")
    plan, logical = (
        visible._jdf.queryExecution().analyzed(),
        jvm.org.apache.spark.sql.catalyst.plans.logical,
    )
    hidden = [
        attribute
        for attribute in _sequence(frame._jdf.queryExecution().analyzed().output())
        if attribute.name() == "_metadata"
    ]
    plan.setTagValue(logical.Project.hiddenOutputTag(), _scala_list(jvm, hidden))
    option = jvm.scala.Option.apply
    identifier = jvm.org.apache.spark.sql.catalyst.FunctionIdentifier(
        name, option("builtin"), option("system")
    )
    information = jvm.org.apache.spark.sql.catalyst.expressions.ExpressionInfo("double", name)
    # A Scala map with a default value is the one function that Python can make: any arguments, this plan.
    constant = getattr(jvm.scala.collection.immutable, "Map$").__getattr__("MODULE$").empty()
    registry = session._jsparkSession.sessionState().tableFunctionRegistry()
    registry.registerFunction(identifier, information, constant.withDefaultValue(plan))


def _sequence(scala_sequence) -> list:
    return [scala_sequence.apply(index) for index in range(scala_sequence.size())]


def _scala_list(jvm, items: list):
    return jvm.scala.jdk.CollectionConverters.ListHasAsScala(items).asScala().toList()


class Reader:
    """One call: its options checked, its files read."""

    def __init__(self, session: SparkSession, path: str, options: dict[str, str]):
        self.session = session
        self.options = {
            "format" if name.lower() == "format" else name: each for name, each in options.items()
        }
        wanted = self.options.pop("format", None)
        self.format = next((each for each in OPTIONS if each.lower() == str(wanted).lower()), None)
        if self.format is None:
            raise Refused(f"read_files: format {wanted!r} is not one of {sorted(OPTIONS)}")
        known = {option.lower(): option for option in OPTIONS[self.format]}
        for option in self.options:
            if option.lower() not in known:
                raise Refused(f"read_files: unknown option {option!r} for format {self.format}")
        self.options = {known[option.lower()]: value for option, value in self.options.items()}
        self.path = self._checked(path)
        self.schema = self._take_schema()
        self.rescued = self.options.pop("rescuedDataColumn", None)
        self.corrupt = self.options.pop("columnNameOfCorruptRecord", None)

    def _checked(self, path: str) -> str:
        if "://" not in path and not path.startswith(("/", "file:/")):
            raise Refused(f"read_files: {path!r} is not an absolute path")
        if "**" in path:
            raise Refused("read_files: `**` does not recurse on Databricks; name the directory")
        if not re.search(r"[*?\[{]", path):
            # A directory is read with all below it; a glob says itself how deep it goes.
            self.options.setdefault("recursiveFileLookup", "true")
        if pattern := self.options.pop("fileNamePattern", None):
            self.options["pathGlobFilter"] = pattern
        # What stands before the first directory with a pattern.
        self.root = re.sub(r"^file:(?://)?|/[^/]*[*?\[{].*", "", path)
        return path

    def _take_schema(self) -> T.StructType | None:
        text = self.options.pop("schema", None)
        if text is None and self.format in ("csv", "json"):
            raise Refused(f"read_files: give a schema; the double infers none for {self.format}")
        return None if text is None else T.StructType.fromDDL(text)

    def read(self) -> DataFrame:
        """The relation, `_metadata` its last column."""
        reader = {
            "csv": self._read_csv,
            "json": self._read_json,
            "parquet": self._read_parquet,
        }.get(self.format, self._read_plain)
        frame = reader()
        for file in frame.inputFiles():
            below = unquote(urlparse(file).path).removeprefix(self.root)
            if re.search(r"/[^/=]+=[^/]*/", below):
                raise Refused(f"read_files: {file} lies in a partition directory")
        return frame

    def _load(self, schema: T.StructType | None = None, **options: str) -> DataFrame:
        reader = self.session.read.format(self.format).options(**{**self.options, **options})
        frame = (reader.schema(schema) if schema is not None else reader).load(self.path)
        return frame.select("*", "_metadata")

    def _read_plain(self) -> DataFrame:
        return self._load()

    def _read_parquet(self) -> DataFrame:
        frame = self._load(mergeSchema="true")
        if self.schema is None:
            rescued = F.lit(None).cast("string").alias(self.rescued or "_rescued_data")
            return frame.select(*frame.columns[:-1], rescued, "_metadata")
        declared = {field.name: field.dataType for field in self.schema}
        columns = [
            (F.col(f"`{name}`") if name in frame.columns else F.lit(None)).cast(type_).alias(name)
            for name, type_ in declared.items()
        ]
        surplus = [name for name in frame.columns[:-1] if name not in declared]
        if self.rescued:
            columns.append(
                _as_rescued([F.col(f"`{name}`") for name in surplus]).alias(self.rescued)
            )
        return frame.select(*columns, "_metadata")

    def _string_names(self) -> list[str]:
        """The declared columns without the one for corrupt records."""
        names = self.schema.names
        if self.corrupt and self.corrupt not in names:
            raise Refused(
                f"read_files: the schema lacks {self.corrupt}, so nothing would be kept in it"
            )
        if self.rescued and {field.dataType for field in self.schema} != {T.StringType()}:
            raise Refused("read_files: the double rescues from string columns only")
        if self.rescued and self.options.pop("mode", "PERMISSIVE").upper() != "PERMISSIVE":
            raise Refused("read_files: the double rescues in mode PERMISSIVE only")
        return [name for name in names if name != self.corrupt]

    def _read_json(self) -> DataFrame:
        names = self._string_names()
        if not self.rescued:
            extra = {"columnNameOfCorruptRecord": self.corrupt} if self.corrupt else {}
            return self._load(self.schema, **extra)
        corrupt = T.StructField(_RECORD, T.StringType())
        declared = T.StructType([*[T.StructField(name, T.StringType()) for name in names], corrupt])
        if surplus := set(self.options) - _FILES:
            raise Refused(f"read_files: not emulated with rescued JSON: {sorted(surplus)}")
        text = self.session.read.format("text").options(**self.options).load(self.path)
        parsed = F.from_json("value", declared, {"columnNameOfCorruptRecord": _RECORD})
        frame = text.where("trim(value) <> ''").select("value", parsed.alias("parsed"), "_metadata")
        rescue = _udf(lambda record, path: _surplus_of_json(record, names, path))
        return frame.select(
            *self._in_order(
                {name: F.col(f"parsed.`{name}`") for name in names}, F.col(f"parsed.{_RECORD}")
            ),
            rescue("value", "_metadata.file_path").alias(self.rescued),
            "_metadata",
        )

    def _read_csv(self) -> DataFrame:
        self.skipped = int(self.options.pop("skipRows", 0))
        if self.skipped and (
            not self.rescued or {"multiLine", "encoding", "charset"} & set(self.options)
        ):
            raise Refused(
                "read_files: skipRows needs rescuedDataColumn, and one line a record, in UTF-8"
            )
        names = self._string_names()
        if self.options.get("header") == "true":
            return self._read_csv_by_header(names)
        if not self.rescued:
            extra = {"columnNameOfCorruptRecord": self.corrupt} if self.corrupt else {}
            return self._load(self.schema, **extra)
        return self._read_csv_records(
            names, [f"_c{index}" for index in range(len(names))], self.path
        )

    def _read_csv_by_header(self, names: list[str]) -> DataFrame:
        """Files with the same header are read together."""
        groups: dict[tuple[str, ...], list[str]] = {}
        for file in self._load(T.StructType([T.StructField("c", T.StringType())])).inputFiles():
            local = unquote(urlparse(file).path)
            groups.setdefault(self._header(local), []).append(local)
        if double := [header for header in groups if len(set(header)) < len(header)]:
            raise Refused(f"read_files: a header has a name twice: {double[0]}")
        if not self.rescued:
            if any(list(header) != names for header in groups):
                raise Refused("read_files: a header differs from the schema; set rescuedDataColumn")
            extra = {"columnNameOfCorruptRecord": self.corrupt} if self.corrupt else {}
            return self._load(self.schema, **extra)
        frames = [
            self._read_csv_records(names, list(header), files) for header, files in groups.items()
        ]
        union = frames[0]
        for frame in frames[1:]:
            union = union.unionByName(frame)
        return union

    def _header(self, file: str) -> tuple[str, ...]:
        with Path(file).open(
            encoding=self.options.get("encoding", "utf-8-sig"), newline=""
        ) as lines:
            lines = itertools.islice(lines, self.skipped, None)
            return tuple(next(_csv_reader(lines, self.options), ()))

    def _read_csv_records(
        self, names: list[str], header: list[str], path: str | list[str]
    ) -> DataFrame:
        """Read fields by position, then give them to the declared columns and to the rescued one."""
        has_header = self.options.get("header") == "true"
        places = [f"c{index}" for index in range(len(header))]
        raw = T.StructType([T.StructField(name, T.StringType()) for name in [*places, _RECORD]])
        options = {**self.options, "columnNameOfCorruptRecord": _RECORD}
        if self.skipped:
            frame = self._parsed_after_skipped(raw, options, path)
        else:
            frame = self.session.read.format("csv").options(**options).schema(raw).load(path)
        by_name = dict(zip(header if has_header else names, places, strict=True))
        values = {
            name: F.col(by_name[name]) if name in by_name else F.lit(None).cast("string")
            for name in names
        }
        undeclared = [name for name in by_name if name not in names] if has_header else []
        width, parse_options = len(header), dict(self.options)
        rescue = _udf(
            lambda record, fields, file: _surplus_of_csv(
                record, width, parse_options, dict(zip(undeclared, fields, strict=True)), file
            )
        )
        is_short = _udf(
            lambda record: record is not None and len(_fields(record, parse_options)) <= width,
            "boolean",
        )
        fields = F.array(*[F.col(by_name[name]) for name in undeclared]).cast("array<string>")
        return frame.select(
            *self._in_order(values, F.when(is_short(_RECORD), F.col(_RECORD))),
            rescue(_RECORD, fields, "_metadata.file_path").alias(self.rescued),
            "_metadata",
        )

    def _parsed_after_skipped(
        self, raw: T.StructType, options: dict[str, str], path: str | list[str]
    ) -> DataFrame:
        """Spark's reader skips nothing, so whole files are cut into lines, and those parsed one by one."""
        files = {key: options[key] for key in _FILES if key in options}
        whole = self.session.read.format("text").options(wholetext="true", **files).load(path)
        all_lines = F.split("value", "\r\n|\n|\r")
        rest = F.slice(all_lines, self.skipped + 1, F.size(all_lines))
        filled = F.filter(rest, lambda line: F.trim(line) != "")
        first = 2 if options.get("header") == "true" else 1
        records = F.slice(filled, first, F.size(all_lines))
        lines = whole.select(F.explode(records).alias("line"), "_metadata")
        parsing = {key: value for key, value in options.items() if key not in _FILES}
        parsed = F.from_csv("line", raw.simpleString()[7:-1].replace(":", " "), parsing)
        return lines.select(parsed.alias("parsed"), "_metadata").select("parsed.*", "_metadata")

    def _in_order(self, values: dict, corrupt) -> list:
        """The columns as the schema lists them."""
        return [
            (corrupt if name == self.corrupt else values[name]).alias(name)
            for name in self.schema.names
        ]


def _udf(function: Callable, type_: str = "string"):
    return F.udf(function, type_)


def _as_rescued(surplus: list):
    """The JSON of the columns that are not null, with the file's path; null when there is none."""
    if not surplus:
        return F.lit(None).cast("string")
    path = F.col("_metadata.file_path").alias("_file_path")
    return F.when(
        F.coalesce(*[column.cast("string") for column in surplus]).isNotNull(),
        F.to_json(F.struct(*surplus, path)),
    )


def _csv_reader(lines, options: dict[str, str]):
    quote = options.get("quote", '"')
    return csv.reader(
        lines,
        delimiter=options.get("sep", options.get("delimiter", ",")),
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        doublequote=options.get("escape") == quote,
        escapechar=None if options.get("escape") == quote else options.get("escape", "\\"),
    )


def _fields(record: str, options: dict[str, str]) -> list[str]:
    return next(_csv_reader(io.StringIO(record, newline=""), options), [])


def _surplus_of_csv(
    record: str | None,
    width: int,
    options: dict[str, str],
    undeclared: dict[str, str | None],
    path: str,
) -> str | None:
    surplus = {name: value for name, value in undeclared.items() if value is not None}
    for index, value in enumerate(_fields(record, options) if record is not None else []):
        if index >= width:
            surplus[f"_c{index}"] = value
    return _rescued_json(surplus, path)


def _surplus_of_json(record: str, names: list[str], path: str) -> str | None:
    try:
        content = json.loads(record)
    except ValueError:
        return None
    if not isinstance(content, dict):
        return None
    return _rescued_json({key: value for key, value in content.items() if key not in names}, path)


def _rescued_json(surplus: dict, path: str) -> str | None:
    if not surplus:
        return None
    return json.dumps({**surplus, "_file_path": path}, ensure_ascii=False, separators=(",", ":"))
