"""What leaves a study gives its recorded figures, says the same from its file, and is served."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import requests
import torch
from commands import call
from safetensors.torch import load_file

from search_spaces.base.catalogue import OWN_MODULE
from study.export import export
from study.exporting.formats import FORMATS
from study.exporting.networks import Leaving, WholeNetwork
from study.exporting.wanted import find_wanted
from study.records import records
from trainables.artifacts.store import Saved, Store
from trainables.artifacts.workshop import STUDENT
from trainables.data.augment import channel_scale
from trainables.data.domains import FASHION_MNIST, BikeSharing
from trainables.data.standardise import scale_of
from trainables.errors import BadInputError
from trainables.networks import Perceptron

SERVE_SECONDS = 180


def exported(finished, out, *words):
    """The facts of a part that was exported from the finished study."""
    ended = call(export, "--space", "smoke", "--results", finished.results, "--out", out, *words)
    assert ended.code == 0, ended.err
    return json.loads((out / "model.json").read_text())["facts"]


def test_the_student_gives_its_recorded_figures_from_the_file_alone(finished, tmp_path):
    import onnxruntime

    facts = exported(finished, tmp_path / "student")
    assert facts["same_as_recorded"]
    assert facts["agreement"]["same"] == facts["agreement"]["objects"] == 10_000
    session = onnxruntime.InferenceSession(tmp_path / "student" / "model.onnx")
    test = FASHION_MNIST.test(0)
    logits = session.run(None, {"objects": test.pixels.view(-1, 1, 28, 28).numpy()})[0]
    right = (logits.argmax(1) == test.labels.numpy()).mean()
    assert right == pytest.approx(facts["test"]["test/accuracy"], abs=1e-6)
    card = (tmp_path / "student" / "README.md").read_text()
    assert f"| accuracy | {facts['test']['test/accuracy']:.3f} |" in card
    assert "chosen by validation" in card
    assert "to the bit" in card


def test_a_teacher_leaves_as_weights_and_a_link_as_a_program(finished, tmp_path):
    facts = exported(finished, tmp_path / "t", "--part", "teacher", "--format", "safetensors")
    weights = load_file(tmp_path / "t" / "model.safetensors")
    assert sum(value.numel() for value in weights.values()) == facts["parameters"] == 246_922
    network = Perceptron(hidden=(256, 128, 64, 64)).build((1, 28, 28), 10)
    network.load_state_dict(weights)

    exported(finished, tmp_path / "l", "--part", "link", "--format", "torch-export")
    shown = torch.export.load(tmp_path / "l" / "model.pt2").module()
    garments = FASHION_MNIST.test(0).pixels[:7].view(-1, 1, 28, 28)
    digits = shown(garments)
    assert digits.shape == (7, 1, 28, 28)
    assert 0.01 - 1e-6 <= digits.min() <= digits.max() <= 0.99 + 1e-6


def test_a_kept_student_that_is_another_is_refused(copied, tmp_path):
    key = best_of(copied)
    other = Perceptron(hidden=(64,)).build((1, 28, 28), 10).state_dict()
    Store(copied / "artifacts").save(STUDENT, key, Saved(other, {}), {"trial": key})
    ended = call(export, "--space", "smoke", "--results", copied, "--out", tmp_path / "s")
    assert ended.code == 1
    assert re.search(r"is another student: test/accuracy [\d.]+ for [\d.]+", ended.err)
    assert not (tmp_path / "s").exists()


def best_of(results):
    """The key of the trial that is exported where nothing is said."""
    where = ("best", None, None, results, None)
    return find_wanted("smoke", *where).trial.key


@pytest.fixture
def moved(finished, tmp_path):
    """The finished study in another folder, with its MLflow files there too."""
    results, file = tmp_path / "moved", tmp_path / "smoke.jsonl"
    shutil.copytree(finished.results / "artifacts", results / "artifacts")
    for words in (("export", "--space", "smoke", "--results", finished.results),
                  ("import", "--results", results)):  # fmt: skip
        assert call(records, *words, "--file", file).code == 0
    return results


def test_a_registered_student_is_served_and_answers(moved, tmp_path, free_port):
    words = ("--space", "smoke", "--results", moved, "--out", tmp_path / "s", "--register")
    ended = call(export, *words)
    assert ended.code == 0, ended.err
    assert "MLflow: models:/smoke-student/1" in ended.out
    from mlflow import MlflowClient

    version = MlflowClient(f"sqlite:///{moved}/mlflow.db").get_model_version("smoke-student", "1")
    assert version.tags["space"] == "smoke"
    assert version.run_id
    assert "MLFLOW_TRACKING_URI" not in os.environ  # or every later command would read it
    server = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "models", "serve", "-m", "models:/smoke-student/1",
         "--env-manager", "local", "--host", "127.0.0.1", "--port", str(free_port)],
        env={**_environment(), "MLFLOW_TRACKING_URI": f"sqlite:///{moved}/mlflow.db"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        objects = np.load(tmp_path / "s" / "example.npy")
        answer = _asked(f"http://127.0.0.1:{free_port}/invocations", objects)
    finally:
        server.terminate()
        server.wait(timeout=30)
    import onnxruntime

    session = onnxruntime.InferenceSession(tmp_path / "s" / "model.onnx")
    assert np.allclose(answer, session.run(None, {"objects": objects})[0], atol=1e-5)


def _environment():
    """Where mlflow finds the uvicorn beside it."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "PATH": path}


def _asked(address, objects):
    """The server's answer, once it is up."""
    until = time.monotonic() + SERVE_SECONDS
    while True:
        try:
            told = requests.post(address, json={"inputs": objects.tolist()}, timeout=30)
            assert told.status_code == 200, told.text
            return np.array(told.json()["predictions"]["logits"])
        except requests.ConnectionError:
            assert time.monotonic() < until, "it was not up in time"
            time.sleep(0.5)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--setting", "nonsense"], "nonsense"),
        (["--seed", "7"], "have the seeds 0 to 1"),
        (["--seed", "best-validation"], "learn from all of their labels"),
        (["--part", "teacher", "--setting", "FashionMNIST: Small alone"], "did you mean"),
        (["--part", "link", "--format", "safetensors"], "give --format onnx"),
        (["--register", "--format", "torch-export"], "--register is for --format onnx"),
        (["--out", "/dev/null"], "is there already"),
    ],
)
def test_what_cannot_leave_is_one_line_and_leaves_nothing(finished, tmp_path, words, line):
    given = ["--space", "smoke", "--results", finished.results, "--out", tmp_path / "x", *words]
    ended = call(export, *given)
    assert ended.code == 2, ended
    assert line in ended.err
    assert len(ended.err.strip().splitlines()) == 1
    assert not [*tmp_path.iterdir()]


def test_a_network_of_a_space_file_leaves_with_its_code_alone(tmp_path):
    """Who is given bare weights could not build it."""
    own = type("Mine", (Perceptron,), {"__module__": OWN_MODULE})(hidden=(4,))
    given = leaving_as(own)
    with pytest.raises(BadInputError, match="Mine is in your space file"):
        FORMATS["safetensors"].write(given, tmp_path / "model.safetensors")
    assert not [*tmp_path.iterdir()]


def leaving_as(network):
    """A perceptron of garments that leaves, said to be of this network."""
    plain = network.build((1, 28, 28), 10)
    whole = WholeNetwork(plain, FASHION_MNIST, None, None)
    test, names = FASHION_MNIST.test(0), FASHION_MNIST.task.names
    weights = plain.state_dict()
    return Leaving("student", whole, network, weights, FASHION_MNIST, test, names, "", {})


# ---- what is done before and after a network, without a study ----


def test_a_table_is_given_in_its_units_and_answered_in_them():
    domain = BikeSharing()
    hours = domain.split("Small", 0)
    scale = scale_of(hours)
    network = Perceptron(hidden=(4,)).build(domain.shape, 1)
    whole = WholeNetwork(network, domain, scale, None)
    features = hours.inputs()[:5]
    by_hand = network(scale.inputs(features))[:, 0] * scale.deviation + scale.mean
    assert torch.equal(whole(features), by_hand)


def test_bytes_become_values_and_channels_are_standardised():
    images = torch.randint(0, 256, (6, 3, 4, 5), dtype=torch.uint8)
    channels = channel_scale(images.flatten(1), (3, 4, 5))

    class Colours:
        """Three channels of 4×5 in two classes."""

        shape, is_classification = (3, 4, 5), True

    whole = WholeNetwork(torch.nn.Flatten(), Colours(), None, channels)
    by_hand = channels.inputs(images.flatten(1).float() / 255)
    assert torch.equal(whole(images), by_hand)
    assert torch.equal(whole(images.float() / 255), by_hand)
