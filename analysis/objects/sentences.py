"""Answers object by object in words: of very many rows, which their tables cannot show."""

from collections.abc import Iterator, Sequence

from analysis.evidence.rows import Row
from analysis.evidence.sentences import MANY
from analysis.evidence.texts import SURE, looks_text
from analysis.evidence.verdicts import Word
from analysis.objects.classes import ByClass, by_class
from analysis.objects.truth import Truth, Unknown


def object_sentences(rows: Sequence[Row], truth: Truth | Unknown) -> list[str]:
    """Of more rows than tables show, how often each class is better or worse; else none."""
    found = [] if isinstance(truth, Unknown) else by_class(rows, truth)
    return [*_counts(found)] if len(found) > MANY else []


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
