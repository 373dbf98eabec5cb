"""A double of a Databricks workspace: what dbt-databricks speaks to, executed on local Spark and Delta."""
