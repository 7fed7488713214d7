"""Which studies a command was given: spaces of one store, or one space in several stores."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.evidence.rows import Row, rows_of
from records.client import address_of
from records.experiments import recorded_spaces
from records.read import read_study
from records.reader import Reader, open_reader
from records.schema import Study
from trainables.errors import BadInputError, unknown


@dataclass(frozen=True)
class Recorded:
    """A recorded study as a command was given it.

    title: how it is called beside the others; rows: its rows by their keys.
    """

    title: str
    study: Study
    rows: dict[str, Row]

    @staticmethod
    def read(title: str, reader: Reader, space: str) -> "Recorded":
        """All that is recorded of a space."""
        study = read_study(reader, space)
        return Recorded(title, study, {row.planned.key: row for row in rows_of(study)})


def recorded(
    given: Sequence[str], space: str | None, tracking_uri: str | None, results: Path
) -> list[Recorded]:
    """The studies that are meant, each a space's name, a results folder or a store's address.

    Names are of the store that a command reads. Of folders and addresses the study is `space`,
    else the one that is named beside them, else the only one that all of them have.
    Raises BadInputError in one line for what is not there, and for one given twice.
    """
    if len(given) < 2:
        raise BadInputError(
            f"{' '.join(given) or 'nothing'} is given: give two studies or more, "
            "spaces, results folders or tracking stores"
        )
    places = [str(Path(one).resolve()) if _is_folder(one) else one for one in given]
    if twice := next((one for one in places if places.count(one) > 1), None):
        raise BadInputError(f"{twice} is given twice: give each study once")
    named = [one for one in given if not (_is_address(one) or _is_folder(one))]
    stores = {one: _open(one) for one in given if one not in named}
    if space and not stores:
        raise BadInputError(
            f"--space {space} is for folders and stores; {', '.join(named)} are spaces themselves"
        )
    here = _open_here(named, tracking_uri, results) if named else None
    if stores:
        space = space or (named[0] if named else _in_common(stores))
    found = []
    one_space = {*named, *([space] if stores else [])}
    for one in given:
        if one in stores:
            reader, name = stores[one], str(space)
            known, place = recorded_spaces(reader), one
        else:
            assert here
            reader, name, known = here, one, recorded_spaces(here)
            place = tracking_uri or str(results)
        if name not in known:
            raise _missing(name, known, place, folder=one not in stores)
        title = name if one not in stores else f"{name} in {one}"
        if len(one_space) == 1:
            title = place
        found.append(Recorded.read(title, reader, name))
    return found


def _is_address(given: str) -> bool:
    return "://" in given


def _is_folder(given: str) -> bool:
    """True for what is written as a path, and for a folder that holds records."""
    return os.sep in given or given in (".", "..") or (Path(given) / "mlflow.db").exists()


def _open(given: str) -> Reader:
    if _is_address(given):
        return open_reader(address_of("space", given, Path()))
    folder = Path(given)
    if not (folder / "mlflow.db").exists():
        there = "no records in it (mlflow.db)" if folder.is_dir() else "no such folder"
        raise BadInputError(f"{given}: {there}; give a results folder of a launch (--results)")
    return open_reader(address_of("space", None, folder))


def _open_here(named: Sequence[str], tracking_uri: str | None, results: Path) -> Reader:
    if tracking_uri is None and not (results / "mlflow.db").exists():
        raise BadInputError(
            f"{named[0]} is no folder with records, and there are none in {results} to look a "
            "space up: give --results or --tracking-uri, or results folders"
        )
    return open_reader(address_of("space", tracking_uri, results))


def _in_common(stores: dict[str, Reader]) -> str:
    """The only study that all stores have."""
    each = {given: set(recorded_spaces(reader)) for given, reader in stores.items()}
    common = sorted(set.intersection(*each.values()))
    if len(common) == 1:
        return common[0]
    if common:
        raise BadInputError(f"all of them have {', '.join(common)}: say which with --space")
    have = "; ".join(f"{one} has {', '.join(sorted(of)) or 'none'}" for one, of in each.items())
    raise BadInputError(f"they have no study in common: {have}")


def _missing(name: str, known: Sequence[str], place: str, *, folder: bool) -> BadInputError:
    if not known:
        return BadInputError(f"no study is recorded in {place}: launch {name} first")
    error = unknown(f"study in {place}", name, known)
    return BadInputError(f"{error}; a results folder is written with a /") if folder else error
