"""Names: what a landed column or table may be called in SQL."""

import re
import unicodedata

import duckdb

# What one of the engines, the SQL linter, or YAML (a truth value) does not take for a column's name.
RESERVED = {
    word
    for (word,) in duckdb.execute(
        "select keyword_name from duckdb_keywords() where keyword_category <> 'unreserved'"
    ).fetchall()
} | {
    "add",
    "alter",
    "column",
    "commit",
    "count",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "database",
    "date",
    "datetime",
    "delete",
    "desc",
    "describe",
    "drop",
    "end",
    "exists",
    "explain",
    "function",
    "groups",
    "index",
    "insert",
    "interval",
    "key",
    "level",
    "merge",
    "minus",
    "n",
    "natural",
    "no",
    "off",
    "option",
    "partition",
    "percent",
    "range",
    "rank",
    "regexp",
    "row",
    "rows",
    "schema",
    "session_user",
    "set",
    "show",
    "start",
    "system_user",
    "time",
    "timestamp",
    "unknown",
    "update",
    "use",
    "user",
    "value",
    "values",
    "view",
    "window",
    "y",
    "yes",
}


def identifier(text: str) -> str:
    """Return a name as plain snake_case ASCII: `Data da Visita (início)` is data_da_visita_inicio."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def singular(plural: str) -> str:
    """Return one of what an entity is named after: visits, visit; companies, company."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch")):
        if plural.endswith(ending) and len(plural) > len(ending) + 1:
            return plural[: -len(ending)] + instead
    if re.search(r"[tnrp]uses$", plural):
        return plural[:-2]
    return (
        plural[:-1] if plural.endswith("s") and not plural.endswith(("ss", "us", "is")) else plural
    )


def column_names(landed: list[str], entity: str) -> list[str]:
    """Return a usable and unique name for each landed column of an entity."""
    names: list[str] = []
    for position, text in enumerate(landed, start=1):
        name = identifier(text) or f"column_{position}"
        if name[0].isdigit() or name in RESERVED:
            name = f"{singular(entity)}_{name}"
        names.append(f"{name}_{position}" if name in names else name)
    return names


def header_names(header: list[str]) -> list[str]:
    """Return the names that the ingestion gives the columns of a CSV file."""
    names: list[str] = []
    for position, text in enumerate(header, start=1):
        name = text.strip("\ufeff").strip().lower() or f"column_{position}"
        names.append(f"{name}_{position}" if name in names else name)
    return names
