"""What the evidence supports, in sentences made from the numbers."""

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median

import numpy as np

from analysis.evidence.differences import cost
from analysis.evidence.family import Family
from analysis.evidence.nested import Nested, nested
from analysis.evidence.rows import Row
from analysis.evidence.searched import Tuned, values_text
from analysis.evidence.selection import (
    alone_of,
    alone_verdicts,
    chosen,
    same_schedule,
    tuned,
    tuning_verdicts,
)
from analysis.evidence.statistics import crossed
from analysis.evidence.texts import (
    SURE,
    interval_text,
    level_text,
    p_text,
    summary_text,
    together_text,
    verdict_phrase,
)
from analysis.evidence.verdicts import Verdict, Word
from trainables.data.measures import Measure

USUAL_RATE = 1e-3  # Adam's own, and the study's: only another is named
MANY = 12  # rows: beyond them sentences speak of the chosen one and of counts


def against_alone(name: str, verdict: Verdict, seconds: float) -> str:
    """One sentence on a row, named with what it is compared with if that is not the student alone;
    seconds: of one seed of it.
    """
    return f"{name}: {verdict_phrase(verdict, seconds)}: {_measured(verdict)}."


def _measured(verdict: Verdict) -> str:
    """The difference behind a verdict, with its tests and probabilities."""
    found, of = verdict.found, verdict.measure
    gap = f"test {of.title} {interval_text(found, of)}"
    if found.n < 2 or math.isnan(found.low):
        return f"{gap} (n = {found.n}: no interval, no test)"
    counted = f", with Holm's correction over {verdict.of}" if verdict.of > 1 else ""
    p = "" if math.isnan(verdict.p) else f", p {_p(verdict.p)}{counted}"
    return (
        f"{gap} ({level_text(found.looks)}, n = {found.n}{p}; P(gain > 0) = "
        f"{verdict.probability_of_gain:.2f}, P(within ±{of.text(verdict.margin)}) = "
        f"{verdict.probability_within:.2f})"
    )


def _p(p: float) -> str:
    text = p_text(p)
    return text if text.startswith("<") else f"= {text}"


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
    return [_about(row) if counts[row.label] > 1 else row.label for row in rows]


def _count(measure: Measure, judged: Sequence[Verdict], looks: Sequence[int]) -> str:
    counts = Counter(verdict.word for verdict in judged)
    said = ", ".join(f"{counts[word]} {word}" for word in Word if word and counts[word])
    return (
        f"Against the student alone in test {measure.title}, of {len(judged)} settings: "
        f"{said or 'none is tested'} (right for {together_text(looks)} {SURE})."
    )


def choice(rows: Sequence[Row]) -> list[str]:
    """What selection chose and what that is worth; what selection by test would have claimed.

    Empty where nothing was held out. Test selects nothing: it is only read for the choice.
    """
    searches, procedures = tuned(rows), nested(rows)
    if searches or procedures:
        beside = [_beside(one, searches) for one in searches]
        family = Family(rows)
        alone = alone_verdicts(searches, family)
        tuning = tuning_verdicts([*searches, *procedures])
        found = zip(searches, beside, alone, tuning, strict=False)
        lines = [sentence for one in found for sentence in _of_a_search(*one)]
        for procedure, gain in zip(procedures, tuning[len(searches) :], strict=True):
            lines += _of_a_procedure(procedure, family.verdict(procedure.final), gain)
        return lines
    best = chosen(row for row in rows if not row.is_candidate)
    if best is None:
        return []
    main = best.domain.main
    lines = [
        f"Chosen by validation: {_about(best)}: validation {main.title} "
        f"{main.text(best.mean(best.validation))}."
    ]
    final = best.again or best
    if final.missing or final.failed:
        return [*lines, f"The choice is not trained with fresh seeds yet: {final.lack()}."]
    if best.again:
        lines.append(f"Trained anew with fresh seeds it has {_tested(final)}.")
    else:
        lines.append(f"Its students, which were chosen by their validation, have {_tested(best)}.")
    if verdict := Family(rows).verdict(final):
        lines.append(f"Against the student alone it is {_said(verdict)}.")
    return lines


def _of_a_procedure(one: Nested, alone: Verdict | None, tuning: Verdict) -> list[str]:
    """A nested search: what its seeds chose, and what searching and training are worth."""
    name, final, scored = one.name, one.final, one.first.scored
    lines = [
        f"{name}: each of {len(one.choices)} seeds chose within its own {final.split} among "
        f"{one.asked_a_seed} settings of its own, by {one.first['rule']}: {one.values_text()} "
        f"(median and range), at {scored.title} {summary_text(one.score, scored)}; that took "
        f"{one.seconds:,.0f} s of a worker a seed."
    ]
    if final.missing or final.failed:
        return [*lines, f"{name}: not every seed is trained with its choice yet."]
    lines.append(f"{name}: searched for and trained seed by seed it has {_tested(final)}.")
    if alone and final.alone and not math.isnan(alone.found.mean):
        beside = "the student alone"
        if not same_schedule(final, final.alone):
            beside += f" (not tuned: learning rate {final.alone.number('learning_rate'):.3g})"
        lines.append(f"{name}: against {beside} the procedure is {_said(alone)}.")
    if not math.isnan(tuning.found.mean):
        untuned = values_text(one.first.planned.searched.untuned)
        lines.append(f"{name}: against {untuned} for all the procedure is {_said(tuning)}.")
    return lines


def _about(row: Row) -> str:
    if row.nested:
        return row.label
    rate = row.number("learning_rate")
    label = row.label if rate == USUAL_RATE else f"{row.label}, learning rate {rate:.3g}"
    if not row.has_teacher:
        return label
    return f"{label}, {row.tuning()}"


def _tested(row: Row) -> str:
    test, main = row.summary(row.test), row.domain.main
    return f"test {main.title} {summary_text(test, main)} (n = {test.n})"


def _said(verdict: Verdict) -> str:
    return f"{verdict_phrase(verdict)}: {_measured(verdict)}"


def _beside(one: Tuned, searches: Sequence[Tuned]) -> str:
    """Which student alone the choice is compared with, where their schedules differ."""
    alone = alone_of(one, searches)
    if one.final is None or alone is None or same_schedule(one.final, alone):
        return "the student alone"
    rate = f"learning rate {alone.number('learning_rate'):.3g}"
    tuned = next((other.name for other in searches if other.final is alone), None)
    return f"the student alone ({f'tuned too, by {tuned}: ' if tuned else 'not tuned: '}{rate})"


def _of_a_search(one: Tuned, beside: str, alone: Verdict, tuning: Verdict) -> list[str]:
    best, main, scored = one.best, one.main, one.best.scored
    searched = best.planned.searched
    lines = [
        f"{one.name}: {best['rule']} chose {best.label}, {values_text(one.values)} of "
        f"{len(one.asked)} settings, at {scored.title} {scored.text(one.score)}."
    ]
    if best.again:
        first, again = (
            scored.text(r.mean(f"validation/{scored.name}")) for r in (best, best.again)
        )
        lines.append(
            f"{one.name}: the best {len(one.finalists)} were scored again with "
            f"{len(best.again.finished)} fresh seeds: the choice has {again} there, and had "
            f"{first} at first."
        )
    if later := one.lineage[1:]:
        said = "; ".join(f"after {s.after} epochs {values_text(s.numbers)}" for s in later)
        lines.append(f"{one.name}: a student of a population, whose numbers change: {said}.")
    if one.final is None or one.final.missing or one.final.failed:
        return [*lines, f"{one.name}: the choice is not trained with fresh seeds yet."]
    lines.append(f"{one.name}: trained anew with fresh seeds it has {_tested(one.final)}.")
    if not math.isnan(alone.found.mean):
        lines.append(f"{one.name}: against {beside} it is {_said(alone)}.")
    if not math.isnan(tuning.found.mean):
        untuned = values_text(searched.untuned)
        lines.append(f"{one.name}: against {untuned} the choice is {_said(tuning)}.")
    optimism = one.optimism
    if not math.isnan(optimism.mean):
        lines.append(
            f"{one.name}: an oracle would have chosen by half of the test set and claimed "
            f"{main.text(one.claim)}; on the other half the same students have "
            f"{main.text(one.honest)}: an optimism of {interval_text(optimism, main)} (95 %, "
            f"paired t, n = {optimism.n}, the halves' own difference taken off)."
        )
    if one.spent < 1:
        lines.append(f"{one.name}: pruning left {one.spent:.0%} of the epochs to train.")
    return lines
