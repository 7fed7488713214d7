"""Losses, and how good a network is."""
