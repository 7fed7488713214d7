import pytest
from golden.make import open_golden


@pytest.fixture(scope="session")
def golden_client(tmp_path_factory):
    """The golden study's records in a real MLflow database."""
    return open_golden(tmp_path_factory.mktemp("golden"))
