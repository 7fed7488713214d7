"""Many models of one shape trained as one stacked model (DESIGN.md, decision 1).

Every parameter is [N, ...]; a product of all members is one batched product. Members share
nothing: each has its own data order and draws, and equals its solo run to float rounding.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state

Report = Callable[[float], None]  # told the fraction of a cohort's work that is done


class Stack:
    """N models of one shape as one, with Adam at a learning rate for each member."""

    def __init__(
        self, models: Sequence[nn.Module], learning_rates: Sequence[float], device: torch.device
    ) -> None:
        self.model = models[0]
        stacked, _ = stack_module_state(list(models))
        self.parameters = {
            name: value.detach().to(device).requires_grad_() for name, value in stacked.items()
        }
        # The smallest: where another member's rate explodes, the base step stays harmless.
        self.base_rate = min(learning_rates)
        ratios = torch.tensor(learning_rates, dtype=torch.float64) / self.base_rate
        self.rate_ratios = None if bool((ratios == 1).all()) else ratios.float().to(device)
        self.renew_optimiser()

    def __call__(self, *inputs: Tensor) -> Any:
        """What N single models would answer: inputs [N, ...], each member its own."""
        return torch.vmap(self._single)(self.parameters, *inputs)

    def rest(self, hidden: Tensor) -> Any:
        """What follows a Perceptron's first layer: its raw outputs [N, B, H] → [N, B, out]."""
        return torch.vmap(partial(self._single, first=1))(self.parameters, hidden)

    def _single(self, parameters: dict[str, Tensor], *inputs: Tensor, **options: Any) -> Any:
        return functional_call(self.model, parameters, inputs, options)

    def renew_optimiser(self) -> None:
        """Adam with fresh moments; the weights stay."""
        self.optimiser = torch.optim.Adam(
            list(self.parameters.values()), lr=self.base_rate, fused=True
        )

    def step(self, losses: Tensor) -> None:
        """One Adam step for every member on its own loss: losses [N].

        A member's gradient comes from its own loss alone, so a NaN stays with its member.
        """
        self.optimiser.zero_grad()
        losses.sum().backward()
        if self.rate_ratios is None:
            self.optimiser.step()
        else:
            self._step_at_own_rates(self.rate_ratios)

    @torch.no_grad()
    def _step_at_own_rates(self, ratios: Tensor) -> None:
        # Adam's step is linear in the learning rate: go at the base rate, then rescale the way
        # gone. It keeps the fused kernel, which takes one rate only.
        before = [value.clone() for value in self.parameters.values()]
        self.optimiser.step()
        for old, new in zip(before, self.parameters.values(), strict=True):
            ratio = ratios.view(-1, *(1 for _ in old.shape[1:]))
            new.copy_(torch.lerp(old, new, ratio))

    def keep(self, places: Sequence[int]) -> None:
        """Only these members stay, each as it was, its optimiser's moments included."""
        rows = torch.tensor(places, device=next(iter(self.parameters.values())).device)
        members = len(next(iter(self.parameters.values())))
        old = self.optimiser
        states = [old.state[value] for value in self.parameters.values()]
        self.parameters = {
            name: value.detach()[rows].requires_grad_() for name, value in self.parameters.items()
        }
        if self.rate_ratios is not None:
            self.rate_ratios = self.rate_ratios[rows]
        self.renew_optimiser()
        for value, state in zip(self.parameters.values(), states, strict=True):
            self.optimiser.state[value] = {
                name: moment[rows] if moment.shape[:1] == (members,) else moment
                for name, moment in state.items()
            }

    def member(self, index: int) -> dict[str, Tensor]:
        """The weights of one member, on the CPU, by their names in the single model."""
        return {
            name: value[index].detach().cpu().clone() for name, value in self.parameters.items()
        }


def shuffled(objects: int, generators: Sequence[torch.Generator]) -> Tensor:
    """An epoch's order for each member, from its own generator: int64 [N, objects]."""
    return torch.stack([torch.randperm(objects, generator=g) for g in generators])


def batches(order: Tensor, size: int) -> Iterator[Tensor]:
    """Consecutive batches of an order [N, n]: [N, B]; the last may be smaller."""
    yield from order.split(size, dim=1)


def gather_inputs(sources: Sequence[Tensor], rows: Tensor) -> Tensor:
    """Each member's rows of its own source, as float32: sources N × [n, D], rows [N, B].

    Grey bytes become [0, 1]; float sources are taken as they are. → [N, B, D].
    """
    first = sources[0]
    picked = torch.empty(*rows.shape, first.shape[1], dtype=first.dtype, device=first.device)
    for source, mine, place in zip(sources, rows, picked, strict=True):
        torch.index_select(source, 0, mine, out=place)
    return picked.float().div_(255) if first.dtype == torch.uint8 else picked


def stack_equal(tensors: Sequence[Tensor], device: torch.device) -> Tensor:
    """Members' tensors of equal shape as one on the device: N × [...] → [N, ...]."""
    return torch.stack(list(tensors)).to(device)
