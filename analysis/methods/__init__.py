"""Other ways to transfer, beside each other."""
