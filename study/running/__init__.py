"""A study at work."""
