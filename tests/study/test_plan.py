"""Plans walked without Ray: a stand-in trains each cohort at once, by a formula."""

from dataclasses import replace

import pytest

from analysis.records import Record
from search_spaces.catalogue import load
from study.ledger import Ledger
from study.plan import Plan
from trainables.settings import Trial
from trainables.store import Saved, Store


def record(trial, status="FINISHED"):
    setting = trial.setting
    score = 1 - (setting.hard_label_weight - 0.6) ** 2 - 0.01 * trial.seed
    return Record(
        key=trial.key,
        setting=setting.key,
        setting_name=setting.name(),
        seed=trial.seed,
        status=status,
        metrics={"validation/accuracy": score} if status == "FINISHED" else {},
        parameters={},
        tags={},
    )


class Study:
    """One results folder: what was trained stays from launch to launch."""

    def __init__(self, folder, space="vae_lambda"):
        self.space, self.store, self.ledger = load(space), Store(folder), Ledger([])
        self.trained: list[str] = []

    def plan(self, seeds=None, searched=None):
        searched = searched or (self.space.search.settings if self.space.search else 0)
        seeds = seeds or self.space.seeds
        return Plan(self.space, seeds, searched, self.store, self.ledger, workers=2)

    def launch(self, stop_after=10**9, failing=(), dying=(), **options):
        titles = []
        for step in self.plan(**options).rounds():
            titles.append(step.title)
            for member in (m for cohort in step.cohorts for m in cohort.members):
                if len(self.trained) >= stop_after:
                    return titles
                if member.key in dying:
                    continue
                self.trained.append(member.key)
                if isinstance(member, Trial):
                    status = "FAILED" if member.key in failing else "FINISHED"
                    self.ledger.add(record(member, status))
                else:
                    assert all(self.store.has(n.kind, n.key) for n in member.needs)
                    self.store.save(member.kind, member.key, Saved({}, {}), None)
        return titles


@pytest.fixture
def study(tmp_path):
    return Study(tmp_path / "one")


def test_artifacts_first_then_rounds(study):
    titles = study.launch()
    assert titles[:2] == ["artifacts: teacher, vae", "artifacts: logits"]
    assert titles[2:] == [f"search round {n}" for n in range(1, 6)]
    assert study.plan().trial_counts() == (205, 205)
    assert len(set(study.trained)) == len(study.trained) == 205 + 15
    assert study.plan().predicted_cost() == 0


@pytest.mark.parametrize("stop", [0, 3, 14, 40, 100, 219])
def test_a_stopped_launch_goes_on_to_the_same_study(study, stop, tmp_path):
    study.launch(stop_after=stop)
    study.launch()
    undisturbed = Study(tmp_path / "two")
    undisturbed.launch()
    assert sorted(study.trained) == sorted(undisturbed.trained)


def test_more_settings_continue_the_same_search(study):
    study.launch(searched=16)
    first = set(study.trained)
    study.launch(searched=40)
    assert len(study.trained) == len(set(study.trained)) == 220
    assert first < set(study.trained)


def test_more_seeds_keep_the_settings_and_count_what_is_there(study):
    study.launch()
    assert study.plan(seeds=7).trial_counts() == (205, 41 * 7)
    asked = {r.setting for r in study.ledger.records.values()}
    study.launch(seeds=7)
    assert {r.setting for r in study.ledger.records.values()} == asked
    assert study.plan(seeds=7).trial_counts() == (287, 287)
    assert study.plan(seeds=2).trial_counts()[0] < 287  # another search: scores of two seeds


def test_a_failed_seed_fails_its_setting_and_the_search_goes_on(study):
    base = study.launch(stop_after=25)
    assert base[-1] == "search round 1"
    failing = [r.key for r in study.ledger.records.values()][:1]
    other = Study(study.store.root.parent / "two")
    other.launch(failing=failing)
    assert len(other.ledger.failed()) == 1
    assert other.plan().trial_counts() == (205, 205)  # a trial's own failure is a result


def test_a_round_that_could_not_be_trained_stops_the_search(study):
    """To ask on without its scores would ask other settings than an undisturbed study."""
    study.launch(stop_after=30)
    cohorts = next(study.plan().rounds()).cohorts
    dead = next(t.key for c in cohorts for t in c.members if t.setting.teacher)
    assert study.launch(dying=[dead]) == ["search round 1"]
    assert study.plan().trial_counts()[0] < 205
    study.launch()
    assert study.plan().trial_counts() == (205, 205)


def test_listed_spaces(tmp_path):
    study = Study(tmp_path, "grid")
    titles = study.launch()
    assert titles == ["artifacts: teacher, vae", "artifacts: logits", "students"]
    assert study.plan().trial_counts() == (400, 400)
    assert len(set(study.trained)) == len(study.trained) == 400 + (4 + 4 + 1) * 5


def test_spaces_share_artifacts(tmp_path):
    grid, search = Study(tmp_path, "grid"), Study(tmp_path, "vae_lambda")
    grid.launch()
    assert search.plan().needed_artifacts() == []


def test_published_attempts_share_one_teacher(tmp_path):
    study = Study(tmp_path, "paper_table")
    made = [a for level in study.plan().needed_artifacts() for a in level]
    vaes = [a for a in made if a.kind == "vae"]
    assert len(vaes) == 5 + 5 + 1 + 1  # all, small, the published one, and that of Figure 8
    assert len({a.key for a in made}) == len(made)
    assert replace(vaes[0], seed=9).key != vaes[0].key
