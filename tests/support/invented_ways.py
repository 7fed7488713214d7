"""A study of ways that were tuned alike, with invented values."""

from dataclasses import replace

import numpy as np
from invented import parameters, record, searched, study

from records.schema import PlannedSetting
from search_spaces.fair.fair_small import SPACE
from trainables.identity import canonical
from trainables.settings.columns import name_of

SEEDS = 10
NOISE = np.random.default_rng(3).normal(0, 0.002, (10, SEEDS))
MEANS = {
    "alone": 0.800, "smoothing": 0.8002, "lambda": 0.812, "hinton": 0.7995,
    "decoupled": 0.815, "relational": 0.801, "fitnets": 0.780,
    "link_none": 0.790, "link_noise": 0.800, "link_dilation": 0.8005,
}  # fmt: skip


def fair(means=MEANS, noise=NOISE, uneven=False, unchosen=None, untrained=None, failing=None):
    """A study in which each search asked for two settings, chose the first and trained it anew.

    unchosen, untrained, failing: the way not chosen yet, without one student, with a failed one.
    """
    made = study({SPACE.settings[0]: [0.79] * SEEDS}, seeds=SEEDS)
    for place, search in enumerate(SPACE.searches):
        ends = {path: among.ends[-1] for path, among in search.over.items()}
        for number in range(3 if uneven and place == 1 else 2):
            chosen = ends | {"schedule.learning_rate": 1e-3 * (number + 2)}
            candidate = search.setting(chosen)
            made.settings.append(
                PlannedSetting(
                    key=candidate.key, name=name_of(candidate), parameters=parameters(candidate),
                    place=10 + place, asked=number, definition=canonical(candidate),
                    search=search.name, target=candidate.target.described,
                    seeds=search.selection_seeds, searched=searched(search, chosen),
                )
            )  # fmt: skip
            for seed in search.selection_seeds:
                one = record(candidate, seed, 0)
                score = 0.9 - 0.1 * number
                metrics = {"validation/accuracy": score, "validation/cross_entropy": 1 - score,
                           "seconds": 2.0}  # fmt: skip
                made.trials.append(replace(one, metrics=metrics))
            if number or search.name == unchosen:
                continue
            final = search.reported(candidate)
            made.settings.append(
                PlannedSetting(
                    key=final.key, name=name_of(final), parameters=parameters(final),
                    place=40 + place, asked=None, definition=canonical(final),
                    target=final.target.described,
                )
            )  # fmt: skip
            for seed in range(SEEDS):
                if (search.name, seed) == (untrained, 3):
                    continue
                failure = "NaN" if (search.name, seed) == (failing, 3) else None
                accuracy = means[search.name] + noise[place, seed]
                made.trials.append(record(final, seed, accuracy, failure))
    return made
