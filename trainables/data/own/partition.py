"""How a user's objects are split: sizes that are the same for every seed, then rows of one seed.

Students of several seeds are trained as one stack, so each split must have one size.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from trainables.data.own.content import Facts
from trainables.data.splits import SplitRows, by_class, by_group
from trainables.errors import BadInputError

Amount = int | float
"""Of a split: a number of objects (int), or a share of them (float, between 0 and 1)."""


class Sizes(NamedTuple):
    """Objects in each split that a seed draws; test is 0 where the data have their own."""

    test: int
    small: int
    big: int


def sizes_of(
    facts: Facts, name: str, objects: str, small: Amount, test_size: Amount | None
) -> Sizes:
    """The sizes of the splits of a domain with this name, whose objects are called so.

    Small is a number, or a share of what is left for training; Big is the rest of that. Where
    objects form groups, those of a group that a boundary cuts are left out of the later split. At
    either boundary these are fewer than the largest group, and so many fewer are in Big.

    Raises BadInputError where the data do not have so many.
    """
    test = _test_size(facts, name, objects, test_size)
    boundaries = 1 if facts.tested else 2
    cut = boundaries * max(0, facts.largest_group - 1)
    left = facts.objects - test - cut
    wanted = _number(small, max(left, 0))
    if wanted >= left:
        taken = [f"{test:,} of Test"] if test else []
        taken += [f"{cut:,} that may be left out lest a group be divided"] if cut else []
        raise BadInputError(
            f"small={small} leaves nothing for Big: {name} has {facts.objects:,} {objects}"
            f"{', less ' if taken else ''}{' and '.join(taken)}; give less"
        )
    sizes = Sizes(test, wanted, left - wanted)
    fewest = max(1, len(facts.names))
    for split, size in (("Small", sizes.small), ("Big", sizes.big), ("Test", test or fewest)):
        if size < fewest:
            needed = f"{fewest} classes need as many" if facts.names else "it needs one"
            raise BadInputError(
                f"{split} of {name} has {size} {objects}, and {needed} at least: change "
                f"small={small} or test_size={test_size}"
            )
    return sizes


def _test_size(facts: Facts, name: str, objects: str, test_size: Amount | None) -> int:
    if facts.tested:
        if test_size is not None:
            raise BadInputError(
                f"{name} has a test set of its own, of {facts.tested:,} {objects}: leave "
                f"test_size={test_size} away"
            )
        return 0
    if test_size is None:
        raise BadInputError(
            f"{name} has no test set of its own: give test_size=0.2, say, or a number of its "
            f"{facts.objects:,} {objects}"
        )
    wanted = _number(test_size, facts.objects)
    if wanted >= facts.objects:
        raise BadInputError(
            f"test_size={test_size} is too many: {name} has {facts.objects:,} {objects}"
        )
    return wanted


def _number(size: Amount, objects: int) -> int:
    return size if isinstance(size, int) else round(size * objects)


def drawn_rows(
    sizes: Sizes,
    objects: int,
    draw: torch.Generator,
    *,
    labels: Tensor | None,
    groups: Tensor | None,
) -> SplitRows:
    """The rows of so many objects in each split, by one seed's generator.

    labels: int64 [objects], where the splits are to have the classes' shares; groups: int64
    [objects], where no group may be in two splits.
    """
    if labels is not None:
        order = by_class(labels, sizes.test, draw)
        test, rest = order[: sizes.test], order[sizes.test :]
        rest = rest[by_class(labels[rest], sizes.small, draw)]
    elif groups is not None:
        order = by_group(groups, draw)
        test, rest = order[: sizes.test], _from_next_group(order, sizes.test, groups)
    else:
        order = torch.randperm(objects, generator=draw)
        test, rest = order[: sizes.test], order[sizes.test :]
    small, others = rest[: sizes.small], rest[sizes.small :]
    if groups is not None:
        others = _from_next_group(rest, sizes.small, groups)
    big = others[: sizes.big]
    return SplitRows(torch.cat([small, big]), big, small, test)


def _from_next_group(order: Tensor, first: int, groups: Tensor) -> Tensor:
    """An order of rows, group by group, from its first new group at `first` or later."""
    if first == 0:
        return order
    ordered = groups[order]
    new = (ordered[first:] != ordered[first - 1 : -1]).nonzero().flatten()
    return order[first + int(new[0]) :]
