"""A teacher and no data."""
