"""The data: where it comes from, what it is, how a seed splits it."""
