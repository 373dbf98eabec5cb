"""The first page: what this is, how much of it there is, and whether it is well."""

from typing import Any

from lakehouse.site.project import LAYERS, Site
from lakehouse.site.words import moment, number, of, share

# Only the last reconciliation of each entity: the ledger may hold those of earlier runs.
LATEST_RECONCILIATION = """
    where (entity, _processed_at) in (
        select (entity, max(_processed_at)) from ops.ops_reconciliation group by entity
    )
"""


def content(site: Site) -> dict[str, Any]:
    """Layers with live counts, the time of the last build, and health in six numbers."""
    return {
        "is_marketplace": site.has("gold.fct_orders"),
        "layers": layers(site),
        "built": built(site),
        "health": health(site),
    }


def layers(site: Site) -> list[dict[str, str]]:
    """A row a layer: landing's files, then tables, views and rows of each schema."""
    files = site.rows(
        """
        select
            count(distinct source_file) as files,
            count(distinct cast(delivered_at as date)) as drops,
            sum(size_bytes) as bytes
        from (select distinct source_file, size_bytes, modified_at, delivered_at from ops.ops_landed_files)
        """
    )[0]
    found = [
        {
            "name": "landing",
            "holds": "files as delivered, never changed",
            "count": f"{of(files['files'], 'file')} in {of(files['drops'], 'drop')}",
            "rows": f"{(files['bytes'] or 0) / 1e6:,.1f} MB",
        }
    ]
    for layer, holds in LAYERS.items():
        names = [name for name in site.relations if name.startswith(f"{layer}.")]
        tables = [name for name in names if site.relations[name] == "BASE TABLE"]
        rows = sum(site.value(f"select count(*) from {name}") for name in tables)
        views = len(names) - len(tables)
        found.append(
            {
                "name": layer,
                "holds": holds,
                "count": of(len(tables), "table") + (f", {of(views, 'view')}" if views else ""),
                "rows": f"{number(rows)} rows",
            }
        )
    return found


def built(site: Site) -> dict[str, Any]:
    """When the last build began, how long its nodes took, and how many runs the ledger knows."""
    row = site.rows(
        """
        select
            max(_processed_at) as started_at,
            count(distinct invocation_id) as runs,
            sum(execution_seconds) filter (_processed_at = (select max(_processed_at) from ops.ops_model_runs))
                as seconds
        from ops.ops_model_runs
        """
    )[0]
    return {"at": moment(row["started_at"]), "runs": row["runs"], "seconds": row["seconds"] or 0}


def health(site: Site) -> list[dict[str, str]]:
    """A card a question: a state (good, watch or bad), the answer, and what it means."""
    tests = site.rows(
        """
        select
            count(*) as total,
            count(*) filter (node_status in ('fail', 'error')) as failed,
            count(*) filter (node_status = 'warn') as warned
        from ops.ops_model_runs
        where node_type in ('test', 'unit_test')
            and invocation_id = (
                select arg_max(invocation_id, _processed_at)
                from ops.ops_model_runs
                where node_type = 'test'
            )
        """
    )[0]
    law = site.rows(
        f"""
        select
            count(*) as entities,
            count(*) filter (not is_balanced) as unbalanced,
            coalesce(sum(landed_count), 0) as landed,
            coalesce(sum(corrupt_count), 0) as corrupt,
            coalesce(sum(quarantined_count), 0) as quarantined
        from ops.ops_reconciliation
        {LATEST_RECONCILIATION}
        """
    )[0]
    quarantine = site.rows(
        """
        select
            count(*) filter (quarantine_status = 'open') as waiting,
            count(*) filter (quarantine_status = 'released') as released
        from silver.int_quarantine
        """
    )[0]
    drift = site.value("select count(*) from ops.ops_schema_drift where drift <> 'reordered'")
    reordered = site.value("select count(*) from ops.ops_schema_drift where drift = 'reordered'")
    unusual = site.value(
        """
        select count(*) from ops.ops_drop_volumes
        where is_unusual and drop_date = (select max(drop_date) from ops.ops_drop_volumes)
        """
    )
    last_drop = site.value("select max(drop_date) from ops.ops_drop_volumes")
    failed, warned = tests["failed"], tests["warned"]
    return [
        {
            "state": "bad" if failed else "watch" if warned or not tests["total"] else "good",
            "name": "Tests of the last build",
            "value": f"{tests['total'] - failed - warned:,} of {tests['total']:,} passed"
            if tests["total"]
            else "None ran",
            "means": f"{of(failed, 'failure')}, {of(warned, 'warning')}."
            if tests["total"]
            else "It was built without them: run `dbt test`.",
            "to": "quality.html#tests",
        },
        {
            "state": "bad" if law["unbalanced"] else "good",
            "name": "Every record accounted for",
            "value": "No" if law["unbalanced"] else "Yes",
            "means": (
                f"{law['entities'] - law['unbalanced']} of {of(law['entities'], 'entity', 'entities')} balance: "
                f"{number(law['landed'])} records landed, none lost or counted twice."
                if not law["unbalanced"]
                else f"{of(law['unbalanced'], 'entity', 'entities')} do not balance."
            ),
            "to": "quality.html#reconciliation",
        },
        {
            "state": "watch" if quarantine["waiting"] else "good",
            "name": "In the quarantine",
            "value": f"{quarantine['waiting']:,} open",
            "means": f"{share(quarantine['waiting'], law['landed']).capitalize()} of what landed"
            + (
                f"; {quarantine['released']:,} more came back corrected."
                if quarantine["released"]
                else "."
            ),
            "to": "quality.html#quarantine",
        },
        {
            "state": "watch" if law["corrupt"] else "good",
            "name": "Unreadable lines",
            "value": f"{law['corrupt']:,}",
            "means": f"{share(law['corrupt'], law['landed']).capitalize()} of what landed; kept whole in bronze."
            if law["corrupt"]
            else "Every line could be read.",
            "to": "quality.html#quarantine",
        },
        {
            "state": "watch" if drift else "good",
            "name": "Changed files",
            "value": of(drift, "changed column"),
            "means": (
                "Columns that are new, missing or of another type"
                if drift
                else "Every file has the declared columns"
            )
            + (f"; {of(reordered, 'change')} of order, which is harmless." if reordered else "."),
            "to": "quality.html#drift",
        },
        {
            "state": "watch" if unusual else "good",
            "name": "Last drop",
            "value": f"{last_drop or 'None yet'}",
            "means": f"{of(unusual, 'file')} of it unusually large or small."
            if unusual
            else "Of usual size, as far as earlier drops tell."
            if last_drop
            else "Nothing has landed.",
            "to": "quality.html#freshness",
        },
    ]
