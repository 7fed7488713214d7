"""What a space is, and how one is found."""
