"""Spaces of other ways to transfer."""
