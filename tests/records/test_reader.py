"""Reading without MLflow, against its own client."""

import shutil
import sqlite3

import pytest
from mlflow import MlflowClient
from mlflow.store.db.utils import _get_latest_schema_revision

from records.reader import REVISION, Database, open_reader
from trainables.errors import BadInputError


def test_the_tables_are_those_that_mlflow_makes():
    assert _get_latest_schema_revision() == REVISION


def test_experiments_are_what_the_client_says(client):
    one = client.create_experiment("one", tags={"question": "why φ?"})
    client.delete_experiment(client.create_experiment("gone"))
    reader = open_reader(client.tracking_uri)
    assert isinstance(reader, Database)
    for name in ("one", "gone"):
        theirs, ours = (each.get_experiment_by_name(name) for each in (client, reader))
        for field in ("experiment_id", "name", "lifecycle_stage", "tags"):
            assert getattr(ours, field) == getattr(theirs, field)
    assert reader.get_experiment(one) == reader.get_experiment_by_name("one")
    assert reader.get_experiment_by_name("none") is None


def test_a_database_that_is_not_there_is_empty_and_not_made(tmp_path):
    reader = open_reader(f"sqlite:///{tmp_path}/none.db")
    assert reader.get_experiment_by_name("smoke") is None
    assert not list(tmp_path.iterdir())


def test_of_another_version_mlflow_says_the_word(empty_database, tmp_path):
    shutil.copy(empty_database, tmp_path / "newer.db")
    with sqlite3.connect(tmp_path / "newer.db") as newer:
        newer.execute("UPDATE alembic_version SET version_num = 'of a later MLflow'")
    with pytest.raises(BadInputError, match=r"no MLflow records at .*: .*out-of-date"):
        open_reader(f"sqlite:///{tmp_path}/newer.db")


def test_an_empty_file_is_made_a_database(tmp_path):
    """What a launch leaves that was killed before MLflow had made its tables."""
    (tmp_path / "empty.db").touch()
    assert isinstance(open_reader(f"sqlite:///{tmp_path}/empty.db"), MlflowClient)
