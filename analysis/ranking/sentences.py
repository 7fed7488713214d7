"""What a reader should use, in three sentences: who wins, what it takes, what to leave."""

from collections.abc import Iterator, Sequence

from analysis.evidence.family import judged
from analysis.evidence.rows import Row
from analysis.evidence.texts import SURE, interval_text, together_text, verdict_phrase
from analysis.evidence.verdicts import Word
from analysis.ranking.ways import Way, Ways, ways_of


def ranking_sentences(rows: Sequence[Row]) -> list[str]:
    """Three sentences on ways that were tuned alike; none where there are none."""
    ways = ways_of(rows)
    return [*_said(ways)] if ways else []


def _said(ways: Ways) -> Iterator[str]:
    of = {word: [way for way in ways.others if _word(way) == word] for word in Word}
    budget = f"{len(ways.others)} ways, each tuned with {ways.settings} settings"
    better = of[Word.BETTER]
    if not better:
        best = ways.others[0]
        assert best.verdict
        yield (
            f"Use the student alone: of {budget} none is shown to be better than it, tuned with "
            f"as many; the best of them, {best.name}, has {_gap(best)}: "
            f"{verdict_phrase(best.verdict)}."
        )
    else:
        first = better[0]
        level = _level_with(first, better)
        cheapest = min([first, *level], key=lambda way: way.seconds)
        yield (
            f"Use {cheapest.name}: of {budget}, better than the student alone, tuned with as "
            f"many, are {_list(better)}; it has {_gap(cheapest)}."
        )
        yield (
            f"It costs {cheapest.seconds:,.1f} s of a worker a student and reads "
            f"{cheapest.labels:,} labels ({cheapest.reads}); {_beside(better, level)}."
        )
    yield (
        f"Leave {_list(of[Word.WORSE])}, worse than the student alone; equivalent to it are "
        f"{_list(of[Word.EQUIVALENT])}; undecided {_list(of[Word.UNDECIDED])} "
        f"(n = {max(len(way.values) for way in ways.every)}, right for "
        f"{together_text(ways.alone.final.looks)} {SURE})."
    )
    if ways.failed:
        yield f"Without a rank, since a student of it failed: {', '.join(ways.failed)}."


def _word(way: Way) -> Word:
    return way.verdict.word if way.verdict else Word.NONE


def _gap(way: Way) -> str:
    assert way.verdict
    measure = way.verdict.measure
    return f"{interval_text(way.verdict.found, measure)} in test {measure.title}"


def _beside(better: Sequence[Way], level: Sequence[Way]) -> str:
    first, *others = better
    if not others:
        return "no other way is shown to be better than the student alone"
    if not level:
        return "all others of these are shown to be worse than it"
    return (
        "it is the cheapest of those that are not shown to be worse than the best of them, "
        f"{first.name}: {_list([first, *level])}"
    )


def _list(ways: Sequence[Way]) -> str:
    return ", ".join(way.name for way in ways) or "none"


def _level_with(first: Way, better: Sequence[Way]) -> list[Way]:
    """Of the better ways those that are not shown to be worse than the first: one family."""
    rest = [way for way in better if way is not first]
    if not rest:
        return []
    said = judged([(way.final, first.final) for way in rest], first.search.main)
    return [way for way, one in zip(rest, said, strict=True) if one.word != Word.WORSE]
