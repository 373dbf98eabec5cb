"""What stands in the files of a table: types as silver reads them, keys, missing values, ranges, likely personal data.

Everything is measured with DuckDB over the text of the values, as bronze holds them. The patterns are those of the
macros `read_as` and `rewritten`; tests/e2e/test_new_source.py compares what is foretold here with what a build does.
"""

import csv
import gzip
import re
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import duckdb

from lakehouse.scaffold.landed import Table
from lakehouse.scaffold.names import column_names, header_names, identifier, singular

NUMBER = r"[+-]?(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]+)?"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,6})?)?"
CURRENCY = r"(?:(?:R[$]|US[$]|[$€£]) ?)?[+-]?"
TWO_NUMBERS_YEAR = rf"[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.][0-9]{{4}}(?: (?:[0-9]:[0-9:.]+|{TIME}))?"
FORMS = {
    "int": r"[+-]?[0-9]+",
    "number": NUMBER,
    "boolean": r"(?i:true|false)",
    "date": DAY,
    "timestamp": f"{DAY}(?:[ T]{TIME})?",
    "utc": rf"{DAY}[ T]{TIME}(?:Z|[+-]00(?::?00)?)",
    "epoch_seconds": r"[0-9]{9,10}(?:[.][0-9]+)?",
    "epoch_milliseconds": r"[0-9]{12,13}",
    "local_time": rf"{DAY}[ T]{TIME}[+-][0-9]{{2}}:?[0-9]{{2}}",
    "common_time": rf"{DAY}[ T]{TIME}(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})",
    "year_month_day": rf"[0-9]{{4}}[/.][0-9]{{2}}[/.][0-9]{{2}}(?:[ T]{TIME})?",
    "compact_day": r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])",
    "day_month_year": TWO_NUMBERS_YEAR,
    "month_day_year": TWO_NUMBERS_YEAR,
    "with_time": r".*[0-9][ T][0-9]{1,2}:[0-9]{2}.*",
    "decimal_comma": rf"{CURRENCY}(?:[0-9]{{1,3}}(?:[.][0-9]{{3}})+|[0-9]+)(?:,[0-9]+)?(?: ?%)?",
    "thousands_comma": rf"{CURRENCY}(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+)(?:[.][0-9]+)?(?: ?%)?",
    "thousands_dots": r"[0-9]{1,3}(?:[.][0-9]{3})+",
    "yes_no": r"(?i:yes|y|no|n|sim|s|não|nao|true|t|false|f)",
    "leading_zero": r"0[0-9]+",
    "object": r"(?s)\{.*\}",
    "email": r"[^@\s]+@[^@\s]+[.][a-zA-Z]{2,}",
    "document": r"[0-9]{3}[.][0-9]{3}[.][0-9]{3}-[0-9]{2}|[0-9]{3}-[0-9]{2}-[0-9]{4}",
    "phone": r"[+]?[(]?[0-9]{2,3}[)]?[ -][0-9]{4,5}[ -]?[0-9]{4}",
}
# What a pattern alone does not see: the 13th month.
VALID = {
    "date": "try_cast(v as timestamp) is not null",
    "timestamp": "try_cast(v as timestamp) is not null",
    "day_month_year": "try_strptime(translate(split_part(v, ' ', 1), '/.', '--'), '%d-%m-%Y') is not null",
    "month_day_year": "try_strptime(translate(split_part(v, ' ', 1), '/.', '--'), '%m-%d-%Y') is not null",
    "year_month_day": "try_strptime(translate(v[:10], '/.', '--'), '%Y-%m-%d') is not null",
    "compact_day": "try_strptime(v, '%Y%m%d') is not null",
}
# Texts that stand for a missing value; the second list where words are expected, of which NA could be one.
MISSING = [
    "N/A",
    "n/a",
    "NA",
    "NULL",
    "null",
    "None",
    "none",
    "-",
    "--",
    "?",
    "NaN",
    "nan",
    "#N/A",
    "N/D",
]
MISSING_WORDS = ["N/A", "n/a", "NULL", "null", "#N/A", "-", "--"]
# The part of the filled values that must be readable for a type to be proposed; the others go to the quarantine.
READABLE = 0.9
ENUMERATION = 12
# Longer texts are what somebody wrote, not one of a list.
LONGEST_OF_A_LIST = 40

CODE = re.compile(
    r"^(id|cod|cd|codigo)_|(^|_)(version|versao|release|firmware|fw)$|(^|_)(id|ids|code|codigo|cod|key|uuid|guid|zip|cep|postcode|postal_code|zip_code|cpf|cnpj|ssn|iban|phone|"
    r"telefone|mobile|isbn|ean|sku|serial|number|numero|nr|no|plate)$"
)
EPOCH = re.compile(
    r"(^|_)(ts|time|timestamp|epoch|unix|at|date|data|(created|updated|modified|recorded|received|sent)(_?at)?)(_|$)"
)
MONEY = re.compile(
    r"(^|_)(amount|price|cost|fee|total|value|valor|preco|custo|saldo|balance|revenue|salary|charge|paid|payment|tax|"
    r"brl|eur|usd|gbp|discount|refund)(_|$)"
)
PERSONAL = {
    "identifier": r"(^|_)(cpf|cnpj|ssn|passport|tax_id|iban|account|conta|card|email|e_mail|phone|telefone|mobile|"
    r"patient_id|customer_id|person_id|employee_id|user_id|member_id|medical_record|plate)(_|$)",
    "postcode": r"(^|_)(zip|cep|postcode|postal|zip_code)(_|$)",
    "city": r"(^|_)(city|cidade|town|municipio)(_|$)",
    "coordinate": r"(^|_)(lat|lng|lon|latitude|longitude)$",
    "free_text": r"(^|_)(first_name|last_name|full_name|surname|nome|patient_name|customer_name|name|birth|birthday|"
    r"birth_date|dob|nascimento|address|endereco|street|comment|comments|note|notes|message|observacao|gender|sexo|ip)"
    r"(_|$)",
}
# Names of things, not of people.
IMPERSONAL = re.compile(
    r"(product|item|category|file|event|station|clinic|hospital|department|dept|plan|bank|company|site|plant|store|"
    r"branch|device|model|course|project|team|role|job|region|country|brand|supplier|vendor|school|warehouse)_name$"
)


# Objects in an object in a column are taken apart; what is deeper stays JSON.
MAX_DEPTH = 3

# What a key is called where the table says of what.
BARE = {"id", "uuid", "guid", "key", "code", "codigo", "number", "numero"}


@dataclass
class Column:
    """A column of a table, or a key of the JSON object in one: its names, and what its values are like."""

    landed: str  # in the file
    bronze: str  # in bronze; with the key of an object, `column.key`
    name: str  # in silver
    type: str = "string"
    form: str = ""
    missing: list[str] = field(default_factory=list)
    row_count: int = 0
    filled_count: int = 0
    unreadable_count: int = 0
    distinct_count: int = 0
    negative_count: int = 0
    least: str | None = None
    greatest: str | None = None
    values: list[str] = field(default_factory=list)
    pii: str = ""
    notes: list[str] = field(default_factory=list)
    # Some of its values, to compare with the keys of other tables.
    sample: set[str] = field(default_factory=set)
    # What the file itself says, where it has types.
    declared: str = ""
    # The expression of its text in the profiled relation.
    text: str = ""

    @property
    def is_nested(self) -> bool:
        """Whether it is a key within a JSON column."""
        return "." in self.bronze

    @property
    def is_number(self) -> bool:
        """Whether it can be added up or compared with zero."""
        return self.type in ("int", "bigint", "double") or self.type.startswith("decimal")

    @property
    def facts(self) -> str:
        """What was seen, for a description: no value of a column that may be personal."""
        if not self.filled_count:
            return "never filled"
        parts = []
        missing = self.row_count - self.filled_count
        if missing:
            parts.append(f"{100 * missing / self.row_count:.1f} % missing")
        if self.values and not self.pii:
            parts.append("one of " + ", ".join(self.values))
        elif self.least is not None and not self.pii and self.type != "string":
            parts.append(f"{self.least} to {self.greatest}")
        else:
            parts.append(f"{self.distinct_count:,} different")
        return ", ".join(parts)


@dataclass
class Profile:
    """A table with its columns and its likely key."""

    table: Table
    columns: list[Column]
    row_count: int
    key: list[str] = field(default_factory=list)  # silver names; empty when there is none
    notes: list[str] = field(default_factory=list)
    key_values: set[str] = field(default_factory=set)

    def column(self, name: str) -> Column:
        """Return the column of a silver name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def landed(self) -> list[Column]:
        """The columns of the file, without the keys inside them."""
        seen: dict[str, Column] = {}
        for column in self.columns:
            seen.setdefault(column.bronze.split(".")[0], column)
        return list(seen.values())


def literal(text: str) -> str:
    """Return a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """Return a quoted SQL name."""
    return '"' + name.replace('"', '""') + '"'


def load(
    connection: duckdb.DuckDBPyConnection, table: Table, paths: list[Path]
) -> tuple[list[str], dict[str, str]]:
    """Fill the table `profiled` with the text of some files of one format; return the columns and their declared types."""
    readers, names, types = [], [], {}
    for number, path in enumerate(paths):
        file = literal(str(path))
        if table.format == "csv":
            fields = header_names(first_record(path))
            columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(fields)))
            reader = (
                f"read_csv({file}, columns = {{{columns}}}, auto_detect = false, header = true, delim = ',', "
                "quote = '\"', escape = '\"', ignore_errors = true, strict_mode = false, new_line = '\\n', "
                "parallel = false, hive_partitioning = false)"
            )
            selected = [f"c{i} as {quoted(name)}" for i, name in enumerate(fields)]
        elif table.format == "jsonl":
            lines = (
                f"(select line from read_csv({file}, columns = {{'line': 'VARCHAR'}}, auto_detect = false, "
                "header = false, delim = chr(1114111), quote = '', escape = '', ignore_errors = true, "
                "strict_mode = false) where json_valid(line) and json_type(line) = 'OBJECT')"
            )
            # As they come in the lines; few lists of keys differ.
            fields = []
            for (keys,) in connection.execute(
                f"select json_keys(line) as keys from {lines} group by keys order by count(*) desc"
            ).fetchall():
                fields += [name for name in keys if name not in fields]
            reader = lines
            selected = [
                "json_extract_string(line, " + literal(f'$."{name}"') + f") as {quoted(name)}"
                for name in fields
                if '"' not in name
            ]
        else:
            described = connection.execute(f"describe from read_parquet({file})").fetchall()
            fields = [name.lower() for name, *_ in described]
            types |= {name.lower(): type_ for name, type_, *_ in described}
            reader = f"read_parquet({file}, hive_partitioning = false)"
            selected = [
                f"cast({f'to_json({quoted(name)})' if is_nested(type_) else quoted(name)} as varchar) as {quoted(name.lower())}"
                for name, type_, *_ in described
            ]
        names += [name for name in fields if name not in names]
        readers.append(f"select {', '.join([*selected, f'{number} as _file'])} from {reader}")
    connection.execute(
        "create or replace temp table profiled as " + " union all by name ".join(readers)
    )
    return [name for name in names if name != "_operation"], types


def is_nested(type_: str) -> bool:
    """Return whether a type of DuckDB holds others: bronze takes it as JSON."""
    return type_.startswith(("STRUCT", "MAP", "UNION")) or type_.endswith("]")


def first_record(path: Path) -> list[str]:
    """Return the fields of the first line of a CSV file that the ingestion can read."""
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as lines:
        return next((row for row in csv.reader(lines) if row), [])


def profile(table: Table, paths: list[Path]) -> Profile:
    """Return what stands in some landed files of a table."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        landed, types = load(connection, table, paths)
        row_count = connection.execute("select count(*) from profiled").fetchone()[0]
        notes = []
        unusable = [name for name in landed if set(name) & set("\"'\\")]
        if unusable:
            notes.append(
                f"left undeclared, because of a quote or backslash in the name (bronze keeps them in _rescued_data): "
                f"{', '.join(unusable)}"
            )
        landed = [name for name in landed if name not in unusable]
        columns = []
        for name, plain in zip(landed, column_names(landed, table.name), strict=True):
            column = Column(
                name,
                plain,
                plain,
                row_count=row_count,
                text=f"profiled.{quoted(name)}",
                declared=types.get(name, ""),
            )
            measure(connection, column)
            columns += nested(connection, column) if column.type == "object" else [column]
        settle_commas(columns, any(file.separator == ";" for file in table.files))
        rename(columns)
        found = Profile(table, columns, row_count, notes=notes)
        found.key = likely_key(connection, found)
        for column in columns:
            if column.type == "string" and not column.values and not column.is_nested:
                column.sample = values(connection, column, 1000)
        if len(found.key) == 1:
            found.key_values = values(connection, found.column(found.key[0]), 1_000_000)
        name_bare_key(found)
        return found


def name_bare_key(found: Profile) -> None:
    """Name a key that is called `id` after what it identifies: client_id, as other tables call it that name a client."""
    names = [column.name for column in found.columns]
    if len(found.key) == 1 and found.key[0] in BARE:
        better = f"{singular(found.table.name)}_{found.key[0]}"
        if better not in names:
            found.column(found.key[0]).name = better
            found.key = [better]


def values(connection: duckdb.DuckDBPyConnection, column: Column, limit: int) -> set[str]:
    """Return some of the different values of a column."""
    query = f"select distinct trim({column.text}) as v from profiled where v <> '' limit {limit}"
    return {value for (value,) in connection.execute(query).fetchall()}


def measure(connection: duckdb.DuckDBPyConnection, column: Column) -> None:
    """Learn a column: its type and form, what is missing, its range."""
    text = f"trim({column.text})"
    markers = ", ".join(literal(marker) for marker in MISSING)
    counts = ", ".join(
        f"count(*) filter (regexp_full_match(v, {literal(pattern)})"
        + (f" and {VALID[name]}" if name in VALID else "")
        + f") as {name}"
        for name, pattern in FORMS.items()
    )
    query = f"""
        select
            count(*) as filled, count(distinct v) as different, {counts},
            max(length(regexp_extract(v, '[.,]([0-9]+)(?: ?%)?$', 1))) as scale,
            max(abs(try_cast(v as hugeint))) as greatest_int,
            count(*) filter (regexp_full_match(v, '.*,[0-9]{{1,2}}(?: ?%)?|.*[.][0-9]{{3}},.*')) as surely_decimal_comma,
            count(*) filter (regexp_full_match(v, '.*[.][0-9]{{1,2}}(?: ?%)?|.*,[0-9]{{3}}[.,].*')) as surely_thousands_comma,
            count(*) filter (regexp_matches(v, '[.,]')) as with_point, count(*) filter (contains(v, '%')) as percent,
            count(distinct regexp_extract(v, '[+-][0-9]{{2}}:?[0-9]{{2}}$')) as offsets
        from (select {text} as v from profiled)
        where v <> '' and v not in ({markers})
    """
    result = connection.execute(query)
    names = [part[0] for part in result.description]
    seen = dict(zip(names, result.fetchone(), strict=True))
    filled = seen["filled"]
    column.type, column.form, readable = decide(column, seen)
    column.pii = personal(column, seen)
    wanted = MISSING_WORDS if column.type == "string" else MISSING
    inlist = ", ".join(literal(marker) for marker in wanted)
    column.missing = [
        marker
        for (marker,) in connection.execute(
            f"select distinct {text} from profiled where {text} in ({inlist}) order by 1"
        ).fetchall()
    ]
    column.filled_count, column.distinct_count = connection.execute(
        f"select count(*), count(distinct v) from (select {text} as v from profiled) where v <> '' and v not in ({inlist})"
    ).fetchone()
    column.unreadable_count = 0 if column.type in ("string", "object") else filled - readable
    if column.type not in ("string", "object", "boolean") and not column.form:
        kind = "double" if column.is_number else column.type
        column.least, column.greatest, column.negative_count = connection.execute(
            f"select min(v), max(v), count(*) filter (text like '-%') from "
            f"(select {text} as text, try_cast({text} as {kind}) as v from profiled)"
        ).fetchone()
        column.least = plain_number(column.least)
        column.greatest = plain_number(column.greatest)
    elif column.form in ("decimal_comma", "thousands_comma"):
        column.negative_count = connection.execute(
            f"select count(*) from profiled where {text} like '%-%[0-9]%' or {text} like '-%'"
        ).fetchone()[0]
    if column.type == "string" and 0 < column.distinct_count <= ENUMERATION and not column.pii:
        often = connection.execute(
            f"select v, count(*) from (select {text} as v from profiled) where v <> '' and v not in ({inlist}) "
            "group by v order by v"
        ).fetchall()
        # A code has few values by chance only; an enumeration repeats them.
        is_list = all(len(value) <= LONGEST_OF_A_LIST and "\n" not in value for value, _ in often)
        if column.filled_count >= 3 * len(often) and is_list and not CODE.search(column.name):
            column.values = [value for value, _ in often]


def plain_number(value: object) -> str | None:
    """Return a value as text, whole numbers without a fraction."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else str(value)


def decide(column: Column, seen: dict[str, int]) -> tuple[str, str, int]:
    """Return the type of a column, the form of its text, and how many of its values can be read so."""
    filled, name = seen["filled"], column.name

    def fits(form: str) -> bool:
        # One odd value among five or more is an odd value.
        return bool(filled) and (
            seen[form] >= READABLE * filled or (filled >= 5 and seen[form] >= filled - 1)
        )

    moment = "timestamp" if seen["with_time"] else "date"
    if fits("object"):
        return "object", "", filled
    if fits("compact_day") and re.search(r"(^|_)(date|data|day|dia|dt|datum|fecha)(_|$)", name):
        return "date", "year_month_day", seen["compact_day"]
    if not filled or CODE.search(name) or seen["leading_zero"]:
        return "string", "", filled
    if fits("boolean"):
        return "boolean", "", seen["boolean"]
    if EPOCH.search(name):
        for form in ("epoch_milliseconds", "epoch_seconds"):
            if fits(form):
                return "timestamp", form, seen[form]
    if fits("int") and not column.declared.startswith("DECIMAL"):
        greatest = seen["greatest_int"] or 0
        if greatest >= 10**18:
            return "string", "", filled
        return ("bigint" if greatest >= 10**8 else "int"), "", seen["int"]
    if fits("number") and column.declared.startswith("DECIMAL"):
        return column.declared.lower().replace(" ", ""), "", seen["number"]
    if fits("number"):
        return amount(name, seen["scale"] or 0), "", seen["number"]
    if fits("date"):
        return "date", "", seen["timestamp"]
    if fits("timestamp"):
        return "timestamp", "", seen["timestamp"]
    if fits("utc"):
        return "timestamp", "utc", seen["utc"]
    if fits("local_time") and seen["offsets"] == 1:
        return "timestamp", "local_time", seen["local_time"]
    if fits("common_time"):
        return "timestamp", "common_time", seen["common_time"]
    if fits("year_month_day"):
        return moment, "year_month_day", seen["year_month_day"] + seen["timestamp"]
    days, months = seen["day_month_year"], seen["month_day_year"]
    if max(days, months) and max(days, months) + seen["timestamp"] >= READABLE * filled:
        if days == months:
            column.notes.append("no day is after the 12th: is it day/month or month/day?")
        form = "month_day_year" if months > days else "day_month_year"
        return moment, form, max(days, months) + seen["timestamp"]
    if fits("decimal_comma") or fits("thousands_comma"):
        comma = seen["surely_decimal_comma"] > seen["surely_thousands_comma"] or not fits(
            "thousands_comma"
        )
        if (
            seen["with_point"]
            and not seen["surely_decimal_comma"]
            and not seen["surely_thousands_comma"]
        ):
            column.notes.append("is 1,234 a thousand or a little more than one?")
        form = "decimal_comma" if comma else "thousands_comma"
        if seen["percent"]:
            column.notes.append("per cent: 7.5 stands for 7.5 %")
        return amount(name, seen["scale"] or 0, money=True), form, seen[form]
    if fits("yes_no") and seen["different"] > 1:
        return "boolean", "yes_no", seen["yes_no"]
    return "string", "", filled


def amount(name: str, scale: int, money: bool = False) -> str:
    """Return the type of a number with a fraction: amounts of money are decimal, measurements double."""
    if (money or MONEY.search(name)) and scale <= 4:
        return f"decimal(18,{2 if scale <= 2 else 4})"
    return "double"


def settle_commas(columns: list[Column], has_semicolons: bool) -> None:
    """Decide what one column alone leaves open: in a file of decimal commas, 1.234 is a thousand."""
    forms = [column.form for column in columns]
    doubtful = "is 1,234 a thousand or a little more than one?"
    for column in columns:
        if doubtful in column.notes and (has_semicolons or forms.count("decimal_comma") > 1):
            column.form = "decimal_comma"
            column.notes.remove(doubtful)


def nested(connection: duckdb.DuckDBPyConnection, column: Column, depth: int = 1) -> list[Column]:
    """Return the keys of the JSON objects in a column as columns; the column itself when it holds none."""
    column.type = "string"
    valid = f"json_valid({column.text}) and json_type({column.text}) = 'OBJECT'"
    keys: list[str] = []
    for (some,) in connection.execute(
        f"select json_keys({column.text}) as keys from profiled where {valid} group by keys order by count(*) desc"
    ).fetchall():
        keys += [key for key in some if key not in keys]
    found = []
    for key in keys[:40]:
        if not re.fullmatch(r"[A-Za-z0-9_ -]+", key):
            continue
        path = literal(f'$."{key}"')
        inner = Column(
            column.landed,
            f"{column.bronze}.{key}",
            f"{column.name}_{identifier(key)}",
            row_count=column.row_count,
            text=f"case when {valid} then json_extract_string({column.text}, {path}) end",
        )
        measure(connection, inner)
        if inner.type == "object" and depth < MAX_DEPTH:
            found += nested(connection, inner, depth + 1)
            continue
        if inner.type == "object":
            inner.type = "string"
            inner.notes.append("objects within objects within objects: kept as JSON")
        found.append(inner)
    return found or [column]


def rename(columns: list[Column]) -> None:
    """Give dates and times the names of the house, where that is free: `_date` for days, `_at` for moments."""
    taken = {column.name for column in columns}
    seen: set[str] = set()
    for column in columns:
        for type_, wrong, right in (("timestamp", "_date", "_at"), ("date", "_at", "_date")):
            better = column.name.removesuffix(wrong) + right
            if column.type == type_ and column.name.endswith(wrong) and better not in taken:
                column.name = better
        while column.name in seen:
            column.name += "_2"
        seen.add(column.name)


def personal(column: Column, seen: dict[str, int]) -> str:
    """Return the class of personal data a column likely holds; empty when it holds none."""
    if seen["filled"] and any(
        seen[what] > 0.5 * seen["filled"] for what in ("email", "document", "phone")
    ):
        return "identifier"
    if IMPERSONAL.search(column.name) or column.type == "boolean":
        return ""
    for pii, pattern in PERSONAL.items():
        if re.search(pattern, column.name):
            # What stands for these is text; a mask of another type would not fit.
            return pii if column.type in ("string", "object") or pii == "coordinate" else ""
    return ""


def own_names(one: str) -> set[str]:
    """Return what the key of an entity may be called, by what one of it is: visit_id, id, id_consulta, no_consulta."""
    return {"id", f"{one}_id", f"{one}_code", f"{one}_number"} | {
        f"{word}_{one}" for word in ("id", "cod", "cd", "codigo", "no", "nr", "num", "numero")
    }


def likely_key(connection: duckdb.DuckDBPyConnection, found: Profile) -> list[str]:
    """Return the fewest columns that tell the records of a delivery apart; none when nothing does.

    Records that are repeated whole do not count; and what is called the id of the entity may come several times with
    other values: then the last one counts.
    """
    if not found.row_count:
        names = [column.name for column in found.columns if not column.is_nested]
        one = singular(found.table.name)
        return [name for name in names if name in own_names(one)][:1]
    everything = ", ".join(column.text for column in found.landed)
    records = connection.execute(
        f"select count(*) from (select distinct _file, {everything} from profiled)"
    ).fetchone()[0]
    if records * 2 < found.row_count:
        # Most records are repetitions: that few are left apart says nothing.
        return []
    own = own_names(singular(found.table.name))

    def share(columns: list[Column]) -> float:
        texts = ", ".join(f"trim({column.text})" for column in columns)
        return (
            connection.execute(
                f"select count(*) from (select distinct _file, {texts} from profiled)"
            ).fetchone()[0]
            / records
        )

    candidates = [
        column
        for column in found.columns
        if column.filled_count >= 0.95 * found.row_count
        and not column.is_nested
        and column.type in ("string", "int", "bigint", "date", "timestamp")
        and not column.values
    ]
    candidates.sort(key=lambda c: (c.name not in own, not CODE.search(c.name)))
    for column in candidates:
        threshold = 0.7 if column.name in own else 0.98 if CODE.search(column.name) else 1
        is_text = column.type == "string" and (
            CODE.search(column.name) or not found.columns.index(column)
        )
        if (
            column.name in own
            or is_text
            or (column.type != "string" and not found.columns.index(column))
        ) and (share([column]) >= threshold):
            return [column.name]
    # Several columns: at least one that names something.
    few = [c for c in candidates if CODE.search(c.name) or c.type != "string"][:8]
    for size in (2, 3):
        for columns in combinations(few, size):
            if any(CODE.search(c.name) for c in columns) and share(list(columns)) >= 0.98:
                return [column.name for column in columns]
    return []
