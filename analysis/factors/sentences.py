"""Ladders and sizes in words: which share of a gain controls reach, how many labels are saved."""

from collections.abc import Iterator, Sequence

from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.texts import interval_text, level_text, verdict_phrase
from analysis.evidence.verdicts import Verdict, Word
from analysis.factors.ladder import Ladder, beyond, ladders, tuned_against_tuned
from analysis.factors.sizes import Curve, Sizes, sizes_of
from analysis.factors.texts import needed_text, rung_name, seeds_text, share_text
from trainables.data.measures import Measure

PAIRED = "paired t at interpolated numbers of labels"
BESIDE = {
    Word.BETTER: "better than",
    Word.WORSE: "worse than",
    Word.EQUIVALENT: "equivalent to",
    Word.UNDECIDED: "undecided against",
}


def factor_sentences(rows: Sequence[Row]) -> list[str]:
    """What a study says of labels first, then of what its teachers teach."""
    family = Family(rows)
    return [*_of_sizes(rows, family), *_of_ladders(rows, family), *tuning_sentences(rows)]


def _of_sizes(rows: Sequence[Row], family: Family) -> Iterator[str]:
    for one in sizes_of(rows):
        for curve in one.others:
            for measure in one.measures:
                yield from _saved(one, curve, measure, family)


def _saved(one: Sizes, curve: Curve, measure: Measure, family: Family) -> Iterator[str]:
    sizes = [*one.alone.points]
    found = {size: one.needed(row, measure) for size, row in curve.points.items()}
    said, looks = [], next(iter(curve.points.values())).looks
    for size, needed in found.items():
        verdict = family.verdict(curve.points[size], measure)
        word = f" ({verdict.word})" if verdict and verdict.word else ""
        if needed:
            said.append(f"{size:,} are worth {needed_text(needed, sizes)}{word}")
    if said:
        seeds = max(needed.n for needed in found.values() if needed)
        yield (
            f"{curve.name}, in labels of the student alone by test {measure.title}: "
            f"{'; '.join(said)} ({level_text(looks, PAIRED)}, n = {seeds})."
        )


def _of_ladders(rows: Sequence[Row], family: Family) -> Iterator[str]:
    found = ladders(rows)
    for measure in found[0].taught.domain.compared if found else ():
        said = beyond(found, measure)
        for one in found:
            yield _shares(one, measure, family)
            if beside := _beside(one, measure, said):
                yield f"{one.taught.label}, in test {measure.title}, is {beside}."


def _beside(one: Ladder, measure: Measure, said: dict[tuple[str, str], Verdict]) -> str:
    """The teacher's row against its rivals, those of one verdict together."""
    parts = []
    for word, phrase in BESIDE.items():
        verdicts = [(row, said[one.taught.planned.key, row.planned.key]) for row in one.rivals]
        named = [
            f"{rung_name(row, one)} ({interval_text(verdict.found, measure)})"
            for row, verdict in verdicts
            if verdict.word == word
        ]
        if named:
            parts.append(f"{phrase} {', '.join(named)}")
    return "; ".join(parts)


def _shares(one: Ladder, measure: Measure, family: Family) -> str:
    """Which share of a gain each control reaches; or that there is no gain."""
    label, verdict = one.taught.label, family.verdict(one.taught, measure)
    if verdict is None:
        main = one.taught.domain.main.title
        return (
            f"{label}: whether there is a gain in test {measure.title} to explain is tested once "
            f"{main} is decided."
        )
    if verdict.word != Word.BETTER:
        return f"{label}: no gain in test {measure.title} is shown: {verdict_phrase(verdict)}."
    shares = [(rung_name(row, one), one.share(row, measure, family)) for row in one.rivals]
    reached = ", ".join(f"{share_text(found)} by {name}" for name, found in shares if found)
    counts = seeds_text([found.n for _, found in shares if found])
    return (
        f"Of the gain of {label} in test {measure.title}, "
        f"{interval_text(verdict.found, measure)}, are reached: {reached} "
        f"({level_text(one.taught.looks, 'Fieller')}, n = {counts or verdict.found.n})."
    )


def tuning_sentences(rows: Sequence[Row]) -> Iterator[str]:
    """Each search for a taught student against one for the student alone."""
    for ours, theirs, verdict in tuned_against_tuned(rows):
        if verdict.word:
            gap = interval_text(verdict.found, verdict.measure)
            yield (
                f"{ours.name}, the best of {len(ours.asked)} settings, against the student alone, "
                f"the best of {len(theirs.asked)} by {theirs.name}: {verdict_phrase(verdict)}: "
                f"test {verdict.measure.title} {gap}."
            )
