"""The records in MLflow."""
