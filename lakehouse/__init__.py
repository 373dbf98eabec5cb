"""Tools around the Medallion dbt project; run `python -m lakehouse --help`."""
