"""What writes a project's files for it: sources, models, domains; and what takes the demonstration out."""
