"""The true classes of a study's test objects: records hold who was right, the data hold of what.

They are read through the domain, which is the launch's own, or the built-in one that the records
name, or that of the built-in space.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis.evidence.rows import Row
from search_spaces import names
from search_spaces.base.catalogue import load
from trainables.data.domain import Domain
from trainables.data.domains import BUILT_IN
from trainables.data.task import Classes
from trainables.errors import BadInputError, harmless


class Truth(NamedTuple):
    """The classes' names, and the class of each object of the one test set, int64 [n]."""

    names: tuple[str, ...]
    labels: np.ndarray


class Unknown(NamedTuple):
    """Why the true classes, or who had them right, are not known: a sentence."""

    reason: str


def truth_of(space: str, rows: Sequence[Row], domain: Domain | None = None) -> Truth | Unknown:
    """The truth of a study's test set, or the reason why there is none.

    domain: what the study's students learn, where it is at hand.
    """
    if not rows:
        return Unknown(f"nothing of {space} is planned yet")
    described = rows[0].domain
    if not described.is_classification:
        return Unknown(f"{described.name} has numbers to predict, and no classes")
    right = [bits for row in rows for bits in row.right().values()]
    if not right:
        return Unknown(
            "no trial keeps its answers object by object: it has not ended yet, is older than "
            "that, or its seed drew a test set of its own"
        )
    found = domain or BUILT_IN.get(described.name) or _of_space(space)
    if found is None or found.name != described.name:
        return Unknown(
            f"the classes of {described.name}'s objects are not in the records, and its data are "
            "known to the launch alone, whose report shows them"
        )
    try:
        labels = found.test(0).labels.numpy()
    except BadInputError as error:
        return Unknown(f"the classes of {described.name}'s test objects cannot be read: {error}")
    if any(len(bits) != len(labels) for bits in right):
        return Unknown(
            f"{found.name} has {len(labels):,} test objects on this machine, and the answers in "
            f"the records are on {len(right[0]):,}: they are of other data"
        )
    assert isinstance(found.task, Classes)
    return Truth(tuple(map(harmless, found.task.names)), labels)


def _of_space(space: str) -> Domain | None:
    return load(space).target if space in names() else None
