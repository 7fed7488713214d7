"""What is made once and shared: teachers, VAEs, logits."""
