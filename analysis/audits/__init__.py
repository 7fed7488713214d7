"""Published against corrected."""
