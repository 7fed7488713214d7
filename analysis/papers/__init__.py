"""What papers print."""
