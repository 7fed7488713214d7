"""Two studies side by side as people read them: sentences, and tables of strings."""

import math
from collections.abc import Iterator, Sequence
from statistics import fmean

import pandas as pd

from analysis.evidence.differences import cost
from analysis.evidence.rows import Row
from analysis.evidence.texts import NONE, interval_text, mean_std, p_text, verdict_text
from analysis.evidence.verdicts import Word
from analysis.side_by_side.names import names_of
from analysis.side_by_side.stores import Recorded
from analysis.side_by_side.studies import Pair, SideBySide
from analysis.tables.view import VERDICT, View

SETTING = "setting"
MOST_NAMED = 3


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
    candidates = f" and {_counted(scored, 'candidate')}" if scored else ""
    each = f": {named}" if named else ""
    return f"Only in {study.title}: {_counted(len(listed), 'setting')}{candidates}{each}."


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _answer(beside: SideBySide) -> str:
    first, other = beside.first.title, beside.other.title
    if beside.is_same:
        return f"{other} is the same as {first}, to the bit."
    moved = [pair for pair in beside.reported if pair.has_moved]
    of = len([pair for pair in beside.reported if pair.verdict and pair.verdict.word])
    if all(pair.is_same for pair in beside.pairs if pair.seeds):
        return f"{other} is the same as {first}, to the bit, in all that both have."
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


def views(beside: SideBySide) -> Iterator[View]:
    """Reported settings that differ, candidates that differ, and costs; each where there are."""
    differing = [pair for pair in beside.reported if pair.seeds and not pair.is_same]
    if differing:
        title = differing[0].first.domain.main.title
        measures = {pair.first.domain.main.title for pair in differing}
        title = title if len(measures) == 1 else "first measure"
        yield View(
            "What differs",
            f"{beside.other.title} minus {beside.first.title}, at equal seeds: Δ {title} "
            "[95 %, paired t]; p with Holm's correction over the settings of both; figures: how "
            "many kinds of recorded figures differ in any seed",
            pd.DataFrame([_line(pair) for pair in differing]),
        )
    scored = [pair for pair in beside.pairs if pair.differing and not pair.verdict]
    if scored:
        yield View(
            "Candidates that differ",
            "settings that a search only scored, and the largest difference of a figure",
            pd.DataFrame([_scored(pair) for pair in scored]),
        )
    if beside.reported:
        yield View(
            "Costs",
            "seconds of a worker behind one student, with what was made for it once; means over "
            f"seeds, in {beside.first.title} (first) and in {beside.other.title} (other)",
            pd.DataFrame([_cost(pair) for pair in beside.reported]),
        )


def _line(pair: Pair) -> dict[str, str]:
    verdict = pair.verdict
    assert verdict
    found, of = verdict.found, verdict.measure
    return {
        SETTING: pair.name,
        "n": str(found.n),
        "first": _mean(pair.first),
        "Δ": interval_text(found, of),
        "p": p_text(verdict.p),
        VERDICT: verdict_text(verdict) if pair.first.corrected else "not tested",
        "figures": str(len(pair.figures)),
    }


def _mean(row: Row) -> str:
    return mean_std(row.mean(row.test), math.nan, row.domain.main)


def _scored(pair: Pair) -> dict[str, str]:
    gaps = {name: gap for name, gap in pair.figures.items() if not math.isnan(gap)}
    worst = max(gaps, key=lambda name: gaps[name], default=None)
    return {
        SETTING: pair.name,
        "seeds": str(len(pair.seeds)),
        "differ": str(len(pair.differing)),
        "figure": worst or ", ".join(pair.figures),
        "largest": f"{gaps[worst]:.2g}" if worst else NONE,
    }


def _cost(pair: Pair) -> dict[str, str]:
    first, other = cost(pair.first), cost(pair.other)
    return {
        SETTING: pair.name,
        "first": f"{first:,.2f}",
        "other": f"{other:,.2f}",
        "×": f"{other / first:.2f}" if first else NONE,
    }


def figures_of(every: Sequence[SideBySide]) -> pd.DataFrame:
    """Every figure: a row a setting of each two studies, in full precision."""
    return pd.DataFrame([_figures(beside, pair) for beside in every for pair in beside.pairs])


def _figures(beside: SideBySide, pair: Pair) -> dict[str, object]:
    verdict, measure = pair.verdict, pair.first.domain.main
    found = verdict.found if verdict else None
    known = [gap for gap in pair.figures.values() if not math.isnan(gap)]
    return {
        "first": beside.first.title,
        "other": beside.other.title,
        "setting": pair.name,
        "key": pair.first.planned.key,
        "paired_by": pair.by,
        "role": "reported" if verdict else "candidate",
        "seeds": len(pair.seeds),
        "seeds_of_one": pair.alone,
        "seeds_same_to_the_bit": len(pair.seeds) - len(pair.differing),
        "measure": measure.name,
        "mean_first": pair.first.mean(pair.first.test),
        "mean_other": pair.other.mean(pair.other.test),
        "n": found.n if found else math.nan,
        "difference": found.mean if found else math.nan,
        "low": found.low if found else math.nan,
        "high": found.high if found else math.nan,
        "p": verdict.p if verdict else math.nan,
        "verdict": str(verdict.word) if verdict else "",
        "figures_that_differ": " ".join(pair.figures),
        "largest_difference": max(known, default=0.0 if not pair.figures else math.nan),
        "seconds_first": cost(pair.first),
        "seconds_other": cost(pair.other),
    }
