"""The rivals of seed 002: other ways to carry knowledge to a domain with few labels."""
