"""Ask MetricFlow many questions at once; runs in .venv-metrics, because starting it takes longer than asking.

Arguments: the semantic manifest, the database, and a JSON list of questions, each [metrics, group by]. Prints a JSON list of
answers, each a list of rows: first what is grouped by, then the metrics, in the order of the question.
"""

import json
import sys
from pathlib import Path

import duckdb
from dbt_metricflow.cli.dbt_connectors.adapter_backed_client import AdapterBackedSqlClient
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup


class Renderer(AdapterBackedSqlClient):
    """Only says which dialect to write; the statements are run here."""

    def __init__(self):
        self._sql_engine_type = SqlEngine.DUCKDB
        self._sql_plan_renderer = DuckDbSqlPlanRenderer()


def main(manifest_path: str, database: str, questions: str) -> None:
    """Print the answers."""
    text = Path(manifest_path).read_text(encoding="utf-8")
    manifest = parse_manifest_from_dbt_generated_manifest(manifest_json_string=text)
    engine = MetricFlowEngine(SemanticManifestLookup(manifest), Renderer())
    connection = duckdb.connect()
    # Under the name that the definitions were parsed with.
    name = manifest.semantic_models[0].node_relation.database
    connection.execute(f"""attach '{database}' as "{name}" (read_only)""")
    answers = []
    for metrics, group_by in json.loads(questions):
        request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=group_by)
        found = connection.sql(engine.explain(request).sql_statement.sql)
        columns = ", ".join(f'"{column}"' for column in [*group_by, *metrics])
        answers.append(found.select(columns).fetchall())
    print(json.dumps(answers, default=str))


if __name__ == "__main__":
    main(*sys.argv[1:])
