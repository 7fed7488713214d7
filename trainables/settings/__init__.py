"""What determines a result."""
