"""What the evidence supports, in sentences made from the numbers."""

import math
from collections import Counter
from collections.abc import Sequence

from analysis.evidence.differences import difference
from analysis.evidence.rows import Row
from analysis.evidence.searched import values_text
from analysis.evidence.selection import (
    Gain,
    Tuned,
    alone_gains,
    alone_of,
    chosen,
    same_schedule,
    tuned,
    tuning_gains,
)
from analysis.evidence.statistics import ALPHA, Comparison, holm
from analysis.evidence.texts import NO_DIFFERENCE, interval_text, p_text, summary_text
from trainables.data.measures import Measure

USUAL_RATE = 1e-3  # Adam's own, and the study's: only another is named
MANY = 12  # rows: beyond them sentences speak of the chosen one and of counts


def against_alone(name: str, found: Comparison, adjusted: float, of: Measure) -> str:
    """One sentence on a row's difference to the student alone; says it when there is none."""
    gap, measure = f"{interval_text(found, of)} against the student alone", f"test {of.title}"
    if found.n < 2:
        return f"{name}: {measure} {gap} (n = {found.n}: no interval, no test)."
    tests = f"95 % interval, paired t, n = {found.n}, p {_p(found.p)}, with Holm's correction "
    tests += f"{_p(adjusted)}; better in {found.better:.0%} of seeds"
    if not found.supported:
        return f"{name}: {measure} {gap} ({tests}): {NO_DIFFERENCE}."
    verb = "raises" if found.mean > 0 else "lowers"
    kept = "" if adjusted < ALPHA else ": but not once all comparisons are counted"
    return f"{name} {verb} {measure}: {gap} ({tests}){kept}."


def _p(p: float) -> str:
    text = p_text(p)
    return text if text.startswith("<") else f"= {text}"


def evidence(rows: Sequence[Row]) -> list[str]:
    """The sentences of a study: each row against the student alone, or the chosen one."""
    compared = [
        row
        for row in rows
        if row.corrected and not row.is_candidate and not row.from_labels_alone and row.alone
    ]
    lines = choice(rows)
    for measure in compared[0].domain.compared if compared else ():
        found = [difference(row, measure) for row in compared]
        adjusted = holm([one.p for one in found])
        if len(compared) > MANY:
            lines += [_count(f"test {measure.title}", found, adjusted)]
            continue
        for name, one, p in zip(_told_apart(compared), found, adjusted, strict=True):
            if not math.isnan(one.mean):
                lines.append(against_alone(name, one, p, measure))
    return lines


def _told_apart(rows: Sequence[Row]) -> list[str]:
    """A name for each row: with λ and T where others have the same label."""
    counts = Counter(row.label for row in rows)
    return [_about(row) if counts[row.label] > 1 else row.label for row in rows]


def _count(measure: str, found: Sequence[Comparison], adjusted: Sequence[float]) -> str:
    up = sum(one.supported and one.mean > 0 for one in found)
    down = sum(one.supported and one.mean < 0 for one in found)
    kept = sum(p < ALPHA for p in adjusted)
    return (
        f"Of {len(found)} settings, {up} differ upwards and {down} downwards from the student "
        f"alone in {measure} by their own 95 % interval; with Holm's correction for {len(found)} "
        f"comparisons {kept} do."
    )


def choice(rows: Sequence[Row]) -> list[str]:
    """What selection chose and what that is worth; what selection by test would have claimed.

    Empty where nothing was held out. Test selects nothing: it is only read for the choice.
    """
    searches = tuned(rows)
    if searches:
        beside = [_beside(one, searches) for one in searches]
        gains = zip(searches, beside, alone_gains(searches), tuning_gains(searches), strict=True)
        return [sentence for one in gains for sentence in _of_a_search(*one)]
    best = chosen(row for row in rows if not row.is_candidate)
    if best is None:
        return []
    main = best.domain.main
    lines = [
        f"Chosen by validation: {_about(best)}: validation {main.title} "
        f"{main.text(best.mean(best.validation))}, {_tested(best)}."
    ]
    if best.alone and not best.from_labels_alone:
        gain = difference(best, main)
        lines.append(f"Its gain over the student alone, at equal seeds: {_said(gain, main)}.")
    return lines


def _about(row: Row) -> str:
    rate = row.number("learning_rate")
    label = row.label if rate == USUAL_RATE else f"{row.label}, learning rate {rate:.3g}"
    if not row.has_teacher:
        return label
    return f"{label}, {row.tuning()}"


def _tested(row: Row) -> str:
    test, main = row.summary(row.test), row.domain.main
    return f"test {main.title} {summary_text(test, main)} (n = {test.n})"


def _said(gain: Comparison, of: Measure, adjusted: float = math.nan) -> str:
    """adjusted: Holm's p where the gain is one of a family; NaN where it is the only one."""
    verdict = "" if gain.supported or gain.n < 2 else f": {NO_DIFFERENCE}"
    family = "" if math.isnan(adjusted) else f", with Holm's correction {_p(adjusted)}"
    if gain.supported and adjusted >= ALPHA:
        verdict = ": but not once all searches are counted"
    tests = f"95 %, paired t, n = {gain.n}, p {_p(gain.p)}{family}"
    return f"{interval_text(gain, of)} ({tests}){verdict}"


def _beside(one: Tuned, searches: Sequence[Tuned]) -> str:
    """Which student alone the choice is compared with, where their schedules differ."""
    alone = alone_of(one, searches)
    if one.final is None or alone is None or same_schedule(one.final, alone):
        return "the student alone"
    rate = f"learning rate {alone.number('learning_rate'):.3g}"
    tuned = next((other.name for other in searches if other.final is alone), None)
    return f"the student alone ({f'tuned too, by {tuned}: ' if tuned else 'not tuned: '}{rate})"


def _of_a_search(one: Tuned, beside: str, alone: Gain, tuning: Gain) -> list[str]:
    best, main, scored = one.best, one.main, one.best.scored
    score = scored.text(best.mean(f"validation/{scored.name}"))
    searched = best.planned.searched
    lines = [
        f"{one.name}: {best['rule']} chose {best.label}, {values_text(one.values)} of "
        f"{len(one.asked)} settings, at {scored.title} {score}."
    ]
    if later := one.lineage[1:]:
        said = "; ".join(f"after {s.after} epochs {values_text(s.numbers)}" for s in later)
        lines.append(f"{one.name}: a student of a population, whose numbers change: {said}.")
    if one.final is None or one.final.missing or one.final.failed:
        return [*lines, f"{one.name}: the choice is not trained with fresh seeds yet."]
    lines.append(f"{one.name}: trained anew with fresh seeds it has {_tested(one.final)}.")
    if alone.known:
        lines.append(f"{one.name}: against {beside} {_said(alone.found, main, alone.adjusted)}.")
    if tuning.known:
        gained = tuning.holds and main.sign * tuning.found.mean > 0
        verb = "beats" if gained else "does not beat"
        said = _said(tuning.found, main, tuning.adjusted)
        untuned = values_text(searched.untuned)
        lines.append(f"{one.name}: tuning {verb} {untuned}: {said}.")
    if not math.isnan(one.optimism):
        lines.append(
            f"{one.name}: an oracle would have chosen by test and claimed {main.text(one.claim)}; "
            f"with fresh seeds its choice has {main.text(one.honest)}: an optimism of "
            f"{main.text(one.optimism, '+')}."
        )
    if one.spent < 1:
        lines.append(f"{one.name}: pruning left {one.spent:.0%} of the epochs to train.")
    return lines
