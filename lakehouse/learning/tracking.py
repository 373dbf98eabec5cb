"""Runs of learning in MLflow, where it is configured; otherwise nothing happens and nothing is imported.

Configured is the environment variable MLFLOW_TRACKING_URI; on Databricks also the var `mlflow_tracking_uri`, because a
notebook gets no environment.
"""

import math
import os
from typing import Any

EXPERIMENT = "medallion"


def is_on() -> bool:
    """Whether there is a place to write to."""
    return bool(os.environ.get("MLFLOW_TRACKING_URI"))


def log(
    name: str,
    parameters: dict[str, Any],
    scores: dict[str, float | None],
    models: dict[str, Any] | None = None,
) -> str | None:
    """Log one run and give its id: parameters, scores, and fitted scikit-learn models under their names.

    `name` is the dbt model's. The experiment is `medallion` unless MLFLOW_EXPERIMENT_NAME says another. A score that
    does not exist (None or not a number) is left out.
    """
    if not is_on():
        return None
    import mlflow

    mlflow.set_experiment(os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT))
    with mlflow.start_run(run_name=name) as run:
        mlflow.log_params(parameters)
        mlflow.log_metrics(
            {
                key: float(score)
                for key, score in scores.items()
                if score is not None and math.isfinite(score)
            }
        )
        if models:
            import mlflow.sklearn

            for key, fitted in models.items():
                mlflow.sklearn.log_model(fitted, name=key, serialization_format="cloudpickle")
        return run.info.run_id
