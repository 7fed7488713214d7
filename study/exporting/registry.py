"""An exported network as a version of a model in MLflow's registry, which can be served.

mlflow models serve -m models:/vae_lambda-student/1 --env-manager local
"""

from pathlib import Path
from typing import Any

from records.schema import experiment_names
from study.exporting.formats import INPUT
from study.exporting.networks import Leaving
from study.exporting.wanted import Wanted
from trainables.errors import BadInputError

SERVED = "onnx"


def check_register(register: bool, form: str) -> None:
    """Raise BadInputError for a format that MLflow serves with this project's code alone."""
    if register and form != SERVED:
        raise BadInputError(
            f"--register is for --format {SERVED}, which is served without this project's code; "
            f"given was --format {form}"
        )


def register_model(wanted: Wanted, given: Leaving, folder: Path) -> str:
    """Log the folder's file as a model of the study's experiment, with its card; its address.

    The version links to the trial's run, and has the study's verdict as a tag.
    """
    import mlflow
    import onnx
    from mlflow import MlflowClient

    mlflow.set_tracking_uri(wanted.records)
    client = MlflowClient(wanted.records)
    name, student = f"{wanted.space.name}-{given.part}", wanted.student
    experiment = client.get_experiment_by_name(experiment_names(wanted.space.name)[0])
    assert experiment
    mlflow.set_experiment(experiment_id=experiment.experiment_id)
    logged = mlflow.onnx.log_model(
        onnx.load(folder / "model.onnx"),
        name=name,
        signature=_signature(given),
        input_example=given.objects[:2].numpy(),
        pip_requirements=[
            f"onnxruntime=={_version('onnxruntime')}",
            f"numpy=={_version('numpy')}",
        ],
        save_as_external_data=False,
        onnx_execution_providers=["CPUExecutionProvider"],
        extra_files=[str(folder / "README.md")],
    )
    tags = {
        "space": wanted.space.name,
        "setting": student.record.setting,
        "seed": str(student.record.seed),
        "verdict": student.verdict or "none",
    }
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name, description=wanted.space.about)
    version = client.create_model_version(
        name,
        source=logged.model_uri,
        run_id=student.record.run_id,
        model_id=logged.model_id,
        tags=tags,
        description=(folder / "README.md").read_text(),
    )
    return f"models:/{name}/{version.version}"


def _signature(given: Leaving) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    some = given.objects[:1]
    said = given.module(some)
    return ModelSignature(
        inputs=Schema([TensorSpec(some.numpy().dtype, (-1, *some.shape[1:]), INPUT)]),
        outputs=Schema([TensorSpec(said.numpy().dtype, (-1, *said.shape[1:]))]),
    )


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)
