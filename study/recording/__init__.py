"""What ended, on its way into the records."""
