"""Ray, here or on a cluster."""
