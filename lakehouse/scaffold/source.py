"""The subcommand `new-source`: from files to bronze and silver.

Looks at the files, proposes a source, its bronze and silver models, rules, tests and documentation, shows all of it, and
writes it after a yes. Of a table that is declared already it shows what has changed in the files, as a diff.
"""

import argparse
import re
import sys
import tempfile
from datetime import date
from pathlib import Path

import duckdb
import yaml

from lakehouse import options
from lakehouse.scaffold import landed as given
from lakehouse.scaffold.domain import GROUPS, plan_domain
from lakehouse.scaffold.names import RESERVED, identifier, singular
from lakehouse.scaffold.plan import PROJECT, Plan, RefusedError, agreed, quote, render
from lakehouse.scaffold.profile import Column, Profile, literal, name_bare_key, profile

JUDGED = "macros/silver/judged_entities.sql"
TEXTS = "models/_docs/columns.md"
BEFORE = [
    ("_unreadable", "string"),
    ("_operation", "string"),
    ("_source_file", "string"),
    ("_source_row", "bigint"),
    ("_source_size_bytes", "bigint"),
    ("_source_modified_at", "timestamp"),
    ("_delivered_at", "timestamp"),
    ("_loaded_at", "timestamp"),
    ("_record_hash", "string"),
]
AFTER = [
    ("_broken_rules", "string"),
    ("_warnings", "string"),
    ("_disposition", "string"),
    ("_processed_at", "timestamp"),
]
# A model is read by people: a parent a join, and no more rules than somebody looks at.
MAX_PARENTS, MAX_RULES, MAX_LINES = 5, 40, 120
# An entry of a silver model's dict of columns: what it is read from, and its type.
READ = re.compile(r": \['([^']+)', '([^']+)'")
CATALOG_TABLE = re.compile(r"\w+\.\w+\.\w+")
EXAMPLES = {
    "string": "a",
    "int": "1",
    "bigint": "1",
    "double": "1.5",
    "boolean": "true",
    "date": "2024-01-31",
    "timestamp": "2024-01-31 10:00:00",
}
FORM_EXAMPLES = {
    "decimal_comma": "1.234,50",
    "thousands_comma": "1,234.50",
    "day_month_year": "31/01/2024",
    "month_day_year": "01/31/2024",
    "year_month_day": "20240131",
    "utc": "2024-01-31T10:00:00Z",
    "epoch_seconds": "1706695200",
    "epoch_milliseconds": "1706695200000",
    "local_time": "2024-01-31T10:00:00-03:00",
    "common_time": "2024-01-31T10:00:00-04:00",
    "yes_no": "no",
}


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `new-source`."""
    parser = subparsers.add_parser(
        "new-source", help="look at files and write their source, bronze and silver models"
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="CSV, JSON lines, Parquet, a folder of them, a DuckDB or SQLite file, or catalog.schema.table",
    )
    parser.add_argument(
        "--source", metavar="NAME", help="the system they come from (default: the folder's name)"
    )
    parser.add_argument(
        "--table", metavar="NAME", help="one name for all the files; of a database, the table"
    )
    parser.add_argument(
        "--domain", metavar="NAME", help="the folder of silver (default: the source)"
    )
    parser.add_argument("--owner", metavar="TEAM", help="who answers for it (default: the domain)")
    parser.add_argument(
        "--key", metavar="A,B", help="the business key, where the one proposed is wrong"
    )
    options.add_landing(parser)
    parser.add_argument("--dry-run", action="store_true", help="show every line, write nothing")
    parser.add_argument("--yes", action="store_true", help="write without asking")
    parser.add_argument(
        "--apply",
        action="store_true",
        help="of a table declared already: write the diff that is shown",
    )
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Profile, show, ask, write; return 0, or 1 when nothing could be written."""
    name = arguments.files[0]
    if len(arguments.files) == 1 and CATALOG_TABLE.fullmatch(name) and not Path(name).exists():
        return unity_catalog(name, arguments.landing)
    try:
        return new_source(arguments)
    except (RefusedError, given.UnreadableError) as problem:
        print(problem, file=sys.stderr)
        return 1


def new_source(arguments: argparse.Namespace, project: Path = PROJECT) -> int:
    """Do the work of `run` in a project."""
    paths = [Path(name) for name in arguments.files]
    tables, problems = given.find(paths, arguments.table)
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    if not tables:
        print("There is nothing to make a source of.", file=sys.stderr)
        return 1
    source = re.sub(r"[^a-z0-9]", "", identifier(arguments.source or default_source(paths[0])))
    if not source or source[0].isdigit():
        raise RefusedError("Name the source: --source hospital")
    plan, profiles = Plan(project), {}
    known = declared_tables(project, source)
    landing = arguments.landing if arguments.landing.is_absolute() else project / arguments.landing
    with tempfile.TemporaryDirectory() as folder:
        for table in tables:
            read = []
            for number, file in enumerate(table.files):
                if file.conversion:
                    copy = Path(folder) / f"{table.name}_{number}" / file.landed_name
                    file.land(copy)
                    read.append(copy)
                else:
                    read.append(file.path)
            profiles[table.name] = profile(table, read)
            plan_landing(plan, table, source, landing)
    if arguments.key and len(profiles) == 1:
        set_key(next(iter(profiles.values())), arguments.key)
    domain = identifier(arguments.domain or source)
    facts = {
        "source": source,
        "domain": domain,
        "owner": arguments.owner or domain,
        "today": date.today().isoformat(),
        "landing": landing,
    }
    if plan.exists(GROUPS) and not re.search(
        rf"^  - name: {domain}$", plan.read(GROUPS), flags=re.M
    ):
        plan_domain(plan, domain, arguments.owner)
    print(f"Source {source}: {len(profiles)} table{'s' * (len(profiles) > 1)}")
    fresh = {name: found for name, found in profiles.items() if name not in known}
    links = likely_parents(project, fresh, source, plan)
    for name, found in profiles.items():
        show_profile(found, links.get(name, []))
        if name in fresh:
            plan_table(plan, found, links[name], facts)
        else:
            plan_change(plan, found, source)
    return finish(plan, arguments, bool(fresh), tables, source, landing)


def finish(
    plan: Plan,
    arguments: argparse.Namespace,
    is_new: bool,
    tables: list[given.Table],
    source: str,
    landing: Path,
) -> int:
    """Show the plan and write it when told to."""
    if not plan.created and not plan.changed and not plan.copied:
        print("\nThe YAML says all that is in the files: nothing to write.")
        return 0
    print("\nTo be written:")
    plan.show(whole=arguments.dry_run)
    if arguments.dry_run:
        return 0
    if not is_new and not arguments.apply:
        print("\nThe table is declared already, so this is only shown. Add --apply to write it.")
        return 0
    if not agreed("\nWrite it?", arguments.yes or arguments.apply):
        return 1
    for table in tables:
        for file in table.files:
            target = landed_path(file, table, source, landing)
            if target and not target.exists():
                file.land(target)
    todo_count = plan.todo_count()
    plan.write()
    print(f"\nWritten. {todo_count} texts are marked TODO: grep -rn TODO models")
    print(
        "Next: dbt build; read the proposed rules; then `lakehouse new-model` for gold, `make bundle`, `make lint`."
    )
    return 0


def default_source(path: Path) -> str:
    """Return what a source may be called by where its files are."""
    folder = path.resolve() if path.is_dir() else path.resolve().parent
    name = given.DATE.sub("", path.stem if path.suffix.lower() in given.DATABASES else folder.name)
    return name if identifier(name) not in ("", "tmp", "landing", "data", "downloads") else ""


def landed_path(
    file: given.LandedFile, table: given.Table, source: str, landing: Path
) -> Path | None:
    """Return where a file is to land; none when it lies in the landing zone already, fit to be read."""
    inside = file.path.resolve().is_relative_to(landing.resolve())
    if inside and not file.conversion:
        return None
    if inside:
        raise RefusedError(
            f"{file.path} lies in the landing zone, and the ingestion cannot read it as it is ({file.conversion}). "
            "Move it elsewhere and give it from there: it is converted while it lands."
        )
    day = given.DATE.search(file.path.resolve().parent.name)
    return (
        landing
        / source
        / table.name
        / (file.path.resolve().parent.name if day else "")
        / file.landed_name
    )


def plan_landing(plan: Plan, table: given.Table, source: str, landing: Path) -> None:
    """Add to a plan the files that are copied."""
    targets: dict[Path, Path] = {}
    for file in table.files:
        target = landed_path(file, table, source, landing)
        if target is None:
            continue
        refuse_claimed(plan, target.relative_to(landing).as_posix(), source, table.name)
        if target in targets:
            raise RefusedError(
                f"{file.path} and {targets[target]} would land under the same name; put them in folders named by their dates."
            )
        targets[target] = file.path
        if not target.exists():
            what = f" ({file.conversion})" if file.conversion else ""
            plan.copied.append((f"{file.path}{what}", str(target.relative_to(landing.parent))))
        elif not file.conversion and target.read_bytes() != file.path.read_bytes():
            raise RefusedError(
                f"{target} has landed already with other content; landed files do not change. "
                "Give the new file from a folder named by its date, such as 2024-05-31."
            )


def refuse_claimed(plan: Plan, path: str, source: str, table: str) -> None:
    """Stop when another table would read the file too."""
    for file in plan.project.glob("models/staging/*/_*__sources.yml"):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]:
            for entry in block["tables"]:
                glob = entry.get("config", {}).get("meta", {}).get("landing", {}).get("files")
                if not glob or (block["name"], entry["name"]) == (source, table):
                    continue
                pattern = (
                    re.escape(glob)
                    .replace(r"\*\*/", "(?:.*/)?")
                    .replace(r"\*", "[^/]*")
                    .replace(r"\?", "[^/]")
                )
                if re.fullmatch(pattern, path):
                    raise RefusedError(
                        f"{path} would be read by {block['name']}.{entry['name']} too (its pattern is {glob}). "
                        "Give the file another name, or that table a narrower pattern."
                    )


def file_pattern(table: given.Table, source: str, landing: Path) -> str:
    """Return the glob of a table's files below the landing zone."""
    if any(landed_path(file, table, source, landing) for file in table.files):
        return f"**/{source}/{table.name}/**/*"
    names = [given.DATE.split(file.path.name)[0].split(".")[0] for file in table.files]
    stem = common_start(names).rstrip("-_ ")
    return f"**/{stem}*" if stem else f"**/{table.files[0].path.parent.name}/*"


def common_start(names: list[str]) -> str:
    """Return the text that some names begin with."""
    least, greatest = min(names), max(names)
    same = 0
    while same < min(len(least), len(greatest)) and least[same] == greatest[same]:
        same += 1
    return least[:same]


def set_key(found: Profile, wanted: str) -> None:
    """Set the key that was asked for; columns by their name in silver, bronze or the file."""
    key = []
    for name in wanted.split(","):
        matching = [c.name for c in found.columns if name.strip() in (c.name, c.bronze, c.landed)]
        if not matching:
            raise RefusedError(
                f"{found.table.name} has no column {name}; it has {', '.join(c.name for c in found.columns)}."
            )
        key.append(matching[0])
    found.key = key
    name_bare_key(found)


def declared_tables(project: Path, source: str) -> list[str]:
    """Return the tables that a source declares."""
    file = project / "models" / "staging" / source / f"_{source}__sources.yml"
    if not file.exists():
        return []
    declared = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [table["name"] for entry in declared["sources"] for table in entry["tables"]]


def entities(project: Path) -> dict[str, tuple[str, str]]:
    """Return the entities of silver with a key of one text column: name → (column, area)."""
    found = {}
    for file in sorted(project.glob("models/intermediate/*/int_*__records.yml")):
        model = yaml.safe_load(file.read_text(encoding="utf-8"))["models"][0]
        key = model["config"]["meta"].get("key", [])
        types = {column["name"]: column.get("data_type") for column in model.get("columns", [])}
        if len(key) == 1 and not key[0].startswith("_") and types.get(key[0]) == "string":
            found[model["name"].removeprefix("int_").removesuffix("__records")] = (
                key[0],
                file.parent.name,
            )
    return found


def likely_parents(
    project: Path, profiles: dict[str, Profile], source: str, plan: Plan
) -> dict[str, list[dict[str, str]]]:
    """Return for each table the entities that its columns name: by the name of their key, and by their values."""
    names = {table: entity_name(table, source, plan) for table in profiles}
    values: dict[str, set[str]] = {}
    keys = {entity: column for entity, (column, _) in entities(project).items()}
    for table, found in profiles.items():
        if len(found.key) == 1 and found.column(found.key[0]).type == "string":
            keys[names[table]] = found.key[0]
            values[names[table]] = found.key_values
    values |= {
        entity: built
        for entity in keys
        if entity not in values and (built := built_keys(entity, keys[entity]))
    }
    depends: dict[str, set[str]] = {}

    def reaches(entity: str, other: str) -> bool:
        return entity == other or any(reaches(parent, other) for parent in depends.get(entity, ()))

    links: dict[str, list[dict[str, str]]] = {}
    for table, found in profiles.items():
        links[table] = []
        for column in found.columns:
            for entity, key in keys.items():
                one = singular(entity)
                if (
                    column.name == key
                    and column.type == "string"
                    and not column.is_nested
                    and [column.name] != found.key
                    and not reaches(entity, names[table])
                    and len(links[table]) < MAX_PARENTS
                    and f"has_{one}" not in [c.name for c in found.columns]
                    and (
                        not values.get(entity)
                        or len(column.sample & values[entity]) * 2 >= len(column.sample) > 0
                    )
                ):
                    links[table].append({"entity": entity, "one": one, "column": key})
                    depends.setdefault(names[table], set()).add(entity)
                    break
    return links


def built_keys(entity: str, column: str) -> set[str]:
    """Return the keys of an entity in the built lakehouse; none where there is no lakehouse."""
    database = options.database()
    if not database.is_file():
        return set()
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            query = f"select {column} from silver.int_{entity} limit 1000000"
            return {value for (value,) in connection.execute(query).fetchall()}
    except duckdb.Error:
        return set()


def entity_name(table: str, source: str, plan: Plan) -> str:
    """Return what silver calls a table: its name, with the source before it where the name is taken."""
    taken = any(plan.project.glob(f"models/intermediate/*/int_{table}.sql"))
    return f"{source}_{table}" if taken or table in RESERVED else table


def show_profile(found: Profile, parents: list[dict[str, str]]) -> None:
    """Print what was found in a table."""
    key = " + ".join(found.key) or "none: the whole record is its own key"
    print(
        f"\n{found.table.name}: {found.row_count:,} records in {len(found.table.files)} file(s), key {key}"
    )
    width = max([len(column.name) for column in found.columns], default=10)
    for column in found.columns[:60]:
        kind = column.type + (f" ({column.form})" if column.form else "")
        remarks = [column.facts]
        if column.unreadable_count:
            remarks.append(f"{column.unreadable_count:,} unreadable, to the quarantine")
        if column.missing:
            remarks.append(f"missing is also {', '.join(column.missing)}")
        if column.pii:
            remarks.append(f"personal? {column.pii}")
        remarks += column.notes
        print(f"  {column.name:<{width}}  {kind:<24} {'; '.join(remarks)}")
    if len(found.columns) > 60:
        print(f"  ... and {len(found.columns) - 60} columns more")
    for parent in parents:
        print(f"  {parent['column']} names one of int_{parent['entity']}")
    for note in found.notes:
        print(f"  {note}")


def doc_name(entity: str, column: Column) -> str:
    """Return the name of the text that describes a column."""
    return f"{entity}__{column.name}"


def rules(found: Profile, parents: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the expectations that the profile suggests."""
    proposed = [
        {
            "name": f"{parent['one']}_exists",
            "expression": quote(f"has_{parent['one']}"),
            "description": f"The {parent['one']} it names is in `int_{parent['entity']}`.",
        }
        for parent in parents
    ]
    for column in found.columns:
        if column.name in found.key:
            continue
        if len(column.values) > 1:
            listed = ", ".join(literal(value) for value in column.values)
            proposed.append(
                {
                    "name": f"{column.name}_known",
                    "expression": quote(f"{column.name} in ({listed})"),
                    "description": "No other value has been seen.",
                }
            )
        elif (
            column.is_number
            and column.filled_count
            and column.negative_count * 100 <= column.filled_count
        ):
            seen = (
                f"{column.negative_count} were seen" if column.negative_count else "none was seen"
            )
            proposed.append(
                {
                    "name": f"{column.name}_not_negative",
                    "expression": quote(f"{column.name} >= 0"),
                    "description": f"Of values below zero {seen}.",
                }
            )
    proposed += [
        {
            "name": f"{column.name}_present",
            "expression": quote(f"{column.name} is not null"),
            "description": "It was never missing.",
        }
        for column in found.columns
        if found.row_count >= 20
        and column.filled_count == found.row_count
        and column.name not in found.key
    ]
    return proposed[:MAX_RULES]


def column_lines(columns: list[Column]) -> list[str]:
    """Return the entries of a silver model's dict of columns; of a wide table, several a line."""
    entries = []
    for column in columns:
        parts = [repr(column.bronze), repr(column.type)]
        if column.form or column.missing:
            parts.append(repr(column.form))
        if column.missing:
            parts.append(repr(column.missing))
        entries.append(f"'{column.name}': [{', '.join(parts)}],")
    if len(entries) <= MAX_LINES:
        return entries
    lines = [""]
    for entry in entries:
        if lines[-1] and len(lines[-1]) + len(entry) > 105:
            lines.append("")
        lines[-1] = f"{lines[-1]} {entry}".strip()
    return lines


def unit_test(found: Profile, key: list[str]) -> dict[str, list[str]]:
    """Return rows of bronze and what silver makes of them: one good, one unreadable, one without its key."""
    typed = [c for c in found.columns if not c.is_nested]
    chosen = [c for c in typed if c.name in key] + [c for c in typed if c.name not in key][:8]
    lineage = (
        "_source_file: a.csv, _source_row: {row}, _source_size_bytes: 1, _source_modified_at: '2024-01-01 00:00:00', "
        "_delivered_at: '2024-01-01 00:00:00', _loaded_at: '2024-01-01 00:00:00', _record_hash: h{row}"
    )

    def example(column: Column) -> str:
        if column.form:
            return FORM_EXAMPLES[column.form]
        return EXAMPLES.get(column.type, "1.50")

    def row(number: int, **instead: str | None) -> str:
        cells = []
        for column in chosen:
            value = instead.get(column.bronze, example(column))
            cells.append(f"{column.bronze}: " + ("null" if value is None else quote(value)))
        return ", ".join([*cells, lineage.replace("{row}", str(number))])

    rows, expected = [row(1)], ["_source_row: 1, _disposition: current, _broken_rules: null"]
    unreadable = next((c for c in chosen if c.type != "string" and c.name not in key), None)
    if unreadable:
        rows.append(row(2, **{unreadable.bronze: "unreadable"}))
        expected.append(
            f"_source_row: 2, _disposition: quarantined, _broken_rules: {unreadable.name}_readable"
        )
    real = [name for name in key if not name.startswith("_")]
    if real and not found.column(real[0]).is_nested:
        rows.append(row(3, **{found.column(real[0]).bronze: None}))
        expected.append(
            f"_source_row: 3, _disposition: quarantined, _broken_rules: {real[0]}_present"
        )
    return {"given": rows, "expected": expected, "rules": real}


def plan_table(plan: Plan, found: Profile, parents: list[dict[str, str]], facts: dict) -> None:
    """Add everything that a new table needs."""
    source, domain, table = facts["source"], facts["domain"], found.table.name
    entity = entity_name(table, source, plan)
    one, key = singular(entity), found.key or ["_record_hash"]
    # The key of a parent has a text already.
    written = plan.read(TEXTS) if plan.exists(TEXTS) else ""
    shared = {p["column"] for p in parents if f"{{% docs {p['column']} %}}" in written}

    def text_of(column: Column) -> str:
        return column.name if column.name in shared else doc_name(entity, column)

    docs = []
    for column in found.columns:
        if column.name in shared:
            continue
        where = (
            column.landed
            if not column.is_nested
            else f"{column.landed}.{column.bronze.split('.', 1)[1]}"
        )
        docs.append(
            (doc_name(entity, column), f"TODO: what it means. Landed as `{where}`: {column.facts}.")
        )
    containers = [column for column in found.landed if column.is_nested]
    docs += [
        (
            f"{entity}__{c.bronze.split('.')[0]}",
            f"TODO: what it holds. Landed as `{c.landed}`, a JSON object.",
        )
        for c in containers
    ]

    def reference(name: str) -> str:
        return '{{ doc("' + name + '") }}'

    silver = [
        {
            "name": c.name,
            "type": c.type,
            "pii": c.pii,
            "description": reference(text_of(c)),
        }
        for c in found.columns
    ]
    landed_columns = []
    for column in found.landed:
        bronze = column.bronze.split(".")[0]
        doc = f"{entity}__{bronze}" if column.is_nested else text_of(column)
        pii = next((c.pii for c in found.columns if c.bronze.split(".")[0] == bronze and c.pii), "")
        pii = "free_text" if pii and column.is_nested else pii
        plain = column.landed if found.table.format == "jsonl" else column.landed.lower()
        meta = [f"landed_as: {quote(column.landed)}"] if bronze != plain else []
        meta += [f"pii: {pii}"] if pii else []
        landed_columns.append(
            {
                "bronze_name": bronze,
                "description": reference(doc),
                "meta": ", ".join(meta),
                "pii": pii,
            }
        )
    values = facts | {
        "table": table,
        "entity": entity,
        "one": one.replace("_", " "),
        "description": f"TODO: what it is. One record per {one.replace('_', ' ')}.",
        "source_description": "TODO: which system the files come from, and how often.",
        "freshness_days": 2,
        "files": file_pattern(found.table, source, facts["landing"]),
        "columns": landed_columns,
        "personal": [column for column in landed_columns if column["pii"]],
        "is_current": False,
        "key": key,
        "parents": parents,
        "row_count": f"{found.row_count:,}",
        "technical_before": BEFORE,
        "technical_after": AFTER,
    }
    sources = f"models/staging/{source}/_{source}__sources.yml"
    entry = render("source_table.yml.jinja", **values)
    if plan.exists(sources):
        plan.change(sources, plan.read(sources).rstrip("\n") + "\n" + entry)
    else:
        plan.create(sources, render("source_head.yml.jinja", **values) + entry)
    staging = f"models/staging/{source}/stg_{source}__{table}"
    plan.create(f"{staging}.sql", f"{{{{ ingest(source('{source}', '{table}')) }}}}\n")
    plan.create(f"{staging}.yml", render("stg.yml.jinja", **values))
    area = f"models/intermediate/{domain}/int_{entity}"
    values |= {
        "columns": silver,
        "column_lines": column_lines(found.columns),
        "rules": rules(found, parents),
        "unit_test": unit_test(found, key),
    }
    plan.create(f"{area}__records.sql", render("int_records.sql", **values))
    plan.create(f"{area}__records.yml", render("int_records.yml.jinja", **values))
    plan.create(f"{area}.sql", render("int_current.sql", **values))
    plan.create(f"{area}.yml", render("int_current.yml.jinja", **(values | {"is_current": True})))
    text = "\n".join(f"{{% docs {name} %}}\n{words}\n{{% enddocs %}}\n" for name, words in docs)
    plan.create(f"models/_docs/{entity}.md", text)
    judged = plan.read(JUDGED)
    line = f"        ['{entity}', 'stg_{source}__{table}'],\n"
    plan.change(JUDGED, judged.replace("    ]) }}", line + "    ]) }}"))


def plan_change(plan: Plan, found: Profile, source: str) -> None:
    """Add the columns that came to a declared table, and say which ones are gone."""
    table = found.table.name
    sources = f"models/staging/{source}/_{source}__sources.yml"
    declared = next(
        entry
        for block in yaml.safe_load(plan.read(sources))["sources"]
        for entry in block["tables"]
        if entry["name"] == table
    )
    names = {
        column.get("config", {}).get("meta", {}).get("landed_as", column["name"]).lower()
        for column in declared["columns"]
    }
    present = {column.landed.lower() for column in found.landed}
    for name in sorted(names - present):
        print(f"  gone: the files no longer have {name}; its column stays, with nulls")
    added = [column for column in found.landed if column.landed.lower() not in names]
    entity, area = entity_of(plan, f"stg_{source}__{table}")
    show_type_changes(plan, found, area, entity)
    containers = {a.bronze.split(".")[0] for a in added}
    silver = [c for c in found.columns if c.bronze.split(".")[0] in containers]
    if entity:
        # The keys of an object that silver takes apart already come and go as columns do.
        read = dict(READ.findall(plan.read(f"{area}/int_{entity}__records.sql")))
        opened = {bronze.split(".")[0] for bronze in read if "." in bronze}
        keys = {c.bronze for c in found.columns if c.is_nested}
        for bronze in sorted(read.keys() - keys):
            if "." in bronze and bronze.split(".")[0] in {key.split(".")[0] for key in keys}:
                print(f"  gone: the files no longer have {bronze}; its column stays, with nulls")
        silver += [
            c
            for c in found.columns
            if c.is_nested and c.bronze.split(".")[0] in opened and c.bronze not in read
        ]
    if not added and not silver:
        return
    entries = []
    for column in added:
        plain = column.landed if found.table.format == "jsonl" else column.landed.lower()
        bronze = column.bronze.split(".")[0]
        meta = f"landed_as: {quote(column.landed)}" if bronze != plain else ""
        description = f"TODO: what it means. Landed as `{column.landed}`: {column.facts}."
        entries.append(
            render(
                "source_column.yml.jinja",
                column={"bronze_name": bronze, "description": description, "meta": meta},
            )
        )
    text = plan.read(sources)
    start = re.search(rf"^      - name: {table}\n", text, flags=re.M).end()
    following = re.search(r"^      - name: ", text[start:], flags=re.M)
    end = start + following.start() if following else len(text)
    plan.change(sources, text[:end].rstrip("\n") + "\n" + "".join(entries) + text[end:])
    if not entity:
        return
    records = f"{area}/int_{entity}__records"
    body = plan.read(f"{records}.sql")
    lines = "".join(f"    {line}\n" for line in column_lines(silver))
    plan.change(f"{records}.sql", body.replace("\n} %}", "\n" + lines + "} %}", 1))
    text = "".join(
        render(
            "silver_column.yml.jinja",
            key=[],
            is_current=False,
            column={
                "name": c.name,
                "type": c.type,
                "pii": c.pii,
                "description": f"TODO: what it means. Landed as `{c.landed}`: {c.facts}.",
            },
        )
        for c in silver
    )
    for path, before in (
        (f"{records}.yml", "_unreadable"),
        (f"{area}/int_{entity}.yml", "_source_file"),
    ):
        marker = f"      - name: {before}\n"
        plan.change(path, plan.read(path).replace(marker, text + marker, 1))


def entity_of(plan: Plan, staging: str) -> tuple[str, str]:
    """Return the entity that silver makes of a staging model, and its folder."""
    match = re.search(rf"\['(\w+)', '{staging}'\]", plan.read(JUDGED))
    files = (
        list(plan.project.glob(f"models/intermediate/*/int_{match[1]}__records.sql"))
        if match
        else []
    )
    return (match[1], str(files[0].parent.relative_to(plan.project))) if files else ("", "")


def show_type_changes(plan: Plan, found: Profile, area: str, entity: str) -> None:
    """Print where the files suggest another type than silver reads."""
    if not entity:
        return
    body = plan.read(f"{area}/int_{entity}__records.sql")
    read = dict(READ.findall(body))
    for column in found.columns:
        if column.filled_count and read.get(column.bronze, column.type) != column.type:
            print(
                f"  type: silver reads {column.bronze} as {read[column.bronze]}, these files look like {column.type}"
            )


def unity_catalog(name: str, landing: Path) -> int:
    """Say how a table of a Unity Catalog becomes a source."""
    table = name.split(".")[-1]
    print(
        f"{name} is a table of a catalog, and bronze reads files. Unload it into the landing volume, on a SQL warehouse:\n\n"
        f"  insert overwrite directory '/Volumes/<catalog>/<schema>/landing/{name.split('.')[1]}/{table}/2024-05-31'\n"
        f"  using parquet select * from {name};\n\n"
        f"fetch one of the files (`databricks fs cp`), and run\n\n"
        f"  python -m lakehouse new-source {table}.parquet --source {identifier(name.split('.')[1]).replace('_', '')} --table {table}\n\n"
        f"The pattern it writes, **/<source>/{table}/**/*, finds the volume's files as well as those in {landing}.",
        file=sys.stderr,
    )
    return 1
