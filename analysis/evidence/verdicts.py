"""What the seeds say of a difference: better, worse, equivalent within ±δ, or undecided.

δ is the smallest difference that matters. Two questions are asked of each comparison, and each is
answered for a whole family of comparisons with at most 5 % chance of a single false answer:

- Is there a difference? The paired t test, with Holm's correction.
- Is it smaller than δ? Two one-sided t tests against -δ and δ (TOST: Schuirmann 1987), with Holm's
  correction too.

A difference that is surely smaller than δ is called equivalent, even where it is surely not zero.
Where a study looks again and again (records.schema.Study.looks), both tests are those of all its
looks together: a claim is as sure as that of a study that looked once.

What neither test settles is undecided, which is not the same as no difference: it says how many
seeds are likely to settle it. Beside the verdict stand probabilities from the t posterior of the
mean difference under the usual reference prior (Benavoli et al. 2017, with ρ = 0: seeds are
independent).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import special

from analysis.evidence.statistics import ALPHA, Comparison, at_every_look, holm
from trainables.data.measures import Measure

MOST_SEEDS = 1_000  # beyond, no number of seeds is promised


class Word(StrEnum):
    """A verdict in a word."""

    BETTER = "better"
    WORSE = "worse"
    EQUIVALENT = "equivalent"
    UNDECIDED = "undecided"
    NONE = ""  # too few seeds for any test, or nothing to compare


@dataclass(frozen=True)
class Verdict:
    """The verdict on a comparison, one of a family.

    margin: δ, in the measure's unit. of: how many comparisons the family has.
    p: Holm's, that there is no difference; p_beyond: Holm's, that it is as large as δ.
    """

    found: Comparison
    measure: Measure
    margin: float
    of: int
    p: float
    p_beyond: float

    @property
    def word(self) -> Word:
        """The verdict."""
        if self.found.n < 2 or math.isnan(self.found.low):
            return Word.NONE
        if self.p_beyond < ALPHA:
            return Word.EQUIVALENT
        gain = self.measure.sign * self.found.clearest.mean
        # The same difference with every seed has no p, and needs none.
        if self.p < ALPHA or (math.isnan(self.p) and gain):
            return Word.BETTER if gain > 0 else Word.WORSE
        return Word.UNDECIDED

    @property
    def is_decided(self) -> bool:
        """Whether more seeds could only repeat it."""
        return self.word not in (Word.UNDECIDED, Word.NONE)

    @property
    def probability_of_gain(self) -> float:
        """P(gain > 0): that it is better at all."""
        return self._beyond(0.0)

    @property
    def probability_of_more(self) -> float:
        """P(gain > δ): that it is better by what matters."""
        return self._beyond(self.margin)

    @property
    def probability_within(self) -> float:
        """P(|gain| < δ): that it does not matter."""
        return self._beyond(-self.margin) - self._beyond(self.margin)

    @property
    def more_seeds(self) -> int | None:
        """About how many further seeds would settle it; None where it is, or nobody can say.

        As many as bring one of the two tests to half of 5 % of its family, if mean and deviation
        stay as they are.
        """
        if self.word != Word.UNDECIDED:
            return None
        n, error = self.found.n, self.found.error
        if not error > 0:
            return None
        spread = error * math.sqrt(n)
        clearest = max(abs(self.found.mean), self.margin - abs(self.found.mean))
        sizes = np.arange(n + 1, MOST_SEEDS + 1)
        p = special.stdtr(sizes - 1, -clearest * np.sqrt(sizes) / spread)
        enough = sizes[p < ALPHA * self.found.share / 2 / self.of]
        return int(enough[0]) - n if len(enough) else None

    def _beyond(self, gain: float) -> float:
        """P(the true gain > this)."""
        mean, error = self.measure.sign * self.found.mean, self.found.error
        if math.isnan(error):
            return math.nan
        if error == 0:
            return float(mean > gain)
        return float(special.stdtr(self.found.n - 1, (mean - gain) / error))


def verdicts(
    found: Sequence[Comparison], measure: Measure, margins: Sequence[float]
) -> list[Verdict]:
    """The verdicts on a family of comparisons in one measure; margins: the δ of each.

    What can have no test (one seed, nothing to compare) is not counted in the family.
    """
    of = sum(one.n > 1 and not math.isnan(one.low) for one in found)
    alike, beyond = (
        holm([one.p for one in found]),
        holm([tost(one, margin) for one, margin in zip(found, margins, strict=True)]),
    )
    return [
        Verdict(one, measure, margin, of, p, q)
        for one, margin, p, q in zip(found, margins, alike, beyond, strict=True)
    ]


def tost(found: Comparison, margin: float) -> float:
    """The p of the two one-sided tests that the difference is at least as large as the margin.

    NaN without an interval; where all differences are equal, 0 within the margin and 1 beyond.
    """
    error = found.error
    if math.isnan(error):
        return math.nan
    if found.looks:
        return at_every_look([tost(one, margin) for one in found.looks], round(1 / found.share))
    if error == 0:
        return float(abs(found.mean) >= margin)
    return float(special.stdtr(found.n - 1, (abs(found.mean) - margin) / error))


def margin_of(measure: Measure, level: float) -> float:
    """δ of a measure: its own, or its share of the level that is compared with."""
    return measure.matters or measure.matters_share * abs(level)
