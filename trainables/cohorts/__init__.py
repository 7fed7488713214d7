"""Trials trained together, and what each kind of work is."""
