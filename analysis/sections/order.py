"""The views and sentences of a study: each only where the study has what it is about."""

from collections.abc import Iterator, Sequence

from analysis.comparisons.contrasts import contrast_sentences, contrast_views
from analysis.evidence.choice import beside_the_tables
from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.sentences import evidence, of_the_test_set
from analysis.factors import factor_sentences, factor_views, tuning_sentences, tuning_views
from analysis.ranking import ranking_sentences, ranking_views
from analysis.tables.selection_views import front_views
from analysis.tables.view import View
from analysis.tables.views import AGAINST_ALONE, views


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


def sentences_beside_tables(rows: Sequence[Row]) -> list[str]:
    """What neither the answer nor a table of the study says."""
    return [
        *ranking_sentences(rows)[1:],
        *beside_the_tables(rows),
        *([] if [*tuning_views(rows)] else tuning_sentences(rows)),
        *of_the_test_set(Family(rows).rows),
    ]


def verdict_views(rows: Sequence[Row], most: int) -> tuple[list[View], list[View]]:
    """The tables that a reader wants first, and all others; most: rows of the table's own.

    First is what the study was made for, and its rows against the student alone, unless ways
    tuned alike are ranked, which says the same; where nothing is compared, what there is.
    """
    ranked, made_for = [*ranking_views(rows)], [*contrast_views(rows), *factor_views(rows)]
    own, fronts = [*views(rows, most)], [*front_views(rows)]
    against = [view for view in own if view.title == AGAINST_ALONE and not ranked]
    first = [*ranked[:1], *made_for, *against] or own[:1]
    titles = {view.title for view in first}
    return first, [
        view for view in (*own, *ranked, *tuning_views(rows), *fronts) if view.title not in titles
    ]
