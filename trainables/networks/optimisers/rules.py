"""Adam and SGD, for a stack: by PyTorch's fused kernels.

They take one rate a call. With rates of their own, all members are moved in one call at rate 1
from zero, and the moves are added at each one's rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from trainables.schedule import Schedule

Tensors = list[Tensor]  # of each parameter its value, gradient or moment: [members, ...]


@dataclass(frozen=True, kw_only=True)
class Adam:
    """Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019, Alg. 2).

    The defaults are PyTorch's, as published: docs/protocol, "What was run".
    """

    moments: ClassVar[int] = 2
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def update(
        self,
        values: Tensors,
        gradients: Tensors,
        moments: Sequence[Tensors],
        steps: Tensor,
        rate: float | Tensor,
        decay: float,
    ) -> None:
        """One step, in place; steps: how many it has been with this one."""
        first, second = moments
        torch._fused_adamw_(
            values,
            gradients,
            first,
            second,
            [],
            [steps] * len(values),
            lr=rate,
            beta1=self.beta1,
            beta2=self.beta2,
            eps=self.epsilon,
            weight_decay=decay,
            amsgrad=False,
            maximize=False,
        )

    def update_each(
        self,
        values: Tensors,
        gradients: Tensors,
        moments: Sequence[Tensors],
        steps: Tensor,
        rates: Tensor,
        decays: Tensor | None,
    ) -> None:
        """The same with a rate and a decay for each member, [N]: to rounding. None: no decay."""
        moves = [torch.zeros_like(value) for value in values]
        self.update(moves, gradients, moments, steps, 1.0, 0.0)
        for value, move in zip(values, moves, strict=True):
            if decays is not None:
                value.mul_(1 - _along(rates * decays, value))
            value.addcmul_(_along(rates, value), move)


ADAM = Adam()


@dataclass(frozen=True, kw_only=True)
class Sgd:
    """Gradient descent with momentum as in PyTorch: m ← momentum · m + g, w ← w - rate · m.

    Weight decay is coupled: it is added to the gradient g.
    """

    momentum: float = 0.0

    @property
    def moments(self) -> int:
        """None where there is no momentum."""
        return 1 if self.momentum else 0

    def update(
        self,
        values: Tensors,
        gradients: Tensors,
        moments: Sequence[Tensors],
        steps: Tensor,
        rate: float | Tensor,
        decay: float,
    ) -> None:
        """One step, in place; it does not depend on how many there were."""
        torch._fused_sgd_(
            values,
            gradients,
            moments[0] if moments else [],
            lr=rate,
            weight_decay=decay,
            momentum=self.momentum,
            dampening=0.0,
            nesterov=False,
            maximize=False,
            is_first_step=False,  # its momentum is zero then, which makes no difference
        )

    def update_each(
        self,
        values: Tensors,
        gradients: Tensors,
        moments: Sequence[Tensors],
        steps: Tensor,
        rates: Tensor,
        decays: Tensor | None,
    ) -> None:
        """The same with a rate and a decay for each member, [N]: to rounding. None: no decay."""
        if decays is not None:
            pairs = zip(values, gradients, strict=True)
            gradients = [torch.addcmul(own, _along(decays, value), value) for value, own in pairs]
        moves = [torch.zeros_like(value) for value in values]
        self.update(moves, gradients, moments, steps, 1.0, 0.0)
        for value, move in zip(values, moves, strict=True):
            value.addcmul_(_along(rates, value), move)


Optimiser = Adam | Sgd


def optimiser_of(schedule: Schedule) -> Optimiser:
    """What a schedule trains by."""
    return Sgd(momentum=schedule.momentum) if schedule.optimiser == "sgd" else ADAM


def _along(numbers: Tensor, value: Tensor) -> Tensor:
    """Members' numbers [N], to be broadcast over their values [N, ...]."""
    return numbers.view(-1, *[1] * (value.dim() - 1))
