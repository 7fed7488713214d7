"""Two studies side by side: tables of strings, and every figure as a DataFrame."""

import math
from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.evidence.differences import cost
from analysis.evidence.rows import Row
from analysis.evidence.texts import NONE, interval_text, mean_std, p_text, verdict_text
from analysis.side_by_side.studies import Pair, SideBySide
from analysis.tables.view import SETTING, VERDICT, View


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
            "[95 %, paired t]; p with Holm's correction over the settings of both",
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
        "mean of the first": _mean(pair.first),
        "Δ": interval_text(found, of),
        "p": p_text(verdict.p),
        VERDICT: verdict_text(verdict) if pair.first.corrected else "not tested",
        "seeds that differ": str(len(pair.differing)),
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
