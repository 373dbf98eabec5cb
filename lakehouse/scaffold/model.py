"""The subcommand `new-model`: a dimension, a fact, a mart, or an empty model with a failing test.

A dimension and a fact take all columns of their silver entity, with types and texts; a mart counts and adds up a fact. What
is left to write are the texts marked TODO and what makes the model more than its parent.
"""

import argparse
import hashlib
import re
import sys
from datetime import date
from pathlib import Path

import duckdb
import yaml

from lakehouse import options
from lakehouse.scaffold.domain import GROUPS
from lakehouse.scaffold.names import identifier, singular
from lakehouse.scaffold.plan import PROJECT, Plan, RefusedError, agreed, quote, render

FORMS = {
    "dim": "something that has attributes: one row per member, and the unknown one",
    "fct": "something that happens: one row per event, with keys to dimensions and other facts",
    "mart": "an answer: counts and sums of a fact by some of its columns",
    "blank": "none of these: a start, and a test that fails until it is written",
}
# More joins than that are a design of their own.
MAX_LINKS = 6
FOLDERS = {"dim": "core", "fct": "core", "mart": "analytics", "blank": "analytics"}
# The house's order of columns in a select.
KINDS = ["key", "id", "string", "number", "boolean", "date", "timestamp"]
EXAMPLES = {
    "string": "a",
    "boolean": "true",
    "date": "2018-01-31",
    "timestamp": "2018-01-31 10:00:00",
}


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the parser of `new-model`."""
    parser = subparsers.add_parser(
        "new-model", help="write a dimension, a fact, a mart or a start of a model"
    )
    parser.add_argument(
        "--form", choices=FORMS, help="; ".join(f"{k}: {v}" for k, v in FORMS.items())
    )
    parser.add_argument(
        "--over",
        metavar="MODEL",
        help="what it reads: int_visits, or for a mart fct_visits; several with a comma",
    )
    parser.add_argument("--name", metavar="NAME", help="default: from the form and what it reads")
    parser.add_argument(
        "--by", metavar="A,B", help="mart: its grain, columns of the fact; a moment counts by month"
    )
    parser.add_argument("--key", metavar="A,B", help="blank: the columns that tell rows apart")
    parser.add_argument(
        "--layer",
        choices=["silver", "gold"],
        default="gold",
        help="blank: where it goes (default: gold)",
    )
    parser.add_argument("--grain", metavar="TEXT", help="one row per what, in words")
    parser.add_argument(
        "--domain", metavar="NAME", help="who it belongs to (default: that of the parent)"
    )
    parser.add_argument("--owner", metavar="TEAM", help="who answers for it (default: the domain)")
    parser.add_argument(
        "--test-first",
        action="store_true",
        help="write the unit test so that it fails until you say what to expect",
    )
    parser.add_argument("--dry-run", action="store_true", help="show every line, write nothing")
    parser.add_argument("--yes", action="store_true", help="write without asking")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Ask for what is missing, show, ask, write; return 0, or 1 when nothing was written."""
    try:
        return new_model(arguments)
    except RefusedError as problem:
        print(problem, file=sys.stderr)
        return 1


def asked(arguments: argparse.Namespace, name: str, question: str) -> str:
    """Return an option, from the terminal where it was not given."""
    given = getattr(arguments, name)
    if given:
        return given
    if not sys.stdin.isatty():
        raise RefusedError(f"Say --{name}: {question}")
    return input(f"{question}: ").strip()


def new_model(arguments: argparse.Namespace, project: Path = PROJECT) -> int:
    """Do the work of `run` in a project."""
    form = asked(arguments, "form", f"which form ({', '.join(FORMS)})")
    if form not in FORMS:
        raise RefusedError(f"There is no form {form}; there are {', '.join(FORMS)}.")
    parents = [
        name.strip()
        for name in asked(arguments, "over", "the model it reads, such as int_visits").split(",")
    ]
    parent = load(project, parents[0])
    prefix = "int_" if parents[0].startswith("int_") else "fct_"
    if form in ("dim", "fct") and prefix != "int_":
        raise RefusedError(
            f"A {form} reads an entity of silver, int_<entity>; {parents[0]} is none."
        )
    if form == "mart" and not parents[0].startswith("fct_"):
        raise RefusedError(
            f"A mart reads a fact, fct_<events>; {parents[0]} is none. Make one: --form fct."
        )
    entity = re.sub(r"^(int|fct|dim|mart|obt)_", "", parents[0])
    domain = identifier(arguments.domain or parent["domain"])
    plan = Plan(project)
    values = {
        "form": form,
        "entity": entity,
        "domain": domain,
        "owner": arguments.owner or domain,
        "has_groups": (project / GROUPS).exists(),
        "parent": parents[0],
    }
    make = {"dim": dimension, "fct": fact, "mart": mart, "blank": blank}[form]
    values |= make(project, parent, entity, arguments)
    name = arguments.name or values["name"]
    allowed = {"dim": "dim_", "fct": "fct_", "mart": "mart_", "blank": "mart_"}[form]
    if form == "blank" and arguments.layer == "silver":
        allowed = "int_"
    if not name.startswith(allowed):
        name = allowed + re.sub(r"^(dim|fct|mart|int|obt)_", "", name)
    values["name"] = name
    values["grain"] = (arguments.grain or values["grain"]).rstrip(".")
    values["grain_lower"] = values["grain"][0].lower() + values["grain"][1:]
    if arguments.test_first or form == "blank":
        values["test"]["expected"] = [f"{values['columns'][0]['name']}: 'TODO'"]
        values["test"]["description"] = (
            "TODO: what the model must say of the rows given; it fails until then."
        )
    folder = "models/marts/" + FOLDERS[form]
    sql = render(f"{form}.sql", **values)
    if allowed == "int_":
        folder = f"models/intermediate/{domain}"
        sql = "{{ config(materialized='table') }}\n\n" + sql
    plan.create(f"{folder}/{name}.sql", re.sub(r"\n\n\)", "\n)", sql))
    plan.create(f"{folder}/{name}.yml", render("gold_yml.yml.jinja", **values))
    if form == "fct":
        allow_key(plan, values["columns"][0]["name"])
    if form in ("fct", "dim"):
        widen_calendar(plan, entity, values["columns"])
    print("To be written:")
    plan.show(whole=arguments.dry_run)
    if arguments.dry_run:
        return 0
    if not agreed("\nWrite it?", arguments.yes):
        return 1
    todo_count = plan.todo_count()
    plan.write()
    print(f"\nWritten. {todo_count} texts are marked TODO: grep -rn TODO {folder}/{name}.*")
    print(f"Next: dbt build -s +{name}; then `make bundle`, `make lint`, `make rules`.")
    return 0


def load(project: Path, name: str) -> dict:
    """Return a model's columns, key and domain from its YAML."""
    files = list(project.glob(f"models/**/{name}.yml"))
    if not files:
        raise RefusedError(f"There is no model {name} with a YAML beside it.")
    model = next(
        m
        for m in yaml.safe_load(files[0].read_text(encoding="utf-8"))["models"]
        if m["name"] == name
    )
    config = model.get("config", {})
    meta = config.get("meta", {})
    records = files[0].with_name(f"{name}__records.yml")
    if "key" not in meta and records.exists():
        judged = yaml.safe_load(records.read_text(encoding="utf-8"))["models"][0]
        meta = judged["config"]["meta"] | meta
    columns = []
    for column in model.get("columns", []):
        settings = column.get("config", {}).get("meta", {})
        relation = next(
            (
                t["relationships"]["arguments"]
                for t in column.get("data_tests", [])
                if isinstance(t, dict) and "relationships" in t
            ),
            {},
        )
        columns.append(
            {
                "name": column["name"],
                "type": column.get("data_type", "string"),
                "description": column.get("description", "TODO: what it means.").strip(),
                "pii": settings.get("pii", ""),
                "to": (re.findall(r"'(\w+)'", relation.get("to", "")) or [""])[0],
                "field": relation.get("field", ""),
                "is_optional": bool(relation) and "not_null" not in column["data_tests"],
            }
        )
    domain = (
        config.get("group")
        or meta.get("domain")
        or (files[0].parent.name if name.startswith("int_") else "")
    )
    return {
        "name": name,
        "columns": columns,
        "key": meta.get("key", []),
        "domain": domain or "platform",
    }


def kind(column: dict) -> int:
    """Return the place of a column in the house's order."""
    name, type_ = column["name"], column["type"]
    if name.endswith("_key"):
        return 0
    if name.endswith("_id"):
        return 1
    if type_ in KINDS:
        return KINDS.index(type_)
    return KINDS.index("number")


def gold_columns(parent: dict, alias: str) -> list[dict]:
    """Return the columns that a dimension or a fact takes from silver, in order, with names fit for gold."""
    columns = []
    for column in parent["columns"]:
        if column["name"].startswith("_"):
            continue
        name = column["name"]
        if column["type"] == "boolean" and not re.match(r"(is|has|was|counts|allows)_", name):
            name = f"is_{name}"
        columns.append(
            column
            | {"name": name, "expression": f"{alias}.{column['name']}", "to": "", "field": ""}
        )
    return sorted(columns, key=kind)


def own_key(parent: dict, entity: str) -> dict:
    """Return the surrogate key of an entity as a column."""
    if not parent["key"]:
        raise RefusedError(
            f"int_{entity} says no key: write `config: {{meta: {{key: [...]}}}}` into its YAML."
        )
    parts = [f"'{entity}.{name}'" for name in parent["key"]]
    listed = ", ".join(parts)
    if len(listed) > 75:  # or the line is longer than the linter takes
        listed = "\n" + "".join(f"            {part},\n" for part in parts) + "        "
    one = singular(entity)
    return {
        "name": f"{one}_key",
        "type": "string",
        "expression": f"{{{{ surrogate_key([{listed}]) }}}}",
        "description": f"Hash of {', '.join(parent['key'])}. Primary key.",
        "pii": "",
        "to": "",
        "field": "",
    }


STAMP = {
    "name": "_processed_at",
    "type": "timestamp",
    "expression": "",
    "description": '{{ doc("_processed_at") }}',
    "pii": "",
    "to": "",
    "field": "",
}


def example(type_: str, number: int = 1) -> str:
    """Return a value of a type for a unit test."""
    return EXAMPLES.get(type_, str(number))


def key_example(parent: dict) -> tuple[str, str]:
    """Return a row of the key alone for a unit test, and the hash it gives."""
    types = {column["name"]: column["type"] for column in parent["columns"]}
    values = [example(types.get(name, "string")) for name in parent["key"]]
    row = ", ".join(
        f"{name}: {quote(value)}" for name, value in zip(parent["key"], values, strict=True)
    )
    return row, hashlib.md5("|".join(values).encode()).hexdigest()


def dimension(project: Path, parent: dict, entity: str, arguments: argparse.Namespace) -> dict:  # noqa: ARG001
    """Return what the template of a dimension needs."""
    one = singular(entity).replace("_", " ")
    key = own_key(parent, entity)
    columns = [key, *gold_columns(parent, entity), STAMP]
    row, hashed = key_example(parent)
    return {
        "name": f"dim_{entity}",
        "columns": columns,
        "grain": f"One row per {one}, and the unknown {one}",
        "nuance": "the current state of each; earlier states are in `int_" + entity + "__records`.",
        "example": f"select count(*) from gold.dim_{entity}",
        "test": {
            "name": "has_every_member_and_the_unknown_one",
            "description": "A member keeps its key; facts without one point at the unknown member.",
            "given": [{"ref": f"int_{entity}", "rows": [row]}],
            "expected": [f"{key['name']}: {hashed}", f"{key['name']}: unknown"],
        },
    }


def targets(project: Path, form: str) -> list[dict]:
    """Return the models of gold that a fact can point at (form: dim or fct): what names a row, its key, its versions."""
    found = []
    for file in sorted(project.glob(f"models/marts/core/{form}_*.yml")):
        model, entity = load(project, file.stem), file.stem.removeprefix(f"{form}_")
        names = [column["name"] for column in model["columns"]]
        if len(names) < 2 or file.stem == "dim_dates":
            continue
        # The key of the entity it was made of; of a dimension made of several, the first id.
        silver = f"int_{entity}"
        naturals = load(project, silver)["key"] if is_described(project, silver) else []
        if form == "dim" and not naturals:
            naturals = [next((n for n in names if n.endswith("_id")), names[1])]
        if naturals and set(naturals) <= set(names):
            found.append(
                {
                    "dimension": file.stem,
                    "alias": entity,
                    "columns": naturals,
                    "key": names[0],
                    "is_versioned": form == "dim" and "valid_from" in names,
                    "has_unknown": form == "dim",
                }
            )
    return found


def is_described(project: Path, name: str) -> bool:
    """Return whether there is a model of a name, with a YAML beside it."""
    return any(project.glob(f"models/**/{name}.yml"))


def fact(project: Path, parent: dict, entity: str, arguments: argparse.Namespace) -> dict:  # noqa: ARG001
    """Return what the template of a fact needs."""
    one = singular(entity).replace("_", " ")
    key = own_key(parent, entity)
    attributes = gold_columns(parent, entity)
    types = {c["name"]: c["type"] for c in parent["columns"]}
    links, keys = [], []
    taken = {key["name"], *types}
    for found in targets(project, "dim") + targets(project, "fct"):
        if (
            set(found["columns"]) <= types.keys()
            and found["alias"] != entity
            and found["key"] not in taken
            and len(links) < MAX_LINKS
        ):
            links.append(found)
            taken.add(found["key"])
            own = f"{found['alias']}.{found['key']}"
            nothing = "" if found["has_unknown"] else ", or null when it has none"
            keys.append(
                key
                | {
                    "name": found["key"],
                    "expression": f"coalesce({own}, {{{{ unknown_key() }}}})"
                    if found["has_unknown"]
                    else own,
                    "description": f"Key of the row in `{found['dimension']}`{nothing}.",
                    "is_optional": not found["has_unknown"],
                    "to": found["dimension"],
                    "field": found["key"],
                }
            )
    days = []
    if (project / "models/marts/core/dim_dates.yml").exists():
        for column in attributes:
            if column["type"] in ("date", "timestamp") and len(days) < 4:
                days.append(
                    column
                    | {
                        "name": re.sub(r"_(date|at)$", "", column["name"]) + "_date_key",
                        "type": "int",
                        "expression": f"cast({{{{ date_key('{column['expression']}') }}}} as int)",
                        "description": f"Key of the day of `{column['name']}` in `dim_dates`; 0 when there is none.",
                        "pii": "",
                        "to": "dim_dates",
                        "field": "date_key",
                    }
                )
    row, hashed = key_example(parent)
    named = [
        k["name"]
        for k in days
        if re.sub(r"_date_key$", "", k["name"])
        not in {re.sub(r"_(date|at)$", "", n) for n in parent["key"]}
    ]
    unlinked = [
        k["name"]
        for k in keys
        if k["to"]
        and not k.get("is_optional")
        and not any(
            set(link["columns"]) <= set(parent["key"]) and link["key"] == k["name"]
            for link in links
        )
    ]
    expected = ", ".join(
        [
            f"{key['name']}: {hashed}",
            *[f"{n}: unknown" for n in unlinked],
            *[f"{n}: 0" for n in named],
        ]
    )
    moments = [c["expression"].split(".")[1] for c in attributes if c["type"] == "timestamp"]
    return {
        "name": f"fct_{entity}",
        "columns": [key, *keys, *days, *attributes, STAMP],
        "links": links,
        "moment": moments[0] if moments else "",
        "grain": f"One row per {one}",
        "nuance": "a row without a member in a dimension points at the unknown one.",
        "example": f"select count(*) from gold.fct_{entity}",
        "test": {
            "name": "points_at_the_unknown_member",
            "description": "A row that names nobody, or somebody not delivered yet, is kept.",
            "given": [
                {"ref": f"int_{entity}", "rows": [row]},
                *[{"ref": link["dimension"], "rows": []} for link in links],
            ],
            "expected": [expected],
        },
    }


def mart(project: Path, parent: dict, entity: str, arguments: argparse.Namespace) -> dict:  # noqa: ARG001
    """Return what the template of a mart needs."""
    by = [
        name.strip()
        for name in asked(
            arguments, "by", f"its grain, of {', '.join(c['name'] for c in parent['columns'])}"
        ).split(",")
    ]
    columns = {column["name"]: column for column in parent["columns"]}
    unknown = [name for name in by if name not in columns]
    if unknown:
        raise RefusedError(
            f"{parent['name']} has no column {', '.join(unknown)}; it has {', '.join(columns)}."
        )
    moments = [name for name in by if columns[name]["type"] in ("date", "timestamp")]
    if len(moments) > 1:
        raise RefusedError(f"Take one moment, not {', '.join(moments)}.")
    month = moments[0] if moments else ""
    month_name = re.sub(r"_(date|at)$", "", month) + "_month_date" if month else ""
    grain = [month_name if name == month else name for name in by]
    one = singular(entity)
    measures = [
        {
            "name": f"{one}_count",
            "aggregate": "count(*)",
            "type": "bigint",
            "description": f"How many: {one.replace('_', ' ')}s.",
        }
    ]
    for column in parent["columns"]:
        name, type_ = column["name"], column["type"]
        # Nobody adds up places and documents.
        if (
            name in by
            or column["pii"]
            or name.startswith("_")
            or name.endswith(("_key", "_id", "_number", "_code"))
        ):
            continue
        total = {"name": name, "description": f"Sum of {name} over all of them."}
        if type_.startswith("decimal"):
            scale = re.findall(r",\s*(\d+)", type_)[0]
            measures.append(total | {"aggregate": f"sum({name})", "type": f"decimal(28,{scale})"})
        elif type_ in ("int", "bigint"):
            measures.append(total | {"aggregate": f"sum({name})", "type": "bigint"})
        elif type_ == "double":
            # Added up as decimals: a sum of doubles depends on their order.
            measures.append(
                total
                | {"aggregate": f"sum(cast({name} as decimal(28, 6)))", "type": "decimal(28,6)"}
            )
    name = arguments.name or f"mart_{one}_totals"
    key = {
        "name": f"{re.sub('^mart_', '', name)}_key",
        "type": "string",
        "description": f"Hash of {', '.join(grain)}. Primary key.",
        "pii": "",
        "to": "",
        "field": "",
    }
    grains = [
        columns[b]
        | {"name": g}
        | (
            {"type": "date", "description": f"First day of the month of `{b}`.", "to": ""}
            if b == month
            else {}
        )
        for b, g in zip(by, grain, strict=True)
    ]
    fields = ", ".join(f"{b}: {quote(example(columns[b]['type']))}" for b in by)
    shown = ", ".join(
        f"{g['name']}: {quote('2018-01-01' if g['name'] == month_name else example(g['type']))}"
        for g in grains
    )
    return {
        "name": name,
        "columns": [
            key,
            *grains,
            *[m | {"pii": "", "to": "", "field": ""} for m in measures],
            STAMP,
        ],
        "measures": measures,
        "grain_columns": grain,
        "month": month,
        "month_name": month_name,
        "grain": f"One row per {' and '.join(g.removesuffix('_date').replace('_', ' ') for g in grain)}",
        "nuance": "a sum leaves missing values out.",
        "example": f"select {', '.join(grain)}, {one}_count from gold.{name} order by {one}_count desc",
        "test": {
            "name": "counts_every_row_once",
            "description": "Two rows of one group are one row with a count of two.",
            "given": [{"ref": parent["name"], "rows": [fields, fields]}],
            "expected": [f"{shown}, {one}_count: 2"],
        },
    }


def blank(project: Path, parent: dict, entity: str, arguments: argparse.Namespace) -> dict:
    """Return what the template of a model to be written needs."""
    parents = [
        load(project, name.strip())
        for name in asked(arguments, "over", "the models it reads").split(",")
    ]
    names = [c["name"] for c in parent["columns"]]
    key = [
        name.strip() for name in (arguments.key or ",".join(parent["key"] or names[:1])).split(",")
    ]
    missing = [name for name in key if name not in names]
    if missing:
        raise RefusedError(
            f"{parent['name']} has no column {', '.join(missing)}; it has {', '.join(names)}."
        )
    aliases = [
        {"name": p["name"], "alias": re.sub(r"^(int|fct|dim|mart|obt)_", "", p["name"])}
        for p in parents
    ]
    name = arguments.name or f"mart_{entity}"
    short = re.sub(r"^(mart|int)_", "", name)
    own = {
        "name": f"{singular(short)}_key",
        "type": "string",
        "description": f"Hash of {', '.join(key)}. Primary key.",
        "pii": "",
        "to": "",
        "field": "",
    }
    kept = [
        c | {"expression": f"{aliases[0]['alias']}.{c['name']}", "to": ""}
        for c in parent["columns"]
        if c["name"] in key
    ]
    row, _ = key_example(parent | {"key": key})
    return {
        "name": name,
        "parents": aliases,
        "key": key,
        "columns": [own, *kept, STAMP],
        "grain": f"One row per {' and '.join(key)}",
        "nuance": "TODO: what surprises a reader.",
        "example": f"select count(*) from {'silver' if arguments.layer == 'silver' else 'gold'}.{name}",
        "test": {
            "name": "says_what_it_must",
            "description": "",
            "given": [
                {"ref": p["name"], "rows": [row] if p is parents[0] else []} for p in parents
            ],
            "expected": [],
        },
    }


def allow_key(plan: Plan, key: str) -> None:
    """Say in the house's rules that a fact's own key points nowhere."""
    one = key.removesuffix("_key")
    rules = plan.read("dbt-bouncer.yml")
    plan.change(
        "dbt-bouncer.yml",
        re.sub(
            r"\(\?!\(([a-z0-9_|]+)\)_key\$\)",
            lambda m: m[0] if one in m[1].split("|") else f"(?!({m[1]}|{one})_key$)",
            rules,
        ),
    )


def widen_calendar(plan: Plan, entity: str, columns: list[dict]) -> None:
    """Let the calendar hold the days that the built entity has, in whole years."""
    database = options.database()
    days = [
        c["expression"].split("'")[1].split(".")[1]
        for c in columns
        if c["name"].endswith("_date_key")
    ]
    if not days:
        return
    listed = ", ".join(f"min(cast({d} as date)), max(cast({d} as date))" for d in days)
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            found = connection.execute(f"select {listed} from silver.int_{entity}").fetchone()
    except duckdb.Error as problem:
        reason = (
            "another process has it open"
            if "lock" in str(problem)
            else f"int_{entity} is not built"
        )
        print(
            f"The days of int_{entity} are not looked at ({reason}): those outside of the calendar (calendar_from, "
            "calendar_to in dbt_project.yml) point at the unknown day. Build, then give this command again.",
            file=sys.stderr,
        )
        return
    # Years that no calendar should grow to are mistakes, and point at the unknown day.
    years = [day.year for day in found if day and 1950 <= day.year <= date.today().year + 5]
    settings = plan.read("dbt_project.yml")
    for name, pick, end in (("calendar_from", min, "01-01"), ("calendar_to", max, "12-31")):
        match = re.search(rf'{name}: "(\d{{4}})', settings)
        if match and years and pick([int(match[1]), *years]) != int(match[1]):
            settings = re.sub(rf'{name}: "[^"]+"', f'{name}: "{pick(years)}-{end}"', settings)
    plan.change("dbt_project.yml", settings)
