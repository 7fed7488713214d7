"""Studies gone through without Ray: a stand-in trains each cohort at once, by a formula."""

from dataclasses import replace

from records.experiments import open_study
from records.read import read_study
from records.schema import Record
from search_spaces.base.catalogue import load
from study.planning.plan import Plan
from study.planning.rounds import rounds
from study.planning.seeds import Seeds
from study.planning.trial_index import TrialIndex
from study.recording.setting_runs import SettingRuns
from study.running.looks import Looks
from trainables.artifacts.store import Saved, Store
from trainables.settings.columns import name_of
from trainables.settings.trial import Trial


class NoRecords:
    """An MLflow that holds nothing."""

    def get_experiment_by_name(self, name):
        return None


NO_RECORDS = NoRecords()


def by_weight(trial):
    return 1 - (trial.setting.objective.hard_label_weight - 0.6) ** 2 - 0.01 * (trial.seed % 10)


def record(trial, status="FINISHED", score_of=by_weight):
    setting, score = trial.setting, score_of(trial)
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
    """One results folder: what was trained stays from launch to launch.

    client: where the settings that it expects are recorded, if anywhere.
    """

    def __init__(
        self, folder, space="vae_lambda", score_of=by_weight, until_decided=None, client=None
    ):
        self.client = client
        self.space = load(space) if isinstance(space, str) else space
        self.store, self.trial_index = Store(folder), TrialIndex([])
        self.score_of, self.until_decided = score_of, until_decided  # at most so many seeds
        self.trained: list[str] = []
        self.company: list[str] = []  # trained again beside what was missing of their group

    def plan(self, seeds=None, searched=None):
        wanted = Seeds(seeds or self.space.seeds)
        if self.until_decided:
            wanted = Seeds.until_decided(self.until_decided)
        wanted = wanted.after(self.client or NO_RECORDS, self.space)
        return Plan(self.space, wanted, searched, self.store, self.trial_index, workers=2)

    def expecting(self, plan):
        """What a launch does with the settings that it expects."""
        if not self.client:
            return lambda expected: None
        choices = {"finalists": {one.name: one.finalists for one in self.space.searches}}
        usual, looks = plan.seeds.usual, plan.seeds.looks
        made = open_study(self.client, self.space.name, "", usual, None, choices, looks)
        return SettingRuns(self.client, made[0], usual).expect

    def as_read(self):
        """The study as tables read it."""
        found = read_study(self.client, self.space.name)
        return replace(found, trials=list(self.trial_index.records.values()))

    def launch(self, stop_after=10**9, failing=(), dying=(), **options):
        titles = []
        plan = self.plan(**options)
        looks = Looks(plan, self.client or NO_RECORDS)
        looks.catch_up()
        expect = self.expecting(plan)
        expect(plan.known_settings())
        for step in rounds(plan, look=looks):
            expect(step.expected)
            if step.cohorts:
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
                    self.trial_index.add(record(member, status, self.score_of))
                else:
                    assert all(self.store.has(n.kind, n.key) for n in member.needs)
                    self.store.save(member.kind, member.key, Saved({}, {}), None)
        return titles
