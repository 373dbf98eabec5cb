"""A Python model that fails: dbt must see it."""


def model(dbt, session):  # noqa: ARG001
    """Fail."""
    dbt.config(materialized="table", submission_method="serverless_cluster")
    payments = dbt.ref("payments")
    if payments.count():
        raise RuntimeError("this notebook fails on purpose")
    return payments
