"""Quality: the conservation law, the rules, the quarantine, drift, freshness, and how long the models take."""

from typing import Any

from lakehouse.site.charts import Chart, bars, columns, one, whole
from lakehouse.site.masking import shape
from lakehouse.site.pages.home import LATEST_RECONCILIATION
from lakehouse.site.project import Site
from lakehouse.site.words import moment, of, share

RUNS_SHOWN = 20
SLOWEST = 12


def content(site: Site) -> dict[str, Any]:
    """A part a question."""
    return {
        "tests": tests(site),
        "has_tests": site.value(
            "select count(*) from ops.ops_model_runs where node_type in ('test', 'unit_test')"
        ),
        "reconciliation": reconciliation(site),
        "rules": rules(site),
        "quarantine": quarantine(site),
        "drift": drift(site),
        "freshness": freshness(site),
        "timings": [chart for chart in (slowest(site), runs(site)) if chart],
    }


def tests(site: Site) -> list[dict[str, Any]]:
    """The tests of the last run that did not pass."""
    return site.rows(
        """
        select node_name as name, node_status as status, failure_count as failures
        from ops.ops_model_runs
        where node_type in ('test', 'unit_test') and node_status <> 'pass'
            and invocation_id = (
                select arg_max(invocation_id, _processed_at)
                from ops.ops_model_runs
                where node_type = 'test'
            )
        order by 2, 1
        """
    )


def reconciliation(site: Site) -> list[dict[str, Any]]:
    """The equation of each entity."""
    return site.rows(
        f"select * from ops.ops_reconciliation {LATEST_RECONCILIATION} order by landed_count desc, entity"
    )


def rules(site: Site) -> list[dict[str, Any]]:
    """Every rule of every entity, and how many of the records it holds now break it."""
    found = []
    for entity in sorted(site.entities):
        records = f"silver.int_{entity}__records"
        if not site.has(records):
            continue
        total = site.value(f"select count(*) from {records}")
        broken = {
            row["rule"]: row["records"]
            for row in site.rows(
                f"""
                select rule, count(*) as records
                from (
                    select unnest(string_split(concat_ws(', ', _broken_rules, _warnings), ', ')) as rule
                    from {records}
                    where _broken_rules is not null or _warnings is not null
                )
                group by 1
                """
            )
        }
        for rule in site.rules(entity):
            count = broken.get(rule["name"], 0)
            found.append(
                {
                    "entity": entity,
                    "name": rule["name"],
                    "means": rule.get("description", ""),
                    "expression": rule.get("expression", ""),
                    "fate": rule["on_violation"],
                    "records": count,
                    "of": total,
                    "share": share(count, total) if count else "",
                }
            )
    return found


def quarantine(site: Site) -> list[dict[str, Any]]:
    """Entity and rules of the refused records: open, released, the latest file."""
    return site.rows(
        """
        select
            entity,
            broken_rules as rules,
            count(*) filter (quarantine_status = 'open') as waiting,
            count(*) filter (quarantine_status = 'released') as released,
            cast(max(delivered_at) as date) as last_day,
            arg_max(source_file || ', record ' || source_row, (delivered_at, source_file, source_row)) as place
        from silver.int_quarantine
        group by 1, 2
        order by waiting desc, released desc, 1, 2
        """
    )


def drift(site: Site) -> list[dict[str, Any]]:
    """What files brought that nobody declared; the samples by their shape, for nobody has said what they hold."""
    rows = site.rows(
        "select * from ops.ops_schema_drift order by first_delivered_at desc, entity, column_name"
    )
    for row in rows:
        row["sample"] = shape(row["sample_values"] or "")
    return rows


def freshness(site: Site) -> list[dict[str, Any]]:
    """Each source table: its drops, the latest, and whether one of its drops was of unusual size."""
    rows = site.rows(
        """
        select
            entity,
            count(*) as drops,
            sum(record_count) as records,
            max(drop_date) as last_day,
            arg_max(record_count, drop_date) as last_records,
            count(*) filter (is_unusual) as unusual
        from ops.ops_drop_volumes
        group by 1
        order by last_day desc, entity
        """
    )
    newest = max((row["last_day"] for row in rows), default=None)
    for row in rows:
        row["behind"] = (newest - row["last_day"]).days
    return rows


def slowest(site: Site) -> Chart | None:
    """The models that took longest in the last run that built everything."""
    rows = site.rows(
        f"""
        with latest as (
            select arg_max(invocation_id, (models, started_at)) as invocation_id
            from (
                select invocation_id, count(*) as models, max(_processed_at) as started_at
                from ops.ops_model_runs where node_type = 'model' group by 1
            )
        )

        select node_name as name, execution_seconds as seconds, row_count,
            sum(execution_seconds) over () as total, _processed_at as started_at
        from ops.ops_model_runs
        inner join latest using (invocation_id)
        where node_type = 'model'
        order by seconds desc, name
        limit {SLOWEST}
        """
    )
    if not rows:
        return None
    total = rows[0]["total"]
    part = share(sum(row["seconds"] for row in rows[:3]), total)
    return bars(
        f"Three models take {part} of the {one(total)} seconds of work; {rows[0]['name']} takes longest",
        "seconds a model, in the latest full run",
        [row["name"] for row in rows],
        [row["seconds"] for row in rows],
        one,
        [i < 3 for i in range(len(rows))],
        [of(row["row_count"], "row") if row["row_count"] else "" for row in rows],
        source="ops.ops_model_runs",
        note=f"The run of {moment(rows[0]['started_at'])} UTC. Models run side by side, so the run itself is shorter.",
    )


def runs(site: Site) -> Chart | None:
    """Seconds of work of the latest runs."""
    rows = site.rows(
        f"""
        select * from (
            select invocation_id, max(_processed_at) as started_at, count(*) as nodes, sum(execution_seconds) as seconds
            from ops.ops_model_runs group by 1 order by 2 desc limit {RUNS_SHOWN}
        ) order by started_at
        """
    )
    if len(rows) < 2:
        return None
    last, before = rows[-1], rows[-2]
    word = "more" if last["seconds"] >= before["seconds"] else "less"
    return columns(
        f"The latest run took {one(last['seconds'])} seconds of work, {word} than the one before "
        f"({one(before['seconds'])})",
        "seconds of work a run, models and tests together",
        [f"{row['started_at']:%m-%d %H:%M}" for row in rows],
        [row["seconds"] for row in rows],
        one,
        whole,
        marked=[row is last for row in rows],
        source="ops.ops_model_runs",
        note="; ".join(
            f"{moment(row['started_at'])}: {of(row['nodes'], 'node')}" for row in rows[-3:]
        ),
    )
