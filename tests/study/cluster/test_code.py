"""What travels to a cluster's nodes."""

from pathlib import Path

import pytest

import trainables
from study.cluster.code import JOB_CONFIG, PACKAGES_SENT, code_digest, runtime_env


def test_the_five_packages_travel_from_where_they_stand(monkeypatch):
    monkeypatch.delenv(JOB_CONFIG, raising=False)
    folders = [Path(folder) for folder in runtime_env()["py_modules"]]
    assert sorted(folder.name for folder in folders) == sorted(PACKAGES_SENT)
    assert {folder.parent for folder in folders} == {Path(trainables.__file__).parents[1]}
    assert all((folder / "__init__.py").is_file() for folder in folders)
    assert len(folders) == 5


@pytest.mark.parametrize(
    ("sent", "travels"), [('{"runtime_env": {"working_dir": "x"}}', False), ("{}", True)]
)
def test_code_that_a_job_brought_does_not_travel_again(monkeypatch, sent, travels):
    monkeypatch.setenv(JOB_CONFIG, sent)
    assert ("py_modules" in runtime_env()) == travels


def test_a_change_of_any_file_is_seen(monkeypatch, tmp_path):
    before = code_digest()
    copied = tmp_path / "records"
    copied.mkdir()
    (copied / "__init__.py").write_text("")
    monkeypatch.setattr("study.cluster.code.PACKAGES_SENT", PACKAGES_SENT[:-1])
    assert code_digest() != before
