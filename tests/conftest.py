"""Fixtures: real data, fetched once into the user's cache like for everyone else."""

import socket

import pytest
import torch

import study  # before any test imports ray, which reads what it sets  # noqa: F401
from trainables.cohorts.kinds import open_workshop
from trainables.data.download import ensure
from trainables.data.sources import DATASETS

torch.set_num_threads(1)  # oversubscribed threads slow training some 30-fold


@pytest.fixture(scope="session", autouse=True)
def data():
    """FashionMNIST and MNIST, verified."""
    return [ensure(name) for name in DATASETS]


@pytest.fixture(scope="session")
def workshop(tmp_path_factory):
    """A workshop over an empty folder of artifacts, shared by the tests of a session."""
    return open_workshop(tmp_path_factory.mktemp("artifacts"), torch.device("cpu"))


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
