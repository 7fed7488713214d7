"""A teacher's posterior in the student's shape: units are dropped, then layers.

With a diagonal covariance both leave what stays as it was (Grabovoy and Strijov 2021): to drop a
unit drops its row of one layer and its column of the next (Theorem 1); a square layer is dropped
where its weights are set to the identity (Theorem 2), which its units are dropped for first.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from trainables.errors import BadInputError
from trainables.methods.bayesian.gaussian_network import LOG_VARIANCE
from trainables.randomness import generator

Posterior = Mapping[str, Tensor]  # of one network: "layers.0.weight", with its log variance, ...


def check_reducible(teacher: Sequence[int], student: Sequence[int]) -> None:
    """Raise BadInputError unless a teacher of these hidden layers can be reduced to a student."""
    if len(student) > len(teacher):
        raise BadInputError(
            f"a student of {len(student)} hidden layers, {_shown(student)}, is deeper than its "
            f"teacher of {len(teacher)}, {_shown(teacher)}, whose posterior is to be its prior: "
            "give it as many at most"
        )
    # Of the layers that are dropped, as many units must be there as the student has last.
    needed = [*student, *[student[-1]] * (len(teacher) - len(student))]
    for place, (has, needs) in enumerate(zip(teacher, needed, strict=True)):
        if has < needs:
            raise BadInputError(
                f"a teacher of hidden layers {_shown(teacher)} does not reduce to a student of "
                f"{_shown(student)}: its layer {place + 1} has {has} units, and {needs} are "
                "needed: give a wider teacher, or a narrower student"
            )


def reduced(
    posterior: Posterior, student: Sequence[int], kept: Sequence[Tensor]
) -> dict[str, Tensor]:
    """The posterior of what stays: of the first layers and of the last one.

    student: its sizes, inputs and outputs included. kept: of each of the teacher's hidden layers
    the units that stay, int64.
    """
    hidden, last = len(student) - 2, len(kept)
    rows = [*kept[:hidden], torch.arange(student[-1])]
    columns = [torch.arange(student[0]), *kept[: hidden - 1], kept[last - 1]]
    found = {}
    for place in range(hidden + 1):
        own = f"layers.{place if place < hidden else last}"
        for end in ("", LOG_VARIANCE):
            weight, bias = posterior[f"{own}.weight{end}"], posterior[f"{own}.bias{end}"]
            found[f"layers.{place}.weight{end}"] = weight[rows[place]][:, columns[place]]
            found[f"layers.{place}.bias{end}"] = bias[rows[place]]
    return found


def random_units(posterior: Posterior, widths: Sequence[int], seed: int) -> list[Tensor]:
    """Of each of the teacher's hidden layers so many units, at random; in their order."""
    draw = generator("units/prior", seed)
    found = []
    for place, width in enumerate(widths):
        units = len(posterior[f"layers.{place}.bias"])
        found.append(torch.randperm(units, generator=draw)[:width].sort().values)
    return found


def clearest_units(posterior: Posterior, widths: Sequence[int]) -> list[Tensor]:
    """Those of the highest signal-to-noise ratio, the mean of μ² / σ² over what a unit reads and
    what reads it (Graves 2011 prunes weights by |μ| / σ).
    """
    found = []
    for place, width in enumerate(widths):
        reads, read = (
            _ratio(posterior, f"layers.{place}"),
            _ratio(posterior, f"layers.{place + 1}"),
        )
        ratios = torch.cat([*reads, read[0].T], 1).mean(1)
        found.append(ratios.topk(width).indices.sort().values)
    return found


def _ratio(posterior: Posterior, layer: str) -> tuple[Tensor, Tensor]:
    """μ² / σ² of a layer's weights [out, in] and biases [out, 1]."""
    weight, bias = (
        posterior[f"{layer}.{name}"] ** 2 * (-posterior[f"{layer}.{name}{LOG_VARIANCE}"]).exp()
        for name in ("weight", "bias")
    )
    return weight, bias[:, None]


def widths_of(teacher: int, student: Sequence[int]) -> list[int]:
    """Units that stay of each of a teacher's hidden layers; student: its own hidden layers."""
    return [*student, *[student[-1]] * (teacher - len(student))]


def _shown(hidden: Sequence[int]) -> str:
    return "-".join(map(str, hidden))
