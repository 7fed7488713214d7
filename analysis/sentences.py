"""What the evidence supports, in sentences made from the numbers."""

import math
from collections.abc import Sequence

from analysis.columns import difference
from analysis.evidence import ALPHA, Comparison, holm, summarise
from analysis.rows import Row
from analysis.selection import (
    SCORE,
    Gain,
    Tuned,
    alone_gains,
    alone_of,
    chosen,
    mean,
    same_schedule,
    tuned,
    tuning_gains,
)

ACCURACY, CROSS_ENTROPY = "test/accuracy", "test/cross_entropy"
NO_DIFFERENCE = "the seeds support no difference"
USUAL_RATE = 1e-3  # Adam's own, and the study's: only another is named
MANY = 12  # rows: beyond them sentences speak of the chosen one and of counts


def p_text(p: float) -> str:
    """A p-value to two digits: "0.012", "< 0.001", "—" where there is none."""
    if math.isnan(p):
        return "—"
    return "< 0.001" if p < 0.001 else f"{p:.2g}"


def interval_text(found: Comparison) -> str:
    """The mean difference and its interval: "+0.013 [+0.006, +0.021]"."""
    if math.isnan(found.low):
        return f"{found.mean:+.3f}"
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


def against_alone(row: Row, found: Comparison, adjusted: float, measure: str) -> str:
    """One sentence on a row's difference to the student alone; says it when there is none."""
    gap = f"{interval_text(found)} against the student alone"
    if found.n < 2:
        return f"{row.label}: {measure} {gap} (n = {found.n}: no interval, no test)."
    tests = f"95 % interval, paired t, n = {found.n}, p {_p(found.p)}, with Holm's correction "
    tests += f"{_p(adjusted)}; better in {found.better:.0%} of seeds"
    if not found.supported:
        return f"{row.label}: {measure} {gap} ({tests}): {NO_DIFFERENCE}."
    verb = "raises" if found.mean > 0 else "lowers"
    kept = "" if adjusted < ALPHA else ": but not once all comparisons are counted"
    return f"{row.label} {verb} {measure}: {gap} ({tests}){kept}."


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
    for metric, measure, higher in (
        (ACCURACY, "test accuracy", True),
        (CROSS_ENTROPY, "test cross-entropy", False),
    ):
        found = [difference(row, metric, higher_is_better=higher) for row in compared]
        adjusted = holm([one.p for one in found])
        if len(compared) > MANY:
            lines += [_count(measure, found, adjusted)]
            continue
        for row, one, p in zip(compared, found, adjusted, strict=True):
            if not math.isnan(one.mean):
                lines.append(against_alone(row, one, p, measure))
    return lines


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
    lines = [
        f"Chosen by validation: {_about(best)}: validation accuracy {mean(best, SCORE):.3f}, "
        f"{_tested(best)}."
    ]
    if best.alone and not best.from_labels_alone:
        gain = difference(best, ACCURACY, higher_is_better=True)
        lines.append(f"Its gain over the student alone, at equal seeds: {_said(gain)}.")
    return lines


def _about(row: Row) -> str:
    rate = row.number("learning_rate")
    label = row.label if rate == USUAL_RATE else f"{row.label}, learning rate {rate:.3g}"
    if not row.has_teacher:
        return label
    return f"{label}, λ {row.number('lambda'):.3g}, T {row.number('temperature'):.3g}"


def _tested(row: Row) -> str:
    test = summarise([*row.values(ACCURACY).values()])
    return f"test accuracy {test.mean:.3f} ± {test.std:.3f} (n = {test.n})"


def _said(gain: Comparison, adjusted: float = math.nan) -> str:
    """adjusted: Holm's p where the gain is one of a family; NaN where it is the only one."""
    verdict = "" if gain.supported or gain.n < 2 else f": {NO_DIFFERENCE}"
    family = "" if math.isnan(adjusted) else f", with Holm's correction {_p(adjusted)}"
    if gain.supported and adjusted >= ALPHA:
        verdict = ": but not once all searches are counted"
    return f"{interval_text(gain)} (95 %, paired t, n = {gain.n}, p {_p(gain.p)}{family}){verdict}"


def _beside(one: Tuned, searches: Sequence[Tuned]) -> str:
    """Which student alone the choice is compared with, where their schedules differ."""
    alone = alone_of(one, searches)
    if one.final is None or alone is None or same_schedule(one.final, alone):
        return "the student alone"
    rate = f"learning rate {alone.number('learning_rate'):.3g}"
    tuned = next((other.name for other in searches if other.final is alone), None)
    return f"the student alone ({f'tuned too, by {tuned}: ' if tuned else 'not tuned: '}{rate})"


def _of_a_search(one: Tuned, beside: str, alone: Gain, tuning: Gain) -> list[str]:
    best = one.best
    lines = [
        f"{one.name}: {best['rule']} chose {_about(best)} of {len(one.asked)} settings, at "
        f"{best.score.replace('_', '-')} {mean(best, f'validation/{best.score}'):.3f}."
    ]
    if one.final is None or one.final.missing or one.final.failed:
        return [*lines, f"{one.name}: the choice is not trained with fresh seeds yet."]
    lines.append(f"{one.name}: trained anew with fresh seeds it has {_tested(one.final)}.")
    if alone.known:
        lines.append(f"{one.name}: against {beside} {_said(*alone)}.")
    if tuning.known:
        verb = "beats" if tuning.holds and tuning.found.mean > 0 else "does not beat"
        lines.append(f"{one.name}: tuning {verb} λ = ½ and T = 1: {_said(*tuning)}.")
    if not math.isnan(one.claim - one.honest):
        lines.append(
            f"{one.name}: an oracle would have chosen by test and claimed {one.claim:.3f}; with "
            f"fresh seeds its choice has {one.honest:.3f}: an optimism of "
            f"{one.claim - one.honest:+.3f}."
        )
    if one.spent < 1:
        lines.append(f"{one.name}: pruning left {one.spent:.0%} of the epochs to train.")
    return lines
