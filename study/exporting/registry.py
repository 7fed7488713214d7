"""An exported network as a version of a model in MLflow's registry, which can be served.

mlflow models serve -m models:/vae_lambda-student/1 --env-manager local
"""

from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
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
    """Store the folder's file as a model of the study's experiment, with its card; its address.

    The version links to the trial's run, and has the study's verdict as a tag. Nothing of MLflow
    that is global in a process, its tracking address say, is changed.
    """
    from mlflow import MlflowClient

    client = MlflowClient(wanted.records)
    name, student = f"{wanted.space.name}-{given.part}", wanted.student
    experiment = client.get_experiment_by_name(experiment_names(wanted.space.name)[0])
    assert experiment
    card = (folder / "README.md").read_text()
    stored = client.create_logged_model(
        experiment.experiment_id, name=name, source_run_id=student.record.run_id
    )
    with TemporaryDirectory() as scratch:
        _save(given, folder, Path(scratch) / "model")
        client.log_model_artifacts(stored.model_id, str(Path(scratch) / "model"))
    client.finalize_logged_model(stored.model_id, "READY")
    tags = {
        "space": wanted.space.name,
        "setting": student.record.setting,
        "seed": str(student.record.seed),
        "verdict": student.verdict or "none",
    }
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name, description=wanted.space.about)
    made = client.create_model_version(
        name,
        source=stored.artifact_location,
        run_id=student.record.run_id,
        model_id=stored.model_id,
        tags=tags,
        description=card,
    )
    return f"models:/{name}/{made.version}"


def _save(given: Leaving, folder: Path, path: Path) -> None:
    """As MLflow's own format of ONNX models has it."""
    import mlflow.onnx
    import onnx

    mlflow.onnx.save_model(
        onnx.load(folder / "model.onnx"),
        str(path),
        signature=_signature(given),
        input_example=given.objects[:2].numpy(),
        pip_requirements=[f"{each}=={version(each)}" for each in ("onnxruntime", "numpy")],
        save_as_external_data=False,
        onnx_execution_providers=["CPUExecutionProvider"],
        extra_files=[str(folder / "README.md")],
    )


def _signature(given: Leaving) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    some = given.objects[:1]
    said = given.module(some)
    return ModelSignature(
        inputs=Schema([TensorSpec(some.numpy().dtype, (-1, *some.shape[1:]), INPUT)]),
        outputs=Schema([TensorSpec(said.numpy().dtype, (-1, *said.shape[1:]))]),
    )
