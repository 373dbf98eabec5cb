{#
    What every Python model begins with, on both engines: the project's folder on Python's path, so that
    `from lakehouse.learning import frames` works within `model()`. dbt leaves this place in its script to the project.

    On DuckDB the model runs in dbt's own process, beside the project. On Databricks it runs in a notebook, which sees the
    project where the bundle has put it: var `project_path`.
    docs/how-to/add-a-python-model.md
#}
{% macro py_script_comment() %}
import os
import sys

project_path = os.path.abspath({{ (var('project_path', none) or invocation_args_dict.project_dir) | string | tojson }})
if project_path not in sys.path:
    sys.path.insert(0, project_path)
{% if var('mlflow_tracking_uri', none) -%}
os.environ["MLFLOW_TRACKING_URI"] = {{ var('mlflow_tracking_uri') | tojson }}
{%- endif %}
{% endmacro %}
