"""What the seeds support."""
