"""Optuna, asked a round of settings at a time, and never told a seed or the test set.

A round's questions depend only on the search and on the scores of the rounds before it, so a
launch that finds those scores in the records asks exactly what was asked before: resuming,
extending and a first run are the same walk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import optuna
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState, create_trial

from search_spaces.space import Search
from trainables.identity import identity
from trainables.settings import Setting

LAMBDA, TEMPERATURE = "lambda", "temperature"


@dataclass(frozen=True)
class Scored:
    """A setting asked for, and its mean validation score; None where a seed failed."""

    setting: Setting
    score: float | None


def ask(search: Search, history: Sequence[Scored], round_number: int, count: int) -> list[Setting]:
    """The settings of a round: TPE with a constant liar, so that a round spreads.

    The sampler is seeded by search and round, and sees the history alone.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    distributions = {
        LAMBDA: FloatDistribution(*search.hard_label_weight),
        TEMPERATURE: FloatDistribution(*search.temperature, log=True),
    }
    seed = int(identity(["search", search.seed, round_number]), 16) % 2**32
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True),
        direction="minimize" if search.score.endswith("cross_entropy") else "maximize",
    )
    for scored in history:
        study.add_trial(
            create_trial(
                state=TrialState.FAIL if scored.score is None else TrialState.COMPLETE,
                value=scored.score,
                params={
                    LAMBDA: scored.setting.hard_label_weight,
                    TEMPERATURE: scored.setting.temperature,
                },
                distributions=dict(distributions),
            )
        )
    asked = [study.ask(dict(distributions)).params for _ in range(count)]
    return [
        replace(search.base, hard_label_weight=p[LAMBDA], temperature=p[TEMPERATURE])
        for p in asked
    ]
