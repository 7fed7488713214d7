"""The same ways over several studies: other pairs of domains, or other networks.

Three aggregates, each with a 95 % percentile interval of a bootstrap that draws the seeds of each
study again by itself (stratified: Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of
the Statistical Precipice", §4): the mean over studies of a way's rank; the mean of the middle half
(IQM) of its gains over all studies and seeds, in smallest differences that matter; and the
probability that one of its students is better than one that was tuned alone.

The studies are what there is: nothing is said of other pairs of domains. Intervals of some ten
seeds a study are rather too narrow (see ranks.py).
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from analysis.evidence.texts import (
    SURE,
    interval_text,
    level_text,
    together_text,
    verdict_text,
)
from analysis.evidence.verdicts import margin_of
from analysis.ranking.ranks import Floats, matrix_of, places, resampled
from analysis.ranking.ways import Ways
from analysis.tables.view import WAY, View

ALONE = "alone"


class Aggregate(NamedTuple):
    """A figure over all studies, and the ends of its interval."""

    value: float
    low: float
    high: float

    def text(self, digits: int, sign: str = "") -> str:
        """As people read it: 1.5 [1.0, 3.2]."""
        one, low, high = (f"{each:{sign}.{digits}f}" for each in self)
        return f"{one} [{low}, {high}]"


class Across(NamedTuple):
    """What a way is over all studies."""

    rank: Aggregate
    gain: Aggregate
    better: Aggregate


def across(studies: Mapping[str, Ways]) -> dict[str, Across]:
    """By name of a way that all studies have, the student alone first."""
    names = shared_names(studies)
    draw = np.random.default_rng(0)
    found, draws = [], []
    for ways in studies.values():
        by_name = {_name(way.name, ways): way for way in ways.every}
        table = matrix_of([by_name[name].values for name in names], ways.main.sign)
        alone = ways.alone.final.mean(ways.alone.final.test)
        table = table / margin_of(ways.main, alone)
        found.append(_figures(table[:, None, :]))
        again = table[:, resampled(table.shape[1], draw)]
        draws.append(_figures(again))
    one, many = (_together(parts) for parts in (found, draws))
    return {
        name: Across(
            *(
                _aggregate(value[place, 0], drawn[place])
                for value, drawn in zip(one, many, strict=True)
            )
        )
        for place, name in enumerate(names)
    }


def _aggregate(value: float, drawn: Floats) -> Aggregate:
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Aggregate(float(value), float(low), float(high))


def shared_names(studies: Mapping[str, Ways]) -> list[str]:
    """Names of the ways that all studies have, the student alone first, then as the first has."""
    sets = [{_name(way.name, ways) for way in ways.every} for ways in studies.values()]
    shared = set.intersection(*sets) - {ALONE}
    first = next(iter(studies.values()))
    return [ALONE, *(way.name for way in first.every if way.name in shared)]


def _name(name: str, ways: Ways) -> str:
    return ALONE if name == ways.alone.name else name


class _Figures(NamedTuple):
    """Of a study, for each draw: ranks [ways, R], gains [ways, R, seeds], better [ways, R]."""

    ranks: Floats
    gains: Floats
    better: Floats


def _figures(table: Floats) -> _Figures:
    """table: [ways, R, seeds] of drawn seeds, the student alone first."""
    ranks = places(table.mean(-1).T).T
    gains = table - table[:1]
    alone = table[0, :, None, :]
    better = np.stack([_share_better(one[:, :, None] - alone) for one in table])
    return _Figures(ranks, gains, better)


def _share_better(gaps: Floats) -> Floats:
    """Of gaps [R, seeds, seeds] between every two students, ties as half: [R]."""
    share: Floats = ((gaps > 0) + 0.5 * (gaps == 0)).mean((-1, -2))
    return share


def _together(parts: list[_Figures]) -> tuple[Floats, Floats, Floats]:
    """The three aggregates [ways, R]."""
    gains = np.concatenate([part.gains for part in parts], axis=-1)
    return (
        np.mean([part.ranks for part in parts], axis=0),
        stats.trim_mean(gains, 0.25, axis=-1),
        np.mean([part.better for part in parts], axis=0),
    )


def across_views(studies: Mapping[str, Ways]) -> list[View]:
    """The aggregates, and the gain in each study."""
    found = across(studies)
    order = sorted(found, key=lambda name: found[name].rank.value)
    looks = next(iter(studies.values())).alone.final.looks
    lines = [
        {
            WAY: name,
            "rank": found[name].rank.text(1),
            "gain": "—" if name == ALONE else found[name].gain.text(1, "+"),
            "P(better)": "—" if name == ALONE else found[name].better.text(2),
        }
        for name in order
    ]
    each = [
        {WAY: name, **{study: _gap(name, ways) for study, ways in studies.items()}}
        for name in order
        if name != ALONE
    ]
    return [
        View(
            "Ways over all studies",
            f"{', '.join(studies)}; rank: mean over studies; gain: to the student alone, tuned as "
            "they are, in smallest differences that matter, mean of the middle half over studies "
            "and seeds; P(better): that a student of it is better than one alone; [95 %, seeds of "
            "each study drawn again]; of these studies alone",
            pd.DataFrame(lines),
        ),
        View(
            "Gains by study",
            f"Δ to the student alone, tuned as they are [{level_text(looks)}], and the verdict, "
            f"right for {together_text(looks)} of a study {SURE}",
            pd.DataFrame(each),
        ),
    ]


def _gap(name: str, ways: Ways) -> str:
    way = next(way for way in ways.every if way.name == name)
    if way.verdict is None:
        return "—"
    return f"{interval_text(way.verdict.found, ways.main)}, {verdict_text(way.verdict)}"
