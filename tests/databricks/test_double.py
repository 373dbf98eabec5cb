"""The double itself: what dbt-databricks builds on it is there, and what it cannot do fails."""

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from conftest import ROOT, TOKEN, Client, Double

PROJECT = Path(__file__).parent / "project"

# Every rule that the fixture project and dbt-databricks 1.12 need, and how often, over the two builds and the
# documentation. A number that changes, or a rule that joins, is a decision: look at statements.jsonl first.
HITS: dict[str, int] = {
    "add_check": 2,
    "add_key": 4,
    "alter_clustered_by_auto": 1,
    "catalog_name": 74,
    "comment_on_column": 2,
    "create_clustered_by_auto": 1,
    "create_schema": 1,
    "create_table": 14,
    "create_view": 8,
    "current_catalog": 1,
    "describe": 6,
    "describe_as_json": 17,
    "drop": 3,
    "drop_primary_key": 1,
    "grant": 1,
    "information_schema.column_masks": 5,
    "information_schema.columns": 5,
    "information_schema.key_column_usage": 15,
    "information_schema.referential_constraints": 5,
    "information_schema.row_filters": 17,
    "information_schema.table_constraints": 10,
    "information_schema.tables": 3,
    "insert": 3,
    "insert_replace_on": 2,
    "merge": 2,
    "notebook": 4,
    "optimize": 4,
    "query": 54,
    "read_files": 2,
    "set_column_tags": 2,
    "set_not_null": 2,
    "set_tags": 2,
    "show": 5,
    "show_grants": 1,
    "show_schemas_in_catalog": 2,
    "show_table_extended": 1,
}


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A header as declared; another order and a surplus column; lines too short and too long."""
    folder = tmp_path_factory.mktemp("landing")
    (folder / "a.csv").write_text('id,name\n007,a\n8,"b, c"\n9\n""," "\n')
    (folder / "deeper").mkdir()
    (folder / "deeper/b.csv").write_text("name,id,extra\nx,1,yes\ny,2,\nz,3,no,more\n")
    return folder


class Project:
    """The fixture project, in a copy, so that dbt writes nothing into the repository."""

    hits: Counter[str]  # of the rules, by `built`

    def __init__(self, double: Double, folder: Path, landing: Path):
        self.double, self.folder, self.landing = double, folder, landing
        shutil.copytree(PROJECT, folder / "project")

    def dbt(self, *arguments: str, **variables: bool) -> subprocess.CompletedProcess:
        return self.double.dbt(
            *(*arguments, "--vars", json.dumps({"landing": str(self.landing), **variables})),
            project=self.folder / "project",
            output=self.folder / "target",
        )

    def results(self) -> dict[str, dict]:
        """Status and message by node, of the last command."""
        results = json.loads((self.folder / "target/run_results.json").read_text())["results"]
        return {result["unique_id"].split(".")[2]: result for result in results}


@pytest.fixture(scope="module")
def project(double: Double, landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(double, tmp_path_factory.mktemp("project"), landing)


@pytest.fixture(scope="module")
def built(project: Project) -> Project:
    """Built twice, then documented; the second build is incremental."""
    before = Counter(project.double.state()["hits"])
    for command in (["build"], ["build"], ["docs", "generate"]):
        outcome = project.dbt(*command)
        assert outcome.returncode == 0, outcome.stdout[-4000:]
    project.hits = Counter(project.double.state()["hits"]) - before
    return project


# What was built ---------------------------------------------------------------------------------------


def values(client: Client, query: str) -> list[tuple]:
    return [tuple(row.values()) for row in client.rows(query)]


@pytest.mark.usefixtures("built")
def test_seed_keeps_types_quotes_and_nulls(client: Client):
    rows = values(client, "select id, day, amount, note from fixture.payments order by id")
    assert rows == [
        (1, "2018-01-01", "10.50", "first"),
        (2, "2018-01-01", "20.00", None),
        (3, "2018-01-02", "30.25", 'with "quotes", and a comma'),
    ]


@pytest.mark.usefixtures("built")
def test_view_sums(client: Client):
    rows = values(client, "select day, amount from fixture.summed order by day")
    assert rows == [("2018-01-01", "30.50"), ("2018-01-02", "30.25")]


@pytest.mark.usefixtures("built")
def test_merge_updates_and_inserts(client: Client):
    rows = values(client, "select id, amount, run from fixture.merged order by id")
    assert rows == [
        (1, "10.50", "first"),
        (2, "20.00", "first"),
        (3, "60.50", "second"),
        (4, "40.00", "second"),
    ]


@pytest.mark.usefixtures("built")
def test_append_appends(client: Client):
    rows = values(client, "select run, count(*) from fixture.appended group by run order by run")
    assert rows == [("first", 3), ("second", 3)]


@pytest.mark.usefixtures("built")
def test_insert_overwrite_replaces_partitions_of_the_source_only(client: Client):
    rows = values(client, "select id, day from fixture.overwritten order by id")
    assert rows == [(1, "2018-01-01"), (2, "2018-01-01"), (3, "2018-01-02"), (33, "2018-01-02")]


@pytest.mark.usefixtures("built")
def test_delete_insert_replaces_by_key(client: Client):
    # The second run brings one row for the first day, which had two.
    rows = values(client, "select id, day from fixture.replaced order by id")
    assert rows == [(2, "2018-01-01"), (3, "2018-01-02")]


@pytest.mark.usefixtures("built")
def test_python_models_write_tables(client: Client):
    rows = values(client, "select id, rounded from fixture.learned order by id")
    assert rows == [(1, 10), (2, 20), (3, 30)]
    rows = values(client, "select run, payments from fixture.counted order by run")
    assert rows == [("first", 3), ("second", 3)]


@pytest.mark.usefixtures("built")
def test_comments_are_persisted(client: Client):
    rows = client.rows("describe table extended main.fixture.plain")
    details = {row["col_name"]: row for row in reversed(rows)}
    assert details["id"]["comment"] == "The key; it isn't natural."
    assert details["Comment"]["data_type"] == "A table with 'quotes' in its comment."


@pytest.mark.usefixtures("built")
def test_clustering_is_real(client: Client):
    (row,) = client.rows("describe detail main.fixture.merged")
    assert row["clusteringColumns"] == "['id']"


@pytest.mark.usefixtures("built")
def test_checks_and_not_null_are_enforced(client: Client):
    insert = "insert into main.fixture.contracted values "
    assert "amount_not_negative" in client.error(f"{insert} (9, -1, date '2018-01-01')")
    assert "not_null_id" in client.error(f"{insert} (null, 1, date '2018-01-01')")


def test_catalog_lists_every_relation_with_its_columns(built: Project):
    catalog = json.loads((built.folder / "target/catalog.json").read_text())
    nodes = {name.split(".")[2]: node for name, node in catalog["nodes"].items()}
    models = {path.stem for path in (PROJECT / "models").glob("*.*") if path.suffix != ".yml"}
    assert set(nodes) == {"payments", *models}
    types = {name: column["type"] for name, column in nodes["contracted"]["columns"].items()}
    assert types == {"id": "bigint", "amount": "decimal(10,2)", "day": "date"}
    assert nodes["summed"]["metadata"]["type"] == "view"
    assert catalog["errors"] is None


# What was recorded and not enforced -------------------------------------------------------------------


@pytest.mark.usefixtures("built")
def test_state_lists_all_that_is_not_enforced(double: Double):
    recorded = double.state()["recorded"]
    permissions = recorded.pop("permissions")
    libraries = {
        path.rpartition("/")[2]: wanted for path, wanted in recorded.pop("libraries").items()
    }
    assert libraries == {"counted": {"libraries": [{"pypi": {"package": "six==1.17.0"}}]}}
    assert {path.rpartition("/")[0] for path in permissions} == {"/permissions/jobs"}
    assert recorded == {
        "tags": {"main.fixture.plain": {"layer": "silver", "owner": "data team"}},
        "column_tags": {"main.fixture.plain": {"id": {"pii": "no"}}},
        "grants": {"main.fixture.plain": [["analysts", "SELECT"]]},
        "keys": {
            "main.fixture.contracted": {
                "contracted_pk": {"type": "PRIMARY KEY", "columns": "id", "references": ""}
            },
            "main.fixture.child": {
                "child_fk": {
                    "type": "FOREIGN KEY",
                    "columns": "id",
                    "references": "`main`.`fixture`.`contracted`(`id`)",
                }
            },
        },
        "column_masks": {},
        "row_filters": {},
        "clustered_by_auto": ["main.fixture.appended"],
        "analysed_only": {},
    }


def test_every_rule_used_is_known_and_counted(built: Project):
    assert dict(sorted(built.hits.items())) == HITS


@pytest.mark.usefixtures("built")
def test_log_says_what_was_sent_and_what_was_executed(double: Double):
    entries = [entry for entry in double.log() if "insert_replace_on" in entry.get("rules", [])]
    assert len(entries) == 2
    for entry in entries:
        assert "replace on" in entry["statement"]
        assert [text.split()[0] for text in entry["executed"]] == ["select", "merge", "insert"]
        assert entry["error"] is None
        assert entry["milliseconds"] > 0


@pytest.mark.usefixtures("built")
def test_a_key_needs_its_columns_and_its_parent(client: Client):
    add = "alter table main.fixture.plain add constraint {} key (id) references main.fixture.{}"
    assert "has no primary key" in client.error(add.format("to_merged foreign", "merged (id)"))
    missing = "alter table main.fixture.plain add constraint plain_pk primary key (nowhere)"
    assert "has no column ['nowhere']" in client.error(missing)
    twice = "alter table main.fixture.contracted add constraint contracted_pk primary key (id)"
    assert "has a constraint contracted_pk already" in client.error(twice)


def test_no_table_is_replaced_that_foreign_keys_point_at(client: Client, double: Double):
    parent, child = "main.default.parent", "main.default.offspring"
    replace = f"create or replace table {parent} (id bigint not null)"
    reference = (
        f"alter table {child} add constraint offspring_fk foreign key (id) references {parent}"
    )
    for statement in (
        replace,
        f"alter table {parent} add constraint parent_pk primary key (id)",
        f"create or replace table {child} (id bigint)",
        reference,
    ):
        client.rows(statement)
    assert "foreign keys point at" in client.error(replace)
    assert "points at" in client.error(f"alter table {parent} drop primary key")
    assert "points at" in client.error(f"alter table {parent} drop constraint parent_pk")
    client.rows(f"alter table {parent} drop primary key if exists cascade")
    client.rows(f"alter table {parent} drop primary key if exists cascade")
    assert "has no primary key" in client.error(f"alter table {parent} drop primary key")
    assert "has no primary key" in client.error(reference)
    client.rows(replace)
    assert double.state()["recorded"]["keys"].get(child, {}) == {}


# The rules that neither the fixture project nor another test meets: each statement, and what it must leave behind.
DIRECT = [
    ("create table main.default.direct (id bigint not null, n int, old string)", None),
    ("comment on table main.default.direct is 'told'", None),
    (
        "alter table main.default.direct set tblproperties ('delta.columnMapping.mode' = 'name', 'delta.enableTypeWidening' = 'true')",
        None,
    ),
    ("alter table main.default.direct drop columns (old)", None),
    ("alter table main.default.direct alter column n type bigint", "n: bigint"),
    ("alter table main.default.direct cluster by (id)", None),
    ("insert into main.default.direct values (1, 1), (2, 2), (3, 3)", None),
    ("update main.default.direct set n = 20 where id = 2", "3 rows, n 24"),
    ("delete from main.default.direct where id = 3", "2 rows, n 21"),
    ("alter table main.default.direct add constraint n_positive check (n > 0)", None),
    ("alter table main.default.direct drop constraint if exists n_positive cascade", None),
    ("alter table main.default.direct rename to main.default.renamed", None),
    ("alter table main.default.renamed rename to main.default.direct", "2 rows, n 21"),
    ("truncate table main.default.direct", "0 rows, n None"),
    ("create view main.default.direct_view as select 1 as one", None),
    ("alter view main.default.direct_view as select 2 as two", None),
    ("create or replace function main.default.twice(x int) returns int return x * 2", None),
    ("drop function main.default.twice", None),
    ("explain select 1", None),
    ("use catalog main", None),
    ("use schema default", None),
    ("drop view main.default.direct_view", None),
]


def test_direct_statements_do_what_they_say(client: Client):
    for statement, outcome in DIRECT:
        client.rows(statement)
        if outcome and "rows" in outcome:
            (row,) = client.rows("select count(*) as rows, sum(n) as n from main.default.direct")
            assert f"{row['rows']} rows, n {row['n']}" == outcome, statement
        elif outcome:
            columns = {
                row["col_name"]: row["data_type"]
                for row in client.rows("describe main.default.direct")
            }
            name, type_ = outcome.split(": ")
            assert columns[name] == type_, statement
    assert client.rows("select 1 as one") == [{"one": 1}]
    assert "TABLE_OR_VIEW_NOT_FOUND" in client.error("select * from main.default.direct_view")
    assert "TABLE_OR_VIEW_NOT_FOUND" in client.error("select * from main.default.renamed")


def test_who_asks_is_a_stranger_and_a_filter_is_noted(client: Client, double: Double):
    shown = "case when is_account_group_member('readers') then x else concat('not ', x) end"
    client.rows(
        f"create or replace function main.default.shown(x string) returns string return {shown}"
    )
    assert client.rows("select main.default.shown('a') as shown") == [{"shown": "not a"}]
    table = "main.default.filtered"
    client.rows(
        f"create or replace table {table} (region string) using delta with row filter main.default.own on (region)"
    )
    assert client.rows(f"select * from {table}") == []
    assert double.state()["recorded"]["row_filters"][table] == "main.default.own on (region)"
    client.rows(f"drop table {table}")


def test_notes_follow_the_relation(client: Client, double: Double):
    table = "main.default.noted"
    for statement in (
        f"create table {table} (id bigint, name string)",
        f"alter table {table} set tags ('layer' = 'gold')",
        f"alter table {table} alter column name set mask main.default.hidden using columns (id)",
        f"alter table {table} set row filter main.default.own on (name)",
        f"alter table {table} add constraint noted_pk primary key (id)",
        f"grant select, modify on table {table} to `some group`",
        f"revoke modify on table {table} from `some group`",
        f"alter table {table} alter column id set mask main.default.hidden",
        f"alter table {table} alter column id drop mask",
    ):
        client.rows(statement)
    schema = "main.information_schema"
    assert values(client, f"select mask_name, using_columns from {schema}.column_masks") == [
        ("main.default.hidden", "id")
    ]
    assert values(client, f"select filter_name, target_columns from {schema}.row_filters") == [
        ("main.default.own", "name")
    ]
    recorded = double.state()["recorded"]
    assert recorded["grants"][table] == [["some group", "SELECT"]]
    assert recorded["column_masks"][table] == {"name": "main.default.hidden using columns (id)"}
    client.rows(f"create or replace table {table} as select 1 as id, 'x' as name")
    assert table not in double.state()["recorded"]["keys"]
    assert table in double.state()["recorded"]["tags"]
    client.rows(f"alter table {table} drop row filter")
    assert table not in double.state()["recorded"]["row_filters"]
    assert "has no row filter" in client.error(f"alter table {table} drop row filter")
    client.rows(f"drop table {table}")
    notes = double.state()["recorded"]
    assert not [
        kind for kind in ("tags", "grants", "column_masks", "row_filters") if table in notes[kind]
    ]


# What fails -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def refused(built: Project) -> dict[str, dict]:
    """The models that must not build: their results, by name."""
    outcome = built.dbt("run", "--select", "path:models/refused", refused=True)
    assert outcome.returncode == 1, outcome.stdout[-4000:]
    return built.results()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("sql_error", "CAST_INVALID_INPUT"),
        ("unknown_statement", "the double does not know this statement: copy into"),
        ("unknown_option", "unknown option 'wholeTexts' for format text"),
        ("failing_notebook", "this notebook fails on purpose"),
        ("wrong_type", "This model has an enforced contract that failed"),
        ("negative_amount", "DELTA_NEW_CHECK_CONSTRAINT_VIOLATION] 1 rows"),
        ("missing_value", "violate the new CHECK constraint (`note` is not null)"),
        ("materialized_view", "ANALYSED_ONLY: the query of the materialized view"),
        ("unsound_materialized_view", "UNRESOLVED_COLUMN"),
        ("streaming_table", "ANALYSED_ONLY: the query of the streaming table"),
        ("unsound_streaming_table", "UNRESOLVED_COLUMN"),
    ],
)
def test_refused_model_fails_with_its_reason(refused: dict[str, dict], model: str, message: str):
    assert refused[model]["status"] == "error"
    assert message in refused[model]["message"]


def test_no_other_model_is_among_the_refused(refused: dict[str, dict]):
    assert len(refused) == 11


@pytest.mark.usefixtures("refused")
def test_analysed_queries_are_listed_with_their_columns(double: Double):
    assert double.state()["recorded"]["analysed_only"] == {
        "main.fixture.materialized_view": "materialized view struct<day:date,payments:bigint>",
        "main.fixture.streaming_table": "streaming table struct<id:string,file_name:string>",
    }


@pytest.mark.usefixtures("refused")
def test_refused_relations_do_not_exist(client: Client):
    names = {row["tableName"] for row in client.rows("show tables in main.fixture")}
    assert "payments" in names
    assert not names & {
        "materialized_view",
        "streaming_table",
        "failing_notebook",
        "unknown_option",
    }


def test_token_is_checked(double: Double):
    assert double.get("/_double/state", token=None)[0] == 401
    assert double.get("/_double/state", token="another")[0] == 403
    assert double.get("/_double/state", token=TOKEN)[0] == 200


def test_wrong_token_gives_no_connection(double: Double):
    client = Client(Double(double.port, double.work, token="another"))
    client.process.stdin.close()
    assert client.process.wait(120) != 0


def test_unknown_endpoint_is_refused(double: Double):
    status, content = double.get("/api/2.1/jobs/list")
    assert (status, content["error_code"]) == (404, "ENDPOINT_NOT_FOUND")


@pytest.mark.parametrize(
    "statement",
    [
        "set spark.sql.ansi.enabled = false",
        "create table main.default.copy deep clone main.default.original",
        "refresh materialized view main.default.view",
        "select * from main.information_schema.volumes",
        "use catalog other",
        "alter table main.default.a set tags ('owner' = 'o'neill')",
        "create view main.default.listing as select * from read_files('/tmp', format => 'text')",
    ],
)
def test_unknown_statement_is_refused(client: Client, statement: str):
    message = client.error(statement)
    assert any(
        words in message for words in ("the double", "there is no", "not emulated", "SYNTAX_ERROR")
    ), message


def test_unknown_thrift_call_is_refused(client: Client, double: Double):
    assert client.error({"call": "tables"})
    assert any(entry.get("thrift") == "GetTables" for entry in double.log() if entry.get("error"))


def test_unknown_session_parameter_is_refused(double: Double):
    script = "from databricks import sql; import os, sys; port = os.environ['DOUBLE_PORT']\n"
    script += (
        "sql.connect('127.0.0.1', 'sql/1.0/warehouses/double', access_token=os.environ['DOUBLE_TOKEN'],"
        " _connection_uri=f'http://127.0.0.1:{port}/sql/1.0/warehouses/double', enable_telemetry=False,"
        " session_configuration={sys.argv[1]: 'UTC'}).close()"
    )
    outcomes = {
        parameter: subprocess.run(
            [str(ROOT / ".venv-databricks/bin/python"), "-c", script, parameter],
            env=double.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        for parameter in ("TIMEZONE", "NO_SUCH")
    }
    assert outcomes["TIMEZONE"].returncode == 0, outcomes["TIMEZONE"].stderr
    assert "the double does not know the session parameter NO_SUCH" in outcomes["NO_SUCH"].stderr


def test_session_is_set_as_a_warehouse_is(client: Client):
    assert "CAST_INVALID_INPUT" in client.error("select cast('x' as int)")
    assert values(
        client, "select current_timezone(), cast(timestamp '2018-01-01 12:00:00' as string)"
    ) == [("UTC", "2018-01-01 12:00:00")]


def test_keys_inside_create_table_are_recorded(client: Client, double: Double):
    client.rows(
        "create table main.default.keyed (id bigint, n decimal(10, 2), constraint keyed_pk primary key (id, n))"
        " using delta"
    )
    assert double.state()["recorded"]["keys"]["main.default.keyed"] == {
        "keyed_pk": {"type": "PRIMARY KEY", "columns": "id,n", "references": ""}
    }
    assert [row["col_name"] for row in client.rows("describe main.default.keyed")] == ["id", "n"]


@pytest.mark.usefixtures("built", "refused")
def test_no_rule_is_idle(double: Double):
    """The last test of the file: every rule was met by a test, or it has no reason to be."""
    state = double.state()
    assert set(state["rules"]) - set(state["hits"]) == set()
