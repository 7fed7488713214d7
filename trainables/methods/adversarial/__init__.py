"""Adversarial domain adaptation."""
