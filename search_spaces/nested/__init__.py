"""Spaces whose searches are nested: each reported seed chooses within its own labels."""
