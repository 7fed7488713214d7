"""How the parameters of a stack follow their gradients, each member at rates of its own."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from trainables.networks.products.traced import Pieces
from trainables.schedule import Schedule

Tensors = list[Tensor]  # of each parameter its value, gradient or moment: [members, ...]
Cuts = tuple[tuple[int, ...], ...]  # of each parameter, members in each piece of its gradient


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
        rate: float,
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
        rate: float,
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


Optimiser = Adam | Sgd


def optimiser_of(schedule: Schedule) -> Optimiser:
    """What a schedule trains by."""
    return Sgd(momentum=schedule.momentum) if schedule.optimiser == "sgd" else ADAM


class Updates:
    """The state of a stack's optimiser: moments, and every member's learning rate and decay.

    factor: what all learning rates are multiplied by; it may change from step to step.
    """

    def __init__(
        self,
        values: Tensors,
        learning_rates: Sequence[float],
        optimiser: Optimiser,
        weight_decays: Sequence[float],
    ) -> None:
        self._values, self.optimiser, self.factor = values, optimiser, 1.0
        self._rates = list(zip(learning_rates, weight_decays, strict=True))
        self.renew()

    def __len__(self) -> int:
        return len(self._rates)

    def renew(self) -> None:
        """Reset the moments."""
        kinds = range(self.optimiser.moments)
        self._moments = [[torch.zeros_like(value) for value in self._values] for _ in kinds]
        self._steps = torch.zeros((), device=self._values[0].device)
        self._group()

    def _group(self) -> None:
        """Forget which members are updated in one call."""
        self._calls: dict[Cuts, list[_Call]] = {}

    def _calls_for(self, gradients: Sequence[Pieces]) -> list["_Call"]:
        """A call for each run of members with equal rates: the fused kernels take one rate.

        It is of views of values and moments, cut where the gradients are.
        """
        cuts = tuple(tuple(len(piece) for piece in pieces) for pieces in gradients)
        if cuts not in self._calls:
            self._calls[cuts] = [
                _Call(run, cuts, (self._values, *self._moments)) for run in _runs(self._rates)
            ]
        return self._calls[cuts]

    def step(self, gradients: Sequence[Pieces]) -> None:
        """One step of every member, in place; a gradient is in pieces of consecutive members."""
        self._steps += 1
        for call in self._calls_for(gradients):
            rate, decay = self._rates[call.first]
            values, *moments = call.views
            mine = call.of(gradients)
            self.optimiser.update(values, mine, moments, self._steps, rate * self.factor, decay)

    def keep(self, values: Tensors, places: Sequence[int]) -> None:
        """Keep only the members at these places, with their moments; values: theirs."""
        rows = torch.tensor(places, device=self._values[0].device)
        self._values, self._rates = values, [self._rates[place] for place in places]
        self._moments = [[moment[rows] for moment in kind] for kind in self._moments]
        self._group()

    def set_rates(self, learning_rates: Sequence[float], weight_decays: Sequence[float]) -> None:
        """From here on every member has these; the moments stay."""
        self._rates = list(zip(learning_rates, weight_decays, strict=True))
        self._group()

    def copy_rows(self, sources: Sequence[int], to: Sequence[int]) -> None:
        """Members at these places get the moments of others, in order; rates stay."""
        for moment in itertools.chain(*self._moments):
            moment[list(to)] = moment[list(sources)]


class _Call:
    """What one call updates: a run of members, of each parameter in the pieces of its gradient.

    views: of values and of each moment, piece by piece.
    """

    def __init__(self, run: slice, cuts: Cuts, kinds: Sequence[Tensors]) -> None:
        self.first = run.start
        self._parts: list[tuple[int, int, slice | None]] = []  # parameter, piece, rows; None: all
        self.views: list[Tensors] = [[] for _ in kinds]
        for parameter, lengths in enumerate(cuts):
            start = 0
            for piece, length in enumerate(lengths):
                low, high = max(run.start, start), min(run.stop, start + length)
                if low < high:
                    whole = high - low == length
                    rows = None if whole else slice(low - start, high - start)
                    self._parts.append((parameter, piece, rows))
                    for views, kind in zip(self.views, kinds, strict=True):
                        views.append(kind[parameter][low:high])
                start += length

    def of(self, gradients: Sequence[Pieces]) -> Tensors:
        """The gradients of its views."""
        return [
            gradients[parameter][piece] if rows is None else gradients[parameter][piece][rows]
            for parameter, piece, rows in self._parts
        ]


def _runs(values: Sequence[object]) -> Iterator[slice]:
    """The slices of neighbouring equal values."""
    start = 0
    for _, equal in itertools.groupby(values):
        stop = start + len(list(equal))
        yield slice(start, stop)
        start = stop
