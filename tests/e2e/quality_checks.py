"""A lakehouse after a build against the truth of its `Zone`: dispositions, quarantine, equation, silver, gold."""

import json
from collections import Counter

import duckdb
from landing_zone import ENTITIES, silver_key
from truth import DISPOSITIONS, GOLD, expected_gold, typed

# Everything but the marts that only read gold; no tests but those of operations.
BUILD = (
    *("build", "--indirect-selection", "empty", "--exclude", "path:models/marts/analytics"),
    *(
        "--select",
        "resource_type:model",
        "path:tests/singular/operations",
        "path:package/tests/singular",
    ),
)
SEEDED_BUILD = (*BUILD, "resource_type:seed")


class State:
    """A DuckDB file as a build left it (a copy, or the last one), open for questions."""

    def __init__(self, path, run=None):
        self.path, self.run = path, run
        self._connection = duckdb.connect(str(path), read_only=True)

    def rows(self, query, parameters=None):
        """The rows of a query as tuples."""
        return self._connection.execute(query, parameters or []).fetchall()

    def records(self, query, parameters=None):
        """The rows of a query as dicts."""
        result = self._connection.execute(query, parameters or [])
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def value(self, query, parameters=None):
        """The one value of a query."""
        return self.rows(query, parameters)[0][0]

    def gold_contract(self):
        """Every column of gold's tables with its type, in order."""
        return self.rows(
            "select table_name, column_name, data_type from information_schema.columns "
            "where table_schema = 'gold' order by table_name, ordinal_position"
        )

    def close(self):
        """Ends the connection, so that dbt can write."""
        self._connection.close()


def place_of(row):
    """Where a silver record or a quarantined one stands, as a Place is written."""
    row = {name.removeprefix("_"): value for name, value in row.items()}
    return (row["source_file"], str(row["source_modified_at"]), row["source_row"])


def names(text):
    """A list of rules as a set."""
    return set(text.split(", ")) if text else set()


def check_records(state, entities):
    """Each parsed record has the disposition it deserves, and names the rules it breaks."""
    for name, entity in entities.items():
        rows = state.records(f"select * from silver.int_{name}__records")
        found = {place_of(row): row for row in rows}
        assert len(found) == len(rows), f"{name}: a record twice"
        assert set(found) == {tuple(record.place) for record in entity.judged}, name
        for record in entity.judged:
            row, what = found[tuple(record.place)], (name, record)
            assert row["_disposition"] == record.disposition, what
            if not record.is_delete:
                assert names(row["_broken_rules"]) == record.rules, what
                assert names(row["_warnings"]) >= record.warnings, what


def check_quarantine(state, entities):
    """The quarantine holds each rejected record once, whole, with its rules and its release; and nothing else."""
    rows = state.records("select * from silver.int_quarantine")
    found = {(row["entity"], *place_of(row)): row for row in rows}
    assert len(found) == len(rows)
    for name, entity in entities.items():
        for record in entity.with_disposition("quarantined"):
            row, what = found.pop((name, *record.place), None), (name, record)
            assert row, f"not in the quarantine: {what}"
            assert names(row["broken_rules"]) == record.rules, what
            assert original(row["original_record"]) == record.fields, what
            assert str(row["delivered_at"]) == f"{record.drop} 00:00:00", what
            assert row["quarantine_status"] == ("released" if record.released else "open"), what
            released = (
                row["released_at"] and str(row["released_at"])[:10],
                row["released_by_file"],
            )
            assert released == (record.released or (None, None)), what
        for place in entity.corrupt:
            row = found.pop((name, *place), None)
            assert row, f"not in the quarantine: {name} {place}"
            assert row["broken_rules"] == "record_parseable" and row["original_record"]
    assert not found, f"should not be in the quarantine: {list(found.values())}"


def original(text):
    """A quarantined record's fields, those nobody declared among them."""
    fields = json.loads(text) if text else {}
    rescued = fields.pop("_rescued_data", None)
    return {**fields, **json.loads(rescued or "{}")}


def check_equation(state, entities):
    """The conservation law holds in every entity, and its terms are the true counts."""
    rows = state.records(
        "select * from ops.ops_reconciliation "
        "where _processed_at = (select max(_processed_at) from ops.ops_reconciliation)"
    )
    assert sorted(row["entity"] for row in rows) == sorted(ENTITIES)
    for row in rows:
        counts = entities[row["entity"]].counts()
        assert {term: row[f"{term}_count"] for term in counts} == counts, row["entity"]
        assert row["is_balanced"] and row["landed_difference"] == row["parsed_difference"] == 0
        assert counts["landed"] == counts["parsed"] + counts["corrupt"]
        assert counts["parsed"] == sum(counts[term] for term in DISPOSITIONS)


def check_silver(state, entities):
    """Silver holds one row a key: the current records, with the values that were delivered."""
    for name, entity in entities.items():
        columns = list(ENTITIES[name].typed)
        rows = state.rows(f"select {', '.join(columns)} from silver.int_{name}")
        expected = [tuple(typed(name, fields).values()) for fields in entity.current]
        if name == "leads":
            expected = [(*row[:-1], row[-1] or "unknown") for row in expected]
        assert Counter(rows) == Counter(expected), name
        key = silver_key(name)
        if key:
            keys = [tuple(row[columns.index(column)] for column in key) for row in rows]
            assert len(set(keys)) == len(keys), name


def check_gold(state, entities):
    """Each current record is in gold once, with its values, and no other is."""
    for name, expected in expected_gold(entities).items():
        assert Counter(state.rows(GOLD[name])) == Counter(expected), name
    zip_codes = {
        fields["geolocation_zip_code_prefix"] for fields in entities["location_points"].current
    }
    assert zip_codes <= {
        code for (code,) in state.rows("select zip_code_prefix from gold.dim_locations")
    }


CHECKS = [check_records, check_quarantine, check_equation, check_silver, check_gold]
