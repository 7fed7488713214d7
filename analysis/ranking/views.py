"""Ways that were tuned alike, as tables."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.evidence.rows import Row
from analysis.evidence.texts import (
    NONE,
    SURE,
    interval_text,
    level_text,
    summary_text,
    together_text,
    verdict_text,
)
from analysis.ranking.ranks import Rank, ranks
from analysis.ranking.ways import Way, Ways, ways_of
from analysis.tables.view import VERDICT, WAY, View


def ranking_views(rows: Sequence[Row]) -> Iterator[View]:
    """Which way is best, and what each costs; nothing where no ways were tuned alike."""
    ways = ways_of(rows)
    if ways is None:
        return
    looks, main = rows[0].looks, ways.main
    keys = [way.final.planned.key for way in ways.every]
    found = ranks([way.values for way in ways.every], main.sign)
    yield View(
        "Ways to learn, tuned alike",
        f"each the best of {ways.settings} settings, chosen on held-out labels and trained anew "
        f"with fresh seeds, best first; Δ: to the student alone, tuned as they are "
        f"[{level_text(looks)}]; verdicts are right for {together_text(looks)} {SURE}; rank: of "
        "the mean, and between which ranks it lies in 95 % of draws of these seeds, each way by "
        "itself: of few seeds that is too narrow, and no verdict",
        pd.DataFrame(
            [_line(way, rank, ways) for way, rank in zip(ways.every, found, strict=True)]
        ),
        keys=keys,
    )
    yield View(
        "What each way costs",
        "seconds of a worker: of one student with all that was made for it, and of the students "
        "of its search; labels: of objects of any domain, a teacher's among them",
        pd.DataFrame([_cost(way) for way in ways.every]),
        keys=keys,
    )


def _line(way: Way, rank: Rank, ways: Ways) -> dict[str, str]:
    main = ways.main
    judged = way.verdict if way is not ways.alone else None
    return {
        WAY: way.name,
        "n": str(len(way.values)),
        f"test {main.title}": summary_text(way.final.summary(way.final.test), main),
        f"Δ {main.title}": interval_text(judged.found, main) if judged else NONE,
        VERDICT: verdict_text(judged),
        "rank": f"{rank.rank:.3g} [{rank.low:.3g}, {rank.high:.3g}]",
    }


def _cost(way: Way) -> dict[str, str]:
    return {
        WAY: way.name,
        "a student": f"{way.seconds:,.1f}",
        "its search": f"{way.search_seconds:,.0f}",
        "labels": f"{way.labels:,}",
        "gets": way.reads,
    }
