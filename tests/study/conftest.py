"""One finished study for all who only read it."""

import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from faults import launch, recorded


class Finished(NamedTuple):
    """A launch of `smoke` that was left in peace: its folder, what it printed and recorded."""

    results: Path
    printed: str
    recorded: dict[str, Any]


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """To be read alone: what writes takes `copied`."""
    results = tmp_path_factory.mktemp("finished") / "r"
    code, printed = launch(results)
    assert code == 0, printed
    return Finished(results, printed, recorded(results))


@pytest.fixture
def copied(finished, tmp_path):
    """The finished study's folder once more, for a test of its own."""
    return Path(shutil.copytree(finished.results, tmp_path / "copied"))
