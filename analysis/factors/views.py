"""Ladders and sizes as tables."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.evidence.differences import against
from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.texts import NONE, interval_text, number, verdict_text
from analysis.evidence.verdicts import Verdict
from analysis.factors.ladder import Ladder, beyond, ladders
from analysis.factors.sizes import Sizes, sizes_of
from analysis.factors.texts import needed_text, rung_name, share_text
from analysis.tables.view import VERDICT, View
from trainables.data.measures import Measure


def factor_views(rows: Sequence[Row]) -> Iterator[View]:
    """What of a teacher teaches, measure by measure; and how many labels it saves."""
    family = Family(rows)
    found = ladders(rows)
    for measure in found[0].taught.domain.compared if found else ():
        said = beyond(found, measure)
        table = pd.DataFrame(
            [line for one in found for line in _ladder(one, measure, family, said)]
        )
        yield View(
            f"What of the teacher teaches, in {measure.title}",
            "from softer labels as such to all that the teacher says, at the row's λ and T; Δ: to "
            "the student alone at equal seeds [95 %, paired t]; share: of the teacher's gain "
            "[95 %, Fieller], where one is shown; teacher's: the teacher's row minus this one, "
            "its verdict right for all these rows together with 95 %",
            table,
        )
    for one in sizes_of(rows):
        yield View(
            "Labels that a teacher saves",
            "alone needs: how many labels the student alone needs for what the row has, "
            "interpolated in log labels [95 %, paired t at that number]; beyond the sizes of the "
            "study only a bound is said; verdict: on Δ, as above",
            pd.DataFrame([*_sizes(one, family)]),
        )


def _ladder(
    one: Ladder, measure: Measure, family: Family, said: dict[tuple[str, str], Verdict]
) -> Iterator[dict[str, str]]:
    for row in one.rungs:
        verdict = said.get((one.taught.planned.key, row.planned.key))
        gain = against(row, one.alone, measure)
        yield {
            "teacher": one.taught["teacher"],
            "φ": one.taught.link,
            "student's labels": rung_name(row, one),
            "n": str(gain.n),
            f"Δ {measure.title}": interval_text(gain, measure),
            "share": share_text(one.share(row, measure, family)),
            "teacher's": interval_text(verdict.found, measure) if verdict else NONE,
            VERDICT: verdict_text(verdict),
        }


def _sizes(one: Sizes, family: Family) -> Iterator[dict[str, str]]:
    sizes = [*one.alone.points]
    for curve in (one.alone, *one.others):
        for size, row in curve.points.items():
            base = None if curve is one.alone else one.alone.points.get(size)
            line = {"student": curve.label, "labels": f"{size:,}", "n": str(len(row.finished))}
            for measure in row.domain.compared:
                line[measure.title] = number(row.mean(f"test/{measure.name}"), measure)
                gap = interval_text(against(row, base, measure), measure) if base else NONE
                line[f"Δ {measure.title}"] = gap
                if measure is row.domain.main:
                    line[VERDICT] = verdict_text(family.verdict(row, measure))
                needed = one.needed(row, measure) if base else None
                line[f"alone needs, {measure.title}"] = needed_text(needed, sizes)
            yield line
