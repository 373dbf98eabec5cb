"""A Python model on a job cluster, incremental: a Spark frame out of a Spark one."""


def model(dbt, session):
    """Count the payments, run by run."""
    dbt.config(
        materialized="incremental",
        unique_key="run",
        submission_method="job_cluster",
        job_cluster_config={"num_workers": 1},
        packages=["six==1.17.0"],
    )
    payments = dbt.ref("payments").count()
    run = "second" if dbt.is_incremental else "first"
    return session.createDataFrame([(run, payments)], "run string, payments bigint")
