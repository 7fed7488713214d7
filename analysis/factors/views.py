"""Ladders and sizes as tables."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.evidence.differences import against
from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.texts import (
    NONE,
    SURE,
    interval_text,
    level_text,
    looks_text,
    summary_text,
    verdict_text,
)
from analysis.evidence.verdicts import Verdict
from analysis.factors.ladder import Ladder, beyond, ladders, tuned_against_tuned
from analysis.factors.sizes import Sizes, sizes_of
from analysis.factors.texts import needed_text, rung_name, share_text
from analysis.tables.view import AGAINST, ROW, SOFT, TEACHER_IS, VERDICT, View
from trainables.data.measures import Measure

FEW = 2  # comparisons: more are a table rather than sentences


def factor_views(rows: Sequence[Row]) -> Iterator[View]:
    """How many labels a teacher saves, and what of a teacher teaches, measure by measure."""
    family, looks = Family(rows), rows[0].looks if rows else ()
    for one in sizes_of(rows):
        for measure in one.measures:
            yield View(
                f"Labels that a teacher saves, by {measure.title}",
                "Δ: to the student alone of as many labels at equal seeds "
                f"[{level_text(looks)}]; alone needs: how many labels the student alone needs for "
                "as much, interpolated in log labels, and all numbers at which a paired t test at "
                f"5 % {'over all looks ' if looks else ''}finds no difference; beyond the sizes "
                "of the study a bound",
                pd.DataFrame([*_sizes(one, measure, family)]),
            )
    found = ladders(rows)
    for measure in found[0].taught.domain.compared if found else ():
        said = beyond(found, measure)
        lines = [line for one in found for line in _ladder(one, measure, family, said)]
        yield View(
            f"What of the teacher teaches, in {measure.title}",
            "from softer labels as such to all that the teacher says, at its λ and T; Δ: to the "
            f"student alone at equal seeds [{level_text(looks)}]; share: of the teacher's gain "
            f"[{level_text(looks, 'Fieller')}], where one is shown; the teacher is: its row "
            f"against this one, right for all of these{looks_text(looks)} together {SURE}",
            pd.DataFrame(lines),
        )


def _ladder(
    one: Ladder, measure: Measure, family: Family, said: dict[tuple[str, str], Verdict]
) -> Iterator[dict[str, str]]:
    gap = f"Δ {measure.title}"
    yield {
        SOFT: one.taught.label_of("").strip(" ←"),
        "n": "",
        gap: "",
        "share": "",
        TEACHER_IS: "",
    }
    for row in one.rungs:
        verdict = said.get((one.taught.planned.key, row.planned.key))
        gain = against(row, one.alone, measure)
        yield {
            SOFT: f"· {rung_name(row, one)}",
            "n": str(gain.n),
            gap: interval_text(gain, measure),
            "share": share_text(one.share(row, measure, family)),
            TEACHER_IS: verdict_text(verdict),
        }


def _sizes(one: Sizes, measure: Measure, family: Family) -> Iterator[dict[str, str]]:
    sizes = [*one.alone.points]
    for curve in (one.alone, *one.others):
        for size, row in curve.points.items():
            base = None if curve is one.alone else one.alone.points.get(size)
            yield {
                "student": curve.label,
                "labels": f"{size:,}",
                "n": str(len(row.finished)),
                measure.title: summary_text(row.summary(f"test/{measure.name}"), measure),
                "Δ": interval_text(against(row, base, measure), measure) if base else NONE,
                VERDICT: verdict_text(family.verdict(row, measure)),
                "alone needs": needed_text(one.needed(row, measure) if base else None, sizes),
            }


def tuning_views(rows: Sequence[Row]) -> Iterator[View]:
    """Each search for a taught student against one for the student alone, where there are many."""
    found = [one for one in tuned_against_tuned(rows) if one[2].word]
    if len(found) > FEW:
        yield View(
            "What searches chose, against what those for the student alone chose",
            f"each the best of its settings; Δ {found[0][2].measure.title} at equal seeds "
            f"[{level_text(rows[0].looks)}]; verdicts right together {SURE}",
            pd.DataFrame(
                [
                    {
                        ROW: ours.name,
                        AGAINST: theirs.name,
                        "n": str(verdict.found.n),
                        "Δ": interval_text(verdict.found, verdict.measure),
                        VERDICT: verdict_text(verdict),
                    }
                    for ours, theirs, verdict in found
                ]
            ),
        )
