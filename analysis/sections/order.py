"""The views and sentences of a study: each only where the study has what it is about."""

from collections.abc import Iterator, Sequence

from analysis.comparisons.contrasts import contrast_sentences, contrast_views
from analysis.evidence.rows import Row
from analysis.evidence.sentences import evidence
from analysis.factors import factor_sentences, factor_views
from analysis.ranking import ranking_sentences, ranking_views
from analysis.tables.view import View


def first_views(rows: Sequence[Row]) -> Iterator[View]:
    """What a study was made for, where it was made for more than its rows."""
    yield from ranking_views(rows)
    yield from contrast_views(rows)
    yield from factor_views(rows)


def all_sentences(rows: Sequence[Row]) -> list[str]:
    """What a study supports, what it was made for first."""
    return [
        *ranking_sentences(rows),
        *factor_sentences(rows),
        *evidence(rows),
        *contrast_sentences(rows),
    ]
