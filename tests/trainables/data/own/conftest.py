import pytest

from trainables.data.own import base


def forget():
    """As a new process: nothing is in memory."""
    base._ensured.cache_clear()
    base._read.cache_clear()


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    """A data folder of the test's own."""
    monkeypatch.setenv("STUDY_DATA", str(tmp_path / "data"))
    forget()
    return tmp_path / "data"


@pytest.fixture
def anew():
    """Forget what is in memory, as a new process would."""
    return forget
