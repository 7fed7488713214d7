"""Optuna, asked for a round of settings at a time, and never told a seed or the test set.

What it asks for depends on the search and on the scores alone. So a launch that finds scores in
the records asks for the same settings again: a first run, a resumed one and an extended one go
the same way.
"""

import json
import warnings
from collections.abc import Sequence
from typing import Literal

import optuna
from optuna.distributions import distribution_to_json
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, Trial, TrialState

from records.choice import Outcome
from records.schema import Searched
from search_spaces.base.search import Search
from trainables.data.measures import MEASURES
from trainables.identity import identity
from trainables.settings.setting import Setting


def sampler_of(search: Search) -> BaseSampler:
    """The sampler, seeded by the search."""
    seed = int(identity(["search", search.name, search.seed]), 16) % 2**32
    samplers = optuna.samplers
    with warnings.catch_warnings():
        # Optuna marks some of these as experimental; their versions are pinned.
        warnings.simplefilter("ignore", ExperimentalWarning)
        match search.sampler:
            case "gp":
                return samplers.GPSampler(seed=seed)
            case "cmaes":
                return samplers.CmaEsSampler(seed=seed)
            case "random":
                return samplers.RandomSampler(seed=seed)
            case "qmc":
                return samplers.QMCSampler(seed=seed, scramble=True)
            case "nsga2":
                return samplers.NSGAIISampler(seed=seed, population_size=search.round_size)
            case _:
                return samplers.TPESampler(
                    seed=seed, multivariate=True, group=search.is_conditional, constant_liar=True
                )


class OptunaSearch:
    """The live Optuna study of a search: ask for a round, tell its outcomes, ask for the next.

    told: the measures that Optuna is told, one, or two for a front.
    """

    def __init__(self, search: Search) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.search = search
        self.told = [MEASURES[search.rule.score]]
        if search.two_objectives:
            self.told = list(search.bases()[0].target.measures[:2])
        directions: list[Literal["minimize", "maximize"]]
        directions = ["maximize" if one.higher_is_better else "minimize" for one in self.told]
        self.study = optuna.create_study(
            sampler=sampler_of(search), directions=directions, study_name=search.title
        )
        self._asked: list[Trial] = []

    def ask(self, count: int) -> list[Setting]:
        """The next settings; TPE takes the earlier ones of a round for bad (constant liar), so
        that a round is spread out.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)  # as in sampler_of
            self._asked = [self.study.ask() for _ in range(count)]
            return [self._setting(trial) for trial in self._asked]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """The round's outcomes, in its order."""
        for trial, outcome in zip(self._asked, outcomes, strict=True):
            if outcome.scores is None:
                self.study.tell(trial, state=TrialState.FAIL)
                continue
            scores = [outcome.scores[one.name] for one in self.told]
            if outcome.pruned_at is not None and not self.search.two_objectives:
                trial.report(scores[0], step=outcome.pruned_at)
                self.study.tell(trial, state=TrialState.PRUNED)
            else:
                self.study.tell(trial, scores)

    def searched(self) -> list[Searched]:
        """What was chosen for each setting that was asked for, in the order of asking."""
        return [self._searched(trial) for trial in self.study.get_trials(deepcopy=False)]

    def _setting(self, trial: Trial) -> Setting:
        return self.search.setting(
            self.search.choose(lambda path, among: among.suggest(trial, path))
        )

    def _searched(self, trial: FrozenTrial) -> Searched:
        ranges = {path: distribution_to_json(each) for path, each in trial.distributions.items()}
        return Searched(
            base=self.search.base_of(trial.params).key,
            chosen=trial.params,
            untuned=self.search.untuned(trial.params),
            ranges={path: json.loads(text) for path, text in ranges.items()},
        )
