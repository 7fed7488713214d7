"""One finished study for all who only read it; and a folder for those who may write nothing."""

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import loopback
import pytest
from commands import call
from faults import launch, recorded
from recorded import recorder_of
from untouched import content

from records.client import open_client
from search_spaces.smoke import ALONE
from study.planning.expected import Expected
from trainables.results import TrialResult
from trainables.settings.trial import Trial


class Finished(NamedTuple):
    """A launch of `smoke` that was left in peace: its folder, what it printed and recorded.

    end: what --on-end was given. is_apart: whether it had no network but loopback.
    """

    results: Path
    printed: str
    recorded: dict[str, Any]
    end: dict[str, Any]
    is_apart: bool


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """To be read alone: what writes takes `copied`."""
    results = tmp_path_factory.mktemp("finished") / "r"
    often = {"MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL": "1"}
    end = f"cat >> '{results}.end'; echo the end"
    apart = loopback.apart()
    words = ("--system-metrics", "--on-end", end)
    code, printed = launch(results, *words, workers=2, within=apart, **often)
    assert code == 0, printed
    end = json.loads(Path(f"{results}.end").read_text())
    return Finished(results, printed, recorded(results), end, bool(apart))


@pytest.fixture
def copied(finished, tmp_path):
    """The finished study's folder once more, for a test of its own."""
    return Path(shutil.copytree(finished.results, tmp_path / "copied"))


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """A results folder with a recorded trial and an artifact's files: name → bytes."""
    results = tmp_path_factory.mktemp("kept")
    recorder = recorder_of(open_client(f"sqlite:///{results}/mlflow.db"), results)
    recorder.expect([Expected(ALONE)])
    curve = {"test/accuracy": [0.5, 0.8], "test/cross_entropy": [1.0, 0.5]}
    recorder.add([TrialResult(Trial(setting=ALONE, seed=0), curve, {}, 0.1)])
    recorder.close()
    (results / "artifacts" / "vae").mkdir(parents=True)
    (results / "artifacts" / "vae" / "0123456789abcdef.json").write_text("{}")
    return content(results)


@pytest.fixture
def attempt(monkeypatch, tmp_path, kept):
    """Run a command; it must refuse with one line, which is returned, before Ray starts."""
    monkeypatch.setattr("study.cluster.local_ray.LocalRay.begin", lambda _: pytest.fail("Ray"))
    monkeypatch.chdir(tmp_path)
    for name, held in kept.items():
        (tmp_path / "results" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "results" / name).write_bytes(held)

    def refuse(function, *arguments):
        before = content(tmp_path)
        ended = call(function, *arguments)
        assert ended.code == 2
        said = ended.err
        assert said.startswith("error: "), said
        assert said.count("\n") == 1, said
        assert "Traceback" not in said
        assert content(tmp_path) == before
        return said

    return refuse
