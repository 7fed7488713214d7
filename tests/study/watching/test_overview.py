"""A running study on one screen of 80 columns, and what is judged anew for it."""

import io
import os
import platform

import pytest
from rich.console import Console

from analysis.publish import Said, said_so_far
from records.read import read, read_study
from search_spaces.smoke import SPACE
from study.planning.plan import Plan
from study.planning.seeds import Seeds
from study.planning.trial_index import TrialIndex
from study.watching.leader import Leader, Standing
from study.watching.overview import overview
from study.watching.verdicts import VerdictsSoFar
from trainables.artifacts.store import Store

TITLE = "student VAE (all labels) λ×T×seed (100) cohort 3/8"
WORKERS = [(TITLE, number / 20) for number in range(12)]
STANDING = Standing(
    stage="students of round 2 · 14/36 trials, best validation 0.670",
    done=14, total=36, share=0.416, left=192.4, per_minute=12.345, workers=WORKERS, more_workers=4,
)  # fmt: skip
LEADER = Leader(platform.node(), os.getppid(), "t", 3, STANDING.says, STANDING)


@pytest.fixture
def plan(golden_client, tmp_path):
    index = TrialIndex(read(golden_client, "smoke"))
    return Plan(SPACE, Seeds(SPACE.seeds), None, Store(tmp_path), index, 1)


def printed(*arguments, height=24, **options):
    console = Console(file=io.StringIO(), width=80, height=height, force_terminal=True)
    console.print(overview(*arguments, console, **options))
    plain = Console(
        file=io.StringIO(), width=80, height=height, force_terminal=True, color_system=None
    )
    plain.print(overview(*arguments, plain, **options))
    return console.file.getvalue().count("\n"), plain.file.getvalue()


def test_workers_rates_and_verdicts_are_on_the_screen(golden_client, plan):
    said = said_so_far(read_study(golden_client, "smoke"))
    assert len(said) == 5
    _, text = printed(plan, LEADER, said)
    assert "12.3 trials a minute · 42% done · about 0:03:12 left" in text
    assert text.count(TITLE) == 4
    assert "... and 12 more" in text  # of 16 workers
    assert "Verdicts so far: 0 of 5 decided (against the student alone)" in text
    assert "Small ← MNIST-Small, φ VAE " in text
    assert "undecided  -0.019 [-0.080, +0.042]" in text
    assert "+0.034 [-0.218, +0.287]" in text
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_one_screen_is_never_left_and_what_has_no_room_is_counted(plan):
    said = [Said(f"row {n}", "", "better", "+0.1 [0.0, 0.2]", 10, True) for n in range(40)]
    for height in (24, 30, 60):
        lines, text = printed(plan, LEADER, said, height=height, on_one_screen=True)
        shown = text.count("+0.1 [0.0, 0.2]")
        assert 1 <= shown <= 25
        assert f"... and {40 - shown} more" in text
        assert lines <= height
        assert shown >= (2 if height == 24 else 6)


def test_without_a_launch_it_says_what_is_missing(plan):
    assert "nothing is missing" in printed(plan, None, ())[1]
    more = Plan(SPACE, Seeds(9, for_all=True), None, plan.store, plan.trial_index, 1)
    assert "the same command as before goes on" in printed(more, None, ())[1]


def test_verdicts_are_judged_anew_only_where_more_trials_have_ended(monkeypatch):
    now, judged = [100.0], []
    monkeypatch.setattr("study.watching.verdicts.time.monotonic", lambda: now[0])

    def judge():
        now[0] += 3.0  # seconds that it takes
        judged.append(len(judged))
        return judged[:]

    verdicts = VerdictsSoFar(judge)
    assert verdicts(1) == [0]
    now[0] += 60
    assert verdicts(1) == [0]
    assert verdicts(2) == [0, 1]
    now[0] += 29  # it has taken 3 s, so it rests for 30
    assert verdicts(3) == [0, 1]
    assert verdicts(3, at_once=True) == [0, 1, 2]
    now[0] += 31
    assert verdicts(3) == [0, 1, 2]


def test_comparisons_with_equal_labels_are_told_apart(golden_client):
    said = said_so_far(read_study(golden_client, "smoke"))
    assert len({(one.ours, one.against) for one in said}) == len(said)
    assert {one.against for one in said} == {""}
