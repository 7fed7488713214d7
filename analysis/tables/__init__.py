"""The table, as numbers and as text."""
