"""The command at the end of a launch: what it is given, and that it changes nothing."""

import json
import time

import pytest

from records.cli import FAILED, INTERRUPTED
from records.read import read
from search_spaces.smoke import SPACE
from study.planning.plan import Plan
from study.planning.seeds import Seeds
from study.planning.trial_index import TrialIndex
from study.watching.on_end import OnEnd
from trainables.artifacts.store import Store
from trainables.errors import BadInputError, StudyError


@pytest.fixture
def plan(golden_client, tmp_path):
    index = TrialIndex(read(golden_client, "smoke"))
    return Plan(SPACE, Seeds(3, for_all=True), None, Store(tmp_path), index, 1)


@pytest.fixture
def told(tmp_path):
    """What the command was given: a line each time."""
    return tmp_path / "told"


def on_end(command, plan, tmp_path):
    end = OnEnd(command, tmp_path / "results")
    end.begins(plan)
    return end


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [(KeyboardInterrupt(), "interrupted", INTERRUPTED), (StudyError("gone"), "failed", FAILED)],
)
def test_it_is_told_how_the_launch_ended(plan, tmp_path, told, error, state, code):
    end = on_end(f"(cat; echo) >> {told}", plan, tmp_path)
    with pytest.raises(type(error)), end.at_errors():
        raise error
    end.run(0)  # once is enough
    (line,) = told.read_text().splitlines()
    found = json.loads(line)
    done, total = plan.trial_counts()
    assert total > done == 36
    assert found.pop("seconds") > 0
    assert found == {
        "space": "smoke", "results": str(tmp_path / "results"), "code": code, "state": state,
        "done": done, "missing": total - done, "failed": 0, "answers": [], "report": None,
    }  # fmt: skip


def test_bad_input_is_no_end(plan, tmp_path, told):
    end = on_end(f"cat > {told}", plan, tmp_path)
    with pytest.raises(BadInputError), end.at_errors():
        raise BadInputError("another launch leads")
    never_begun = OnEnd(f"cat > {told}", tmp_path)
    never_begun.run(FAILED)
    assert not told.exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("echo first >&2; echo last >&2; exit 3", "ended with code 3: last"),
        ("exit 4", "ended with code 4"),
        ("no-such-command-here", "code 127"),
        ("true", ""),
    ],
)
def test_what_goes_wrong_is_one_line(plan, tmp_path, capfd, command, said):
    on_end(command, plan, tmp_path).run(0)
    printed = capfd.readouterr().err
    assert said in printed
    assert printed.count("\n") == bool(said)


def test_what_hangs_is_ended_with_all_that_it_started(plan, tmp_path, told, capfd, monkeypatch):
    monkeypatch.setattr("study.watching.on_end.LIMIT_SECONDS", 0.5)
    began = time.monotonic()
    on_end(f"(sleep 3; touch {told}) & sleep 60", plan, tmp_path).run(0)
    assert time.monotonic() - began < 3
    assert "was ended after 0.5 s" in capfd.readouterr().err
    time.sleep(3.5)
    assert not told.exists()


def test_what_it_leaves_behind_is_not_waited_for(plan, tmp_path):
    began = time.monotonic()
    on_end("sleep 20 &", plan, tmp_path).run(0)
    assert time.monotonic() - began < 10
