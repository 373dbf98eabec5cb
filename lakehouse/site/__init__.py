"""The subcommand `site`: a static site about the lakehouse, made of its own tables and dbt's artifacts."""
