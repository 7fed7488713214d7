"""What every test here needs in the namespaces that `make test-cluster` runs them in."""

import os
import subprocess

import pytest


@pytest.fixture(scope="session", autouse=True)
def loopback():
    """A new network namespace has its loopback down."""
    if "STUDY_LAB" in os.environ:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
