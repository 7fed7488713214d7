"""Recorded studies from Python: trials and curves as DataFrames, two settings compared.

A study is named as its space is, or given as the Space or as what a run of it returned; that one
brings its results folder with it.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from records.client import address_of
from records.experiments import recorded_spaces
from records.read import read_study, recorded_settings
from records.reader import Reader, open_reader, read_only
from search_spaces.base.space import Space
from trainables.errors import BadInputError, unknown
from trainables.settings.setting import Setting

if TYPE_CHECKING:
    import pandas as pd

    from analysis.publish import PairedSettings


@runtime_checkable
class Launched(Protocol):
    """What a run returned: the study's name, and the address of its records."""

    @property
    def space(self) -> str:
        """The study's name."""

    @property
    def records(self) -> str:
        """Where its records are."""


Recorded = str | Space | Launched
ANY = "SPACE"  # in messages, where none was given


def records(
    space: Recorded, *, results: str | Path = "results", tracking_uri: str | None = None
) -> "pd.DataFrame":
    """A study's trials: a row each, numbers as numbers, booleans as booleans.

    Columns: name, role ("reported" or "candidate"), seed, status; the setting's own; the final
    metrics; failure, pruned, ended, setting, trial, run.
    Raises BadInputError where nothing of the space is recorded there.
    """
    from analysis.publish import trials_of

    reader, name = _open(space, results, tracking_uri)
    return trials_of(read_study(reader, name))


def curves(
    space: Recorded,
    *metrics: str,
    results: str | Path = "results",
    tracking_uri: str | None = None,
) -> "pd.DataFrame":
    """What trials recorded while they were trained: a row a point.

    metrics: as they are recorded, "train/loss"; none: the target's first measure on the test set.
    Columns: name, setting, seed, metric, epoch (from 1), value.
    Raises BadInputError for a metric that no trial has.
    """
    from analysis.publish import curves_of

    reader, name = _open(space, results, tracking_uri)
    return curves_of(reader, read_study(reader, name), metrics)


def compare(
    ours: str | Setting,
    theirs: str | Setting,
    *,
    space: Recorded | None = None,
    measure: str | None = None,
    results: str | Path = "results",
    tracking_uri: str | None = None,
) -> "PairedSettings":
    """Two settings of a study at equal seeds: their paired comparison and its verdict.

    Each is a Setting, its key, its name (`records(...)["name"]`) or its label in tables.
    space: which study; None: the only one recorded there that has both settings.
    measure: on the test set; None: the target's first.
    Raises BadInputError where they are not there, or cannot be compared.
    """
    from analysis.publish import paired_settings

    if space is None:
        reader = read_only(ANY, tracking_uri, Path(results))
        name = _study_of(reader, ours, theirs)
    else:
        reader, name = _open(space, results, tracking_uri)
    return paired_settings(read_study(reader, name), ours, theirs, measure)


def _open(space: Recorded, results: str | Path, tracking_uri: str | None) -> tuple[Reader, str]:
    """What reads a study's records, and its name there."""
    if isinstance(space, Launched):
        return open_reader(space.records), space.space
    name = space.name if isinstance(space, Space) else str(space)
    reader = open_reader(address_of(name, tracking_uri, Path(results)))
    known = recorded_spaces(reader)
    if name not in known and known:
        raise unknown(f"study in {tracking_uri or results}", name, known)
    return reader, name


def _study_of(reader: Reader, *settings: str | Setting) -> str:
    """The only recorded study that has all of these settings."""
    from analysis.publish import names_of

    wanted = [one.key if isinstance(one, Setting) else one for one in settings]
    spaces = recorded_spaces(reader)
    found = []
    for name in spaces:
        planned = recorded_settings(reader, name)
        known = names_of(planned)
        if {*known, *known.values(), *(one.name for one in planned)}.issuperset(wanted):
            found.append(name)
    if len(found) == 1:
        return found[0]
    given = " and ".join(map(str, wanted))
    if found:
        raise BadInputError(
            f"{given} are settings of {', '.join(found)}: say which, compare(..., space=...)"
        )
    raise BadInputError(
        f"no study there has both settings, {given}: give their names as records(...)['name'] has "
        f"them, or a label with space=... (recorded: {', '.join(spaces) or 'none'})"
    )
