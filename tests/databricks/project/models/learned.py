"""A Python model on serverless compute: a pandas frame out of a Spark one."""


def model(dbt, session):  # noqa: ARG001
    """Round the amounts."""
    dbt.config(materialized="table", submission_method="serverless_cluster")
    payments = dbt.ref("payments").toPandas()
    payments["rounded"] = payments["amount"].astype(float).round().astype(int)
    return payments[["id", "rounded"]]
