"""Which of several settings is chosen: one rule, for the launch that trains the choice anew and
for the table and the report that show it.

A search chooses in two steps. The best few by their scores are *finalists*, scored again with
fresh seeds, and the best of these by all their seeds together is chosen. The first scores keep
their share: given both, how a setting came to be a finalist says nothing more of it. (A fresh
score alone says better what a finalist is worth, since nobody chose it by that; but a choice wants
the better guess of which is best, and in a simulation of 40 settings the mean of all seeds loses 4
to 40 % less than the fresh ones alone.) Where the first score is of something else, a population's
student that was selected while it was trained, the fresh seeds decide alone.

Pure functions of records. A candidate counts only if it is whole: a mean over the seeds that
happened to survive is another quantity than the mean over all of them.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from records.schema import Record

TIE = 1e-6
"""Less than one answer of half a million: what is left are float32's roundings. They chose a
setting once, where three had equally many right answers."""


@dataclass(frozen=True)
class Outcome:
    """What came out of a setting, over all its seeds.

    scores: each measure's mean at the last epoch that was trained; None if a seed failed.
    pruned_at: that epoch, where the setting was dropped before its end.
    """

    scores: Mapping[str, float] | None
    pruned_at: int | None = None


class Candidate(NamedTuple):
    """A setting that may be chosen: its ended trials by seed, and the seeds that score it."""

    records: Mapping[int, Record]
    seeds: Collection[int]

    @property
    def has_ended(self) -> bool:
        """True where no seed is out."""
        return all(seed in self.records for seed in self.seeds)

    def with_more(self, again: "Candidate") -> "Candidate":
        """The same, scored by the seeds of both; they have none in common."""
        return Candidate({**self.records, **again.records}, [*self.seeds, *again.seeds])


def outcome(candidate: Candidate, metrics: Mapping[str, str], parts: int = 1) -> Outcome | None:
    """The means of these recorded metrics, by the names given to them; None while a seed is out.

    parts: how many students a trial trains; the record counts the epochs of all of them.
    """
    if not candidate.has_ended:
        return None
    ended = [candidate.records[seed] for seed in candidate.seeds]
    if any(
        one.status == "FAILED" or not one.metrics.keys() >= {*metrics.values()} for one in ended
    ):
        return Outcome(None)
    scores = {
        name: fmean(one.metrics[metric] for one in ended) for name, metric in metrics.items()
    }
    epochs = [int(one.metrics["epochs_trained"] / parts) for one in ended if one.pruned]
    return Outcome(scores, min(epochs, default=None))


def score(candidate: Candidate, metric: str) -> float | None:
    """The mean that a candidate is compared by.

    None where it is none: a seed is missing or failed, it was pruned, or the mean is not a number.
    """
    found = outcome(candidate, {metric: metric})
    if found is None or found.scores is None or found.pruned_at is not None:
        return None
    return None if math.isnan(found.scores[metric]) else found.scores[metric]


def choose(candidates: Iterable[Candidate], metric: str, *, higher_is_better: bool) -> int | None:
    """The index of the candidate of the best score, the earliest of equals; None without any.

    Scores that are closer than TIE are equal.
    """
    sign = 1 if higher_is_better else -1
    scores = [score(candidate, metric) for candidate in candidates]
    known = {at: sign * one for at, one in enumerate(scores) if one is not None}
    best = max(known.values(), default=math.nan)
    return next((at for at, one in known.items() if one > best - TIE), None)


def finalists(
    candidates: Sequence[Candidate], metric: str, *, higher_is_better: bool, most: int
) -> list[int]:
    """The indices of the best `most` candidates, rising: each is the choice of what is left.

    None where there is one alone, which need not be scored again.
    """
    found: list[int] = []
    left = dict(enumerate(candidates))
    while len(found) < most:
        best = choose(left.values(), metric, higher_is_better=higher_is_better)
        if best is None:
            break
        found.append([*left][best])
        del left[found[-1]]
    return sorted(found) if len(found) > 1 else []


def decide(
    candidates: Sequence[Candidate],
    again: Mapping[int, Candidate],
    metric: str,
    *,
    higher_is_better: bool,
    fresh_alone: bool,
) -> int | None:
    """The index of the candidate that is chosen; None without any, and while a seed is out.

    again: of the finalists by their indices, their second scoring; empty where there are none.
    fresh_alone: whether that decides alone; else all seeds of both scorings count alike.
    """
    if not again:
        return choose(candidates, metric, higher_is_better=higher_is_better)
    if not all(one.has_ended for one in again.values()):
        return None
    places = sorted(again)
    scored = [again[at] if fresh_alone else candidates[at].with_more(again[at]) for at in places]
    best = choose(scored, metric, higher_is_better=higher_is_better)
    return None if best is None else places[best]
