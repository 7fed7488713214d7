"""A study's answer in one sentence: what table, report and MLflow's pages say first.

It is never stronger than the verdicts, which are right for a whole family of comparisons: what is
not shown to be better is "No gain is shown", and what is undecided says so.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from analysis.evidence.family import Family
from analysis.evidence.nested import nested
from analysis.evidence.rows import Row
from analysis.evidence.searched import values_text
from analysis.evidence.selection import alone_of, alone_verdicts, same_schedule, tuned
from analysis.evidence.sentences import told_apart
from analysis.evidence.texts import interval_text, level_text, verdict_phrase
from analysis.evidence.verdicts import Verdict, Word
from analysis.ranking import ranking_sentences

OTHERS = (Word.WORSE, Word.EQUIVALENT, Word.UNDECIDED, Word.NONE)
UNTESTED = "not tested"


class Judged(NamedTuple):
    """A row with its verdict against the student alone.

    name: in a list; what: in a sentence of its own. beside: which student alone that is.
    """

    name: str
    what: str
    verdict: Verdict
    beside: str = "the student alone"


def answer(rows: Sequence[Row]) -> str:
    """The study's answer in one sentence.

    Of ways tuned alike, which to use; of a study that chose, what the choice gives over the
    student alone; of listed settings, how many are better; and where nothing is compared, what
    there is.
    """
    if ranked := ranking_sentences(rows):
        return ranked[0]
    family = Family(rows)
    if choices := _choices(rows, family):
        return _of(choices, "settings that searches chose")
    listed = [row for row in family.rows if not row.is_anew]
    found = [
        Judged(name, name, verdict)
        for name, row in zip(told_apart(listed), listed, strict=True)
        if (verdict := family.verdict(row))
    ]
    return _of(found, "settings") if found else _what_there_is(rows)


def _choices(rows: Sequence[Row], family: Family) -> list[Judged]:
    """What was chosen, for a taught student, and trained with fresh seeds; none where not yet."""
    searches, found = tuned(rows), []
    for one, verdict in zip(searches, alone_verdicts(searches, family), strict=True):
        if one.final and not one.final.from_labels_alone and verdict.word:
            what = f"the search's choice, {one.best.label}, {values_text(one.values)},"
            found.append(
                Judged(one.name, what, verdict, _beside(one.final, alone_of(one, searches)))
            )
    for procedure in nested(rows):
        final, said = procedure.final, family.verdict(procedure.final)
        if said and said.word and not final.from_labels_alone:
            what = f"{final.label},"
            found.append(Judged(procedure.name, what, said, _beside(final, final.alone)))
    for row in () if searches or found else family.rows:
        if row.is_anew and (said := family.verdict(row)) and said.word:
            what = f"the choice by validation, {row.label}, {row.tuning()},"
            found.append(Judged(row.label, what, said))
    return found


def _beside(final: Row, alone: Row | None) -> str:
    """The student alone; where a search tuned more than the teaching, whether it was tuned too."""
    if alone is None or same_schedule(final, alone):
        return "the student alone"
    is_tuned = alone is not final.alone
    return f"the student alone, {'tuned too' if is_tuned else 'whose schedule was not tuned'}"


def _of(found: Sequence[Judged], what: str) -> str:
    return _of_one(found[0]) if len(found) == 1 else _of_many(found, what)


def _of_one(one: Judged) -> str:
    """A single comparison: what it comes to, and the numbers."""
    what, verdict, beside = one.what, one.verdict, one.beside
    numbers = f"{_measured(verdict)}."
    match verdict.word:
        case Word.BETTER:
            return f"{what[0].upper()}{what[1:]} is better than {beside}: {numbers}"
        case Word.WORSE:
            return f"No gain is shown: {what} is worse than {beside}: {numbers}"
        case Word.EQUIVALENT:
            within = verdict_phrase(verdict).removeprefix(Word.EQUIVALENT)
            return f"No gain is shown: {what} is equivalent to {beside}{within}: {numbers}"
        case Word.UNDECIDED:
            return f"No gain is shown: {what} against {beside} is undecided: {numbers}"
    return f"Nothing is decided: {what} against {beside} is not tested: {numbers}"


def _of_many(found: Sequence[Judged], what: str) -> str:
    """How many are better, and the best of them; where none is, the best and its verdict."""
    of = Counter(one.verdict.word for one in found)
    better = f"{of[Word.BETTER] or 'none'} {'is' if of[Word.BETTER] < 2 else 'are'} better"
    said = [better, *(f"{of[word]} {word or UNTESTED}" for word in OTHERS if of[word])]
    listed = " and ".join(filter(None, [", ".join(said[:-1]), said[-1]]))
    against = f"of {len(found)} {what}, against the student alone, {listed}"
    tested = [one for one in found if one.verdict.word]
    if not tested:
        return f"Nothing is decided: {against}."
    winners = [one for one in tested if one.verdict.word == Word.BETTER]
    best = max(winners or tested, key=_gain)
    if winners:
        return f"O{against[1:]}; the largest gain, of {best.name}: {_measured(best.verdict)}."
    phrase = verdict_phrase(best.verdict)
    return (
        f"No gain is shown: {against}; the best by its mean, {best.name}, is {phrase}: "
        f"{_measured(best.verdict)}."
    )


def _gain(one: Judged) -> float:
    return one.verdict.measure.sign * one.verdict.found.mean


def _measured(verdict: Verdict) -> str:
    found, measure = verdict.found, verdict.measure
    gap = f"test {measure.title} {interval_text(found, measure)}"
    interval = f"{level_text(found.looks)}, " if verdict.word else ""
    return f"{gap} ({interval}n = {found.n})"


def _what_there_is(rows: Sequence[Row]) -> str:
    """Of a study in which nothing is compared."""
    ended = sum(len(row.finished) for row in rows)
    if not ended:
        return f"Nothing is known yet: of {len(rows):,} planned settings no trial has ended."
    reported = [row for row in rows if not row.is_candidate and row.values(row.test)]
    if len(reported) == 1:
        (row,) = reported
        main, found = row.domain.main, row.summary(row.test)
        level = f"{main.text(found.mean)} (n = {found.n})"
        return f"Nothing is compared: {row.label} has test {main.title} {level}."
    return (
        f"Nothing can be compared yet: {ended:,} trials of {len(rows):,} settings have ended, and "
        "none of a setting beside a student alone of the same protocol, split and held-out part."
    )
