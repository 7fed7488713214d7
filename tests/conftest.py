"""What tests share: real data, databases, a browser; and nothing of the user's environment.

The data alone are the user's: fetched once into the cache that every clone shares (or STUDY_DATA),
and verified by digest before a test reads them.
"""

import gc
import os
import secrets
import shutil
import socket
import tempfile
from pathlib import Path

import hypothesis
import pytest
import torch

from trainables.cohorts.kinds import open_workshop
from trainables.data.download import ensure

torch.set_num_threads(1)  # oversubscribed threads slow training some 30-fold

# No test asserts a time: on a busy machine an example may take long.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# Before `study` and `records` set their own: a server, a cluster or a folder that the user's shell
# names would be asked and written to by tests, and by every process that they start.
THEIRS = ("MLFLOW_", "RAY_", "STUDY_", "TUNE_", "COLUMNS", "FORCE_COLOR")
KEPT = ("STUDY_DATA", "STUDY_LAB")  # where data are, and the mark of `make test-cluster`
for _name in [name for name in os.environ if name.startswith(THEIRS) and name not in KEPT]:
    del os.environ[_name]
# Of HOME, Ray would read its token, and Matplotlib a style that changes every figure.
OWN = tempfile.TemporaryDirectory(prefix="study-tests-")
TOKEN = Path(OWN.name) / "auth_token"
TOKEN.write_text(secrets.token_hex(32))
os.environ |= {"RAY_AUTH_TOKEN_PATH": str(TOKEN), "MPLCONFIGDIR": OWN.name}
import study  # noqa: E402, F401  (before any test imports ray, which reads what it sets)


def pytest_collection_finish():
    """statsmodels collects garbage at each of its calls: half a second, with all this imported."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def data():
    """The sets that most tests read, verified; rendered ones are fetched by what needs them."""
    return [ensure(name) for name in ("FashionMNIST", "MNIST", "BikeSharing")]


@pytest.fixture(scope="session")
def workshop(tmp_path_factory):
    """A workshop over an empty folder of artifacts, shared by the tests of a session."""
    return open_workshop(tmp_path_factory.mktemp("artifacts"), torch.device("cpu"))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A database of MLflow without records: to make one takes a second, to copy it none."""
    from records.client import open_client

    path = tmp_path_factory.mktemp("empty") / "mlflow.db"
    open_client(f"sqlite:///{path}")
    return path


@pytest.fixture
def client(empty_database, tmp_path):
    """Records of nothing yet, in a database of the test's own."""
    from records.client import open_client

    shutil.copy(empty_database, tmp_path / "mlflow.db")
    return open_client(f"sqlite:///{tmp_path}/mlflow.db")


@pytest.fixture(scope="session")
def golden_client(tmp_path_factory):
    """The golden study's records in a real MLflow database."""
    from golden.make import open_golden

    return open_golden(tmp_path_factory.mktemp("golden"))


@pytest.fixture(scope="session")
def browser():
    """Chromium without a window, driven by Playwright."""
    from browser import FLAGS, MISSING, find
    from playwright.sync_api import sync_playwright

    path = find()
    if path is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def free_port():
    """A port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
