"""What selection chose and what that is worth, in sentences."""

import math
from collections.abc import Sequence

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
from analysis.evidence.texts import interval_text, measured, summary_text, verdict_phrase
from analysis.evidence.verdicts import Verdict

USUAL_RATE = 1e-3  # Adam's own, and the study's: only another is named
ALONE = "the student alone"


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
    verdict = Family(rows).verdict(best.again or best)
    against = f"Against the student alone it is {_said(verdict)}." if verdict else ""
    return [*_by_validation(best), *([against] if against else [])]


def beside_the_tables(rows: Sequence[Row]) -> list[str]:
    """What selection chose as far as the tables of choices and verdicts do not say it."""
    searches, procedures = tuned(rows), nested(rows)
    lines = [
        sentence for one in searches for sentence in _notes(one, with_scores=len(searches) == 1)
    ]
    others: dict[str, list[str]] = {}
    for one in searches:
        if (beside := _beside(one, searches)) != ALONE:
            others.setdefault(beside, []).append(one.name)
    lines += [f"Δ alone of {', '.join(mine)} is to {beside}." for beside, mine in others.items()]
    lines += [sentence for one in procedures for sentence in _not_whole(one)]
    best = chosen(row for row in rows if not row.is_candidate)
    return lines if searches or procedures or best is None else _by_validation(best)


def _by_validation(best: Row) -> list[str]:
    """Which of the listed settings was chosen, and what it has."""
    main = best.domain.main
    lines = [
        f"Chosen by validation: {about(best)}: validation {main.title} "
        f"{main.text(best.mean(best.validation))}."
    ]
    final = best.again or best
    if final.missing or final.failed:
        return [*lines, f"The choice is not trained with fresh seeds yet: {final.lack()}."]
    if best.again:
        return [*lines, f"Trained anew with fresh seeds it has {_tested(final)}."]
    return [
        *lines, f"Its students, which were chosen by their validation, have {_tested(best)}."
    ]  # fmt: skip


def _of_a_procedure(one: Nested, alone: Verdict | None, tuning: Verdict) -> list[str]:
    """A nested search: what its seeds chose, and what searching and training are worth."""
    name, final, scored = one.name, one.final, one.first.scored
    lines = [
        f"{name}: each of {len(one.choices)} seeds chose within its own {final.split} among "
        f"{one.asked_a_seed} settings of its own, by {one.first['rule']}: {one.values_text()} "
        f"(median and range), at {scored.title} {summary_text(one.score, scored)}; that took "
        f"{one.seconds:,.0f} s of a worker a seed."
    ]
    if lack := _not_whole(one):
        return [*lines, *lack]
    lines.append(f"{name}: searched for and trained seed by seed it has {_tested(final)}.")
    if alone and final.alone and not math.isnan(alone.found.mean):
        beside = ALONE
        if not same_schedule(final, final.alone):
            beside += f" (not tuned: learning rate {final.alone.number('learning_rate'):.3g})"
        lines.append(f"{name}: against {beside} the procedure is {_said(alone)}.")
    if not math.isnan(tuning.found.mean):
        untuned = values_text(one.first.planned.searched.untuned)
        lines.append(f"{name}: against {untuned} for all the procedure is {_said(tuning)}.")
    return lines


def _not_whole(one: Nested) -> list[str]:
    if one.final.missing or one.final.failed:
        return [f"{one.name}: not every seed is trained with its choice yet."]
    return []


def about(row: Row) -> str:
    """A row with its λ and T, and its learning rate where that is another than the usual."""
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
    return f"{verdict_phrase(verdict)}: {measured(verdict)}"


def _beside(one: Tuned, searches: Sequence[Tuned]) -> str:
    """Which student alone the choice is compared with, where their schedules differ."""
    alone = alone_of(one, searches)
    if one.final is None or alone is None or same_schedule(one.final, alone):
        return ALONE
    rate = f"learning rate {alone.number('learning_rate'):.3g}"
    tuned = next((other.name for other in searches if other.final is alone), None)
    return f"the student alone ({f'tuned too, by {tuned}: ' if tuned else 'not tuned: '}{rate})"


def _of_a_search(one: Tuned, beside: str, alone: Verdict, tuning: Verdict) -> list[str]:
    best, main, scored = one.best, one.main, one.best.scored
    searched = best.planned.searched
    lines = [
        f"{one.name}: {best['rule']} chose {best.label}, {values_text(one.values)} of "
        f"{len(one.asked)} settings, at {scored.title} {scored.text(one.score)}.",
        *_notes(one),
    ]
    if one.final is None or one.final.missing or one.final.failed:
        return lines
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


def _notes(one: Tuned, with_scores: bool = True) -> list[str]:
    """How the finalists were told apart, a population's numbers, and what is not trained yet."""
    best, scored, lines = one.best, one.best.scored, []
    if best.again and with_scores:
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
        lines.append(f"{one.name}: the choice is not trained with fresh seeds yet.")
    return lines
