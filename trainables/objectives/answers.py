"""What a network says of objects: its outputs, and the features that an objective asks for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from torch import Tensor

OUTPUTS = "outputs"
"""What outputs are called where they stand beside named features."""


class Answers(NamedTuple):
    """What the N members of a stack, or their teachers, say of a batch of B objects each.

    outputs: logits [N, B, C], or predictions [N, B, 1]; of a teacher, what the objective's
        `prepare` made of them.
    features: by name, each [N, B, ...].

    Their layout in memory is what layers left, which may depend on a member's company, and it
    decides in which order a sum is taken. A loss for which every bit counts reads them
    `.contiguous()`.
    """

    outputs: Tensor
    features: Mapping[str, Tensor] = MappingProxyType({})
