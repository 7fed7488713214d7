"""The results folder: what stands where in it, for whoever writes it and whoever reads it."""

from pathlib import Path


def database_uri(results: Path) -> str:
    """MLflow's address of the records that are kept in the folder."""
    return f"sqlite:///{results.absolute() / 'mlflow.db'}"


def mlflow_files(results: Path) -> Path:
    """What hangs on those records as files: reports and figures."""
    return results.absolute() / "mlflow-artifacts"


def report_path(results: Path, space: str) -> Path:
    """A study's report."""
    return results / "reports" / f"{space}.html"


def figures_folder(results: Path, space: str) -> Path:
    """A study's figures."""
    return results / "figures" / space
