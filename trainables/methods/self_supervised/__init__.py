"""Self-supervision, then a few labels."""
