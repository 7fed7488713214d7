"""Two studies side by side in sentences: the answer first, then what it rests on."""

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean

from analysis.evidence.differences import cost
from analysis.evidence.verdicts import Word
from analysis.side_by_side.names import names_of
from analysis.side_by_side.stores import Recorded
from analysis.side_by_side.studies import SideBySide

MOST_NAMED, MOST_FIGURES = 3, 6


def sentences(beside: SideBySide) -> list[str]:
    """The answer first, then what both have, what only one has, and what it cost."""
    both, same, alone = beside.trials
    scored = len(beside.pairs) - len(beside.reported)
    settings = _counted(len(beside.reported), "setting")
    candidates = f" and {_counted(scored, 'candidate')}" if scored else ""
    said = [
        _answer(beside),
        f"In both: {settings}{candidates}, {_counted(both, 'trial')}; the same to the bit, in all "
        f"that is recorded but seconds: {same:,}.",
    ]
    if named := sum(pair.by == "name" for pair in beside.pairs):
        settings = _counted(named, "setting")
        said.append(f"Paired by name and columns, since their keys differ: {settings}.")
    if alone:
        said.append(
            f"Ended in one of the two only, of these settings: {_counted(alone, 'trial')}."
        )
    if copied := sum(pair.copied for pair in beside.pairs):
        trials = _counted(copied, "trial")
        said.append(f"One run in both, copied rather than trained again: {trials}.")
    if beside.new:
        said.append(f"Recorded in {beside.other.title} only: {', '.join(sorted(beside.new))}.")
    said.append(_figures_that_differ(beside))
    said += [_only(beside.first, beside.only_first), _only(beside.other, beside.only_other)]
    if costs := _costs(beside):
        said.append(costs)
    return [sentence for sentence in said if sentence]


def _only(study: Recorded, keys: Sequence[str]) -> str:
    """How many settings only this study has, and the first few by their names."""
    if not keys:
        return ""
    names = names_of(row.planned for row in study.rows.values())
    scored = sum(study.rows[key].is_candidate for key in keys)
    listed = [names[key] for key in keys if not study.rows[key].is_candidate]
    more = len(listed) - MOST_NAMED
    named = "; ".join(listed[:MOST_NAMED]) + (f"; and {more:,} more" if more > 0 else "")
    counts = (_counted(len(listed), "setting"), _counted(scored, "candidate"))
    said = " and ".join(text for text, n in zip(counts, (len(listed), scored), strict=True) if n)
    return f"Only in {study.title}: {said}{f': {named}' if named else ''}."


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _figures_that_differ(beside: SideBySide) -> str:
    """Which kinds of figures differ, in how many settings, by how much at most."""
    found: dict[str, list[float]] = defaultdict(list)
    for pair in beside.pairs:
        for name, gap in pair.figures.items():
            found[name].append(gap)
    if not found:
        return ""
    said = []
    for name, gaps in sorted(found.items(), key=lambda item: -len(item[1]))[:MOST_FIGURES]:
        known = [gap for gap in gaps if not math.isnan(gap)]
        most = f", by {max(known):.2g} at most" if known else ""
        said.append(f"{name} (in {_counted(len(gaps), 'setting')}{most})")
    more = len(found) - len(said)
    return f"Differ: {'; '.join(said)}{f'; and {more} more figures' if more else ''}."


def _answer(beside: SideBySide) -> str:
    first, other = beside.first.title, beside.other.title
    if beside.first.study.space == beside.other.study.space:
        other = f"{beside.first.study.space}: {other}"
    if beside.is_same:
        return f"{other} is the same as {first}, to the bit."
    reported = [pair for pair in beside.reported if pair.seeds]
    moved = [pair for pair in reported if pair.has_moved]
    of = len([pair for pair in reported if pair.verdict and pair.verdict.word])
    if all(pair.is_same for pair in beside.pairs if pair.seeds):
        return f"{other} is the same as {first}, to the bit, in all that both have."
    if reported and all(pair.is_same for pair in reported):
        settings = _counted(len(reported), "reported setting")
        return f"{other} against {first}: {settings}, the same to the bit; candidates differ."
    if not of:
        return f"{other} differs from {first}; no setting could be tested."
    beyond = f"{len(moved)} of {of} settings moved" if moved else f"none of {of} settings moved"
    count = {word: sum(p.verdict.word == word for p in moved if p.verdict) for word in Word}
    how = [f"{count[word]} {word}" for word in (Word.BETTER, Word.WORSE) if count[word]]
    words = f" ({', '.join(how)})" if moved else ""
    return f"{other} against {first}: {beyond} beyond luck of the seed{words}."


def _costs(beside: SideBySide) -> str:
    """Mean seconds of a student of settings that both report, its teacher's and so on with it."""
    costs = [(cost(p.first), cost(p.other)) for p in beside.reported if p.seeds]
    if not costs or not all(map(all, costs)):
        return ""
    first, other = (fmean(each) for each in zip(*costs, strict=True))
    return (
        f"A student, with what was made for it once, took {first:,.1f} s of a worker in "
        f"{beside.first.title} and {other:,.1f} s in {beside.other.title} "
        f"(×{other / first:.2f}; means over settings)."
    )
