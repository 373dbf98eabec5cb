"""Starts the job `medallion` of the Databricks bundle and waits for it: for an Airflow that schedules everything else too.

The job does the work, with a task a model and its own retries (docs/how-to/run-on-databricks.md). Leave its trigger paused
(`trigger_pause_status`), or it is started twice. The connection comes from the environment, AIRFLOW_CONN_DATABRICKS_DEFAULT;
docs/how-to/run-with-airflow.md shows it. DATABRICKS_JOB is the job's name in the workspace (default: medallion; in the
bundle's development mode Databricks puts `[dev your_name]` before it).
"""

import os
from datetime import datetime, timedelta

from airflow.providers.databricks.operators.databricks import DatabricksRunNowOperator
from airflow.sdk import DAG, Asset

with DAG(
    "medallion_databricks",
    description="The job of the Databricks bundle.",
    schedule=[Asset("medallion_landing")],
    start_date=datetime(2026, 1, 1),
    catchup=False,
    # Rows are stamped with the time of their run and read by these stamps: one run at a time.
    max_active_runs=1,
    tags=["medallion"],
):
    DatabricksRunNowOperator(
        task_id="build",
        databricks_conn_id="databricks_default",
        job_name=os.environ.get("DATABRICKS_JOB", "medallion"),
        polling_period_seconds=int(os.environ.get("DATABRICKS_POLLING_SECONDS", "30")),
        # The job repeats its own tasks. This repeats a lost connection: a second start waits in the job's queue, and
        # finds nothing left to do.
        retries=1,
        retry_delay=timedelta(minutes=1),
        execution_timeout=timedelta(hours=5),
        outlets=[Asset("medallion_gold")],
    )
