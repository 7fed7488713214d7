"""How it is run: launch → plan → tune → record."""
