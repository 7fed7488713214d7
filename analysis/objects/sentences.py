"""Answers object by object in words: in which classes a row differs from the student alone."""

from collections.abc import Iterator, Sequence

from analysis.evidence.rows import Row
from analysis.evidence.sentences import MANY, told_apart
from analysis.evidence.texts import SURE, interval_text, level_text, looks_text
from analysis.evidence.verdicts import Word
from analysis.objects.agreement import agreement_sentences
from analysis.objects.classes import ByClass, Compared, by_class
from analysis.objects.truth import Truth, Unknown


def object_sentences(rows: Sequence[Row], truth: Truth | Unknown) -> list[str]:
    """A sentence a row, where a class differs; of many rows how often each class does. Then what
    rows make of their teachers' errors.
    """
    return [*_of_classes(rows, truth), *agreement_sentences(rows)]


def _of_classes(rows: Sequence[Row], truth: Truth | Unknown) -> list[str]:
    if isinstance(truth, Unknown):
        return []
    found = by_class(rows, truth)
    if len(found) > MANY:
        return [*_counts(found)]
    differ = [one for one in found if one.decided]
    names = told_apart([one.row for one in differ])
    return [_of_a_row(name, one) for name, one in zip(names, differ, strict=True)]


def _of_a_row(name: str, one: ByClass) -> str:
    """The classes that are better and worse, with their differences."""
    said = [
        f"{word} on {', '.join(map(_difference, mine))}"
        for word in (Word.BETTER, Word.WORSE)
        if (mine := one.that_are(word))
    ]
    looks, of = one.row.looks, one.decided[0].verdict.of
    return (
        f"{name}, by class: {'; '.join(said)} than the student alone in accuracy "
        f"({level_text(looks)}, n = {one.decided[0].found.n}; Holm's correction over {of} "
        f"classes{looks_text(looks)})."
    )


def _difference(one: Compared) -> str:
    return f"{one.name} ({interval_text(one.found, one.verdict.measure)})"


def _counts(found: Sequence[ByClass]) -> Iterator[str]:
    for word in (Word.BETTER, Word.WORSE):
        counts: dict[str, int] = {}
        for one in found:
            for each in one.that_are(word):
                counts[each.name] = counts.get(each.name, 0) + 1
        if counts:
            most = sorted(counts, key=lambda name: -counts[name])[:MANY]
            said = ", ".join(f"{name} in {counts[name]}" for name in most)
            yield (
                f"By class, of {len(found)} settings against the student alone: {word} on {said} "
                f"(right for the classes of each setting{looks_text(found[0].row.looks)} together "
                f"{SURE})."
            )
