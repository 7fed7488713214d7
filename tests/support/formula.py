"""Studies gone through without Ray: a stand-in trains each cohort at once, by a formula."""

from records.schema import Record
from search_spaces.base.catalogue import load
from study.planning.plan import Plan
from study.planning.rounds import rounds
from study.planning.trial_index import TrialIndex
from trainables.artifacts.store import Saved, Store
from trainables.settings.columns import name_of
from trainables.settings.trial import Trial


def record(trial, status="FINISHED"):
    setting = trial.setting
    score = 1 - (setting.objective.hard_label_weight - 0.6) ** 2 - 0.01 * (trial.seed % 10)
    groups = ("validation", "oracle") if setting.rule else ("test",)
    groups += ("validation",) if setting.held_out else ()
    metrics = {f"{group}/accuracy": score for group in groups}
    metrics |= {f"{group}/cross_entropy": 1 - score for group in groups}
    return Record(
        key=trial.key,
        setting=setting.key,
        setting_name=name_of(setting),
        seed=trial.seed,
        status=status,
        metrics=metrics if status == "FINISHED" else {},
        parameters={},
        tags={},
    )


class Study:
    """One results folder: what was trained stays from launch to launch."""

    def __init__(self, folder, space="vae_lambda"):
        self.space, self.store, self.trial_index = load(space), Store(folder), TrialIndex([])
        self.trained: list[str] = []
        self.company: list[str] = []  # trained again beside what was missing of their group

    def plan(self, seeds=None, searched=None):
        seeds = seeds or self.space.seeds
        return Plan(self.space, seeds, searched, self.store, self.trial_index, workers=2)

    def launch(self, stop_after=10**9, failing=(), dying=(), **options):
        titles = []
        for step in rounds(self.plan(**options)):
            titles.append(step.title)
            for member in (m for cohort in step.cohorts for m in cohort.members):
                if len(self.trained) >= stop_after:
                    return titles
                if member.key in dying:
                    continue
                if isinstance(member, Trial) and self.trial_index.is_done(member):
                    self.company.append(member.key)
                    continue
                self.trained.append(member.key)
                if isinstance(member, Trial):
                    status = "FAILED" if member.key in failing else "FINISHED"
                    self.trial_index.add(record(member, status))
                else:
                    assert all(self.store.has(n.kind, n.key) for n in member.needs)
                    self.store.save(member.kind, member.key, Saved({}, {}), None)
        return titles
