"""What the evidence supports, in sentences made from the numbers."""

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median

import numpy as np

from analysis.evidence.choice import about, choice
from analysis.evidence.differences import cost
from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.statistics import crossed
from analysis.evidence.texts import SURE, counts_text, measured, together_text, verdict_phrase
from analysis.evidence.verdicts import Verdict
from trainables.data.measures import Measure

MANY = 12  # rows: beyond them sentences speak of the chosen one and of counts


def against_alone(name: str, verdict: Verdict, seconds: float) -> str:
    """One sentence on a row, named with what it is compared with if that is not the student alone;
    seconds: of one seed of it.
    """
    return f"{name}: {verdict_phrase(verdict, seconds)}: {measured(verdict)}."


def evidence(rows: Sequence[Row]) -> list[str]:
    """The sentences of a study: each row against the student alone, or the chosen one."""
    family = Family(rows)
    lines, many = choice(rows), [row for row in family.rows if not row.is_anew]
    for measure in many[0].domain.compared if many else ():
        found = [(row, verdict) for row in many if (verdict := family.verdict(row, measure))]
        if len(many) > MANY:
            lines += [_count(measure, [verdict for _, verdict in found], many[0].looks)]
            continue
        names = told_apart([row for row, _ in found])
        lines += [
            against_alone(name, verdict, cost(row))
            for name, (row, verdict) in zip(names, found, strict=True)
            if not math.isnan(verdict.found.mean)
        ]
    return lines + of_the_test_set(family.rows)


def of_the_test_set(rows: Sequence[Row]) -> list[str]:
    """What share of the error of a difference the one fixed test set has; empty if unknown."""
    found, objects = [], 0
    for row in rows:
        ours, theirs = row.right(), row.alone.right() if row.alone else {}
        seeds = sorted(ours.keys() & theirs.keys())
        if len(seeds) > 1:
            gaps = np.array([ours[seed] - theirs[seed] for seed in seeds])
            found.append(crossed(gaps))
            objects = gaps.shape[1]
    if not found:
        return []
    seeds_, more, both = (
        median(values)
        for values in zip(*((one.seeds, one.objects, one.together) for one in found), strict=True)
    )
    return [
        f"All seeds are tested on the same {objects:,} objects, so the intervals say what other "
        "seeds would do, not other objects. Those have a standard error of "
        f"{more:.4f} in a difference of accuracy, beside the seeds' {seeds_:.4f}: together "
        f"{both:.4f} (crossed random effects, medians of {len(found)} rows)."
    ]


def told_apart(rows: Sequence[Row]) -> list[str]:
    """A name for each row: with λ and T where others have the same label."""
    counts = Counter(row.label for row in rows)
    return [about(row) if counts[row.label] > 1 else row.label for row in rows]


def _count(measure: Measure, judged: Sequence[Verdict], looks: Sequence[int]) -> str:
    return (
        f"Against the student alone in test {measure.title}, of {len(judged)} settings: "
        f"{counts_text(judged) or 'none is tested'} (right for {together_text(looks)} {SURE})."
    )
