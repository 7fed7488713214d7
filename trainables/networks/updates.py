"""How the parameters of a stack follow their gradients, each member at rates of its own."""

import itertools
from collections.abc import Sequence

import torch

from trainables.device import is_exact
from trainables.networks.optimisers.calls import Call, Cuts, runs_of
from trainables.networks.optimisers.rules import Optimiser, Tensors
from trainables.networks.products.layout import joined
from trainables.networks.products.traced import Pieces


class Updates:
    """The state of a stack's optimiser: moments, and every member's learning rate and decay.

    Where a member's bits must not depend on its company, members of equal rates are updated in a
    call; elsewhere all are, and nothing in a step is a number of the host's.
    """

    def __init__(
        self,
        values: Tensors,
        learning_rates: Sequence[float],
        optimiser: Optimiser,
        weight_decays: Sequence[float],
    ) -> None:
        self._values, self.optimiser, device = values, optimiser, values[0].device
        self._factor = 1.0
        self._factor_there = None if is_exact(device) else torch.ones((), device=device)
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
        self._calls: dict[Cuts, list[Call]] = {}
        if self._factor_there is not None:
            there = torch.tensor(self._rates, device=self._values[0].device)
            self._rates_there, self._decays_there = there.unbind(1)

    @property
    def factor(self) -> float:
        """What all learning rates are multiplied by; it may change from step to step."""
        return self._factor

    @factor.setter
    def factor(self, value: float) -> None:
        if value != self._factor and self._factor_there is not None:
            self._factor_there.fill_(value)
        self._factor = value

    def _calls_for(self, gradients: Sequence[Pieces]) -> list[Call]:
        """A call for each run of members with equal rates: the fused kernels take one rate.

        It is of views of values and moments, cut where the gradients are.
        """
        cuts = tuple(tuple(len(piece) for piece in pieces) for pieces in gradients)
        if cuts not in self._calls:
            self._calls[cuts] = [
                Call(run, cuts, (self._values, *self._moments)) for run in runs_of(self._rates)
            ]
        return self._calls[cuts]

    def step(self, gradients: Sequence[Pieces]) -> None:
        """One step of every member, in place; a gradient is in pieces of consecutive members."""
        self._steps += 1
        if self._factor_there is not None:
            self._step_there([joined(pieces) for pieces in gradients], self._factor_there)
            return
        for call in self._calls_for(gradients):
            rate, decay = self._rates[call.first]
            values, *moments = call.views
            mine = call.of(gradients)
            self.optimiser.update(values, mine, moments, self._steps, rate * self.factor, decay)

    def _step_there(self, gradients: Tensors, factor: torch.Tensor) -> None:
        rates, state = self._rates_there * factor, (self._values, gradients, self._moments)
        if len(set(self._rates)) == 1:
            self.optimiser.update(*state, self._steps, rates[0], self._rates[0][1])
        else:
            decays = self._decays_there if any(decay for _, decay in self._rates) else None
            self.optimiser.update_each(*state, self._steps, rates, decays)

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
