"""Many models of one shape trained as one stacked model (DESIGN.md, decision 1).

Every parameter is [N, ...], and a layer of all members is one call (trainables.products). Members
share nothing: each has its own order and draws, and equals its solo run (see LANES: to the bit).
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state
from torch.nn import functional

from trainables.products import shared_product

LANES = 32
"""Floats that PyTorch's vector loops take at a time (AVX-512). What is left over at the end of a
tensor goes through scalar code that rounds otherwise, so a member's parameters never end there:
where a member stands in its stack, and in what company, changes no bit of it (on a CPU with one
thread, and with batches of 8 objects or a multiple: MKL's products want aligned rows for it)."""

Report = Callable[[float], None]  # told the fraction of a cohort's work that is done


class Stack:
    """N models of one shape as one, with Adam at a learning rate for each member."""

    def __init__(
        self, models: Sequence[nn.Module], learning_rates: Sequence[float], device: torch.device
    ) -> None:
        self.model = models[0]
        stacked, _ = stack_module_state(list(models))
        self._sizes = [value.shape[-1] for value in stacked.values()]
        self._leaves = {
            name: _padded(value.detach()).to(device).requires_grad_()
            for name, value in stacked.items()
        }
        self.learning_rates = list(learning_rates)
        self.renew_optimiser()

    def __len__(self) -> int:
        return len(self.learning_rates)

    @property
    def parameters(self) -> dict[str, Tensor]:
        """Every parameter by its name in the single model: [N, ...]."""
        return {
            name: value if value.shape[-1] == size else value[..., :size]
            for (name, value), size in zip(self._leaves.items(), self._sizes, strict=True)
        }

    def __call__(self, *inputs: Tensor) -> Any:
        """What N single models would answer: inputs [N, ...], each member its own."""
        return functional_call(self.model, self.parameters, inputs)

    def shared(self, inputs: Tensor, sizes: Sequence[int]) -> Tensor:
        """The same for Perceptrons, where members stand in groups of equal input.

        inputs [G, B, D], sizes: members of each group → [N, B, out]. The first layer of a group
        is one wide product.
        """
        parameters = self.parameters
        hidden = shared_product(inputs, parameters["layers.0.weight"], sizes)
        hidden = hidden + parameters["layers.0.bias"].unsqueeze(1)
        answers: Tensor = functional_call(self.model, parameters, (hidden,), {"first": 1})
        return answers

    def renew_optimiser(self) -> None:
        """Adam with fresh moments; the weights stay.

        The fused kernel takes one rate for a tensor, so each run of members of equal rate is a
        parameter group of its own, over views of the stacked parameters.
        """
        self._runs = list(_runs(self.learning_rates))
        self._views = [
            [leaf.detach()[run] for leaf in self._leaves.values()] for run in self._runs
        ]
        rates = [self.learning_rates[run.start] for run in self._runs]
        self.optimiser = torch.optim.Adam(
            [{"params": views, "lr": r} for views, r in zip(self._views, rates, strict=True)],
            fused=True,
        )

    def step(self, losses: Tensor) -> None:
        """One Adam step for every member on its own loss: losses [N].

        A member's gradient comes from its own loss alone, so a NaN stays with its member.
        """
        leaves = list(self._leaves.values())
        gradients = torch.autograd.grad(losses.sum(), leaves)
        for run, views in zip(self._runs, self._views, strict=True):
            for view, gradient in zip(views, gradients, strict=True):
                view.grad = gradient[run]
        self.optimiser.step()

    def keep(self, places: Sequence[int]) -> None:
        """Only these members stay, each as it was, its optimiser's moments included."""
        rows = torch.tensor(places, device=next(iter(self._leaves.values())).device)
        old = [self._state(parameter) for parameter in range(len(self._leaves))]
        self._leaves = {
            name: leaf.detach()[rows].requires_grad_() for name, leaf in self._leaves.items()
        }
        self.learning_rates = [self.learning_rates[place] for place in places]
        self.renew_optimiser()
        for run, views in zip(self._runs, self._views, strict=True):
            for view, (steps, moments) in zip(views, old, strict=True):
                mine = {name: moment[rows[run]] for name, moment in moments.items()}
                self.optimiser.state[view] = {"step": steps.clone(), **mine}

    def _state(self, parameter: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Adam's step count, and its moments [N, ...] of a parameter."""
        states = [self.optimiser.state[views[parameter]] for views in self._views]
        moments = {
            name: torch.cat([state[name] for state in states])
            for name in ("exp_avg", "exp_avg_sq")
        }
        return states[0]["step"], moments

    def member(self, index: int) -> dict[str, Tensor]:
        """The weights of one member, on the CPU, by their names in the single model."""
        return {
            name: value[index].detach().cpu().clone() for name, value in self.parameters.items()
        }


def _runs(values: Sequence[float]) -> Iterator[slice]:
    """Where equal values stand side by side."""
    start = 0
    for _, equal in itertools.groupby(values):
        stop = start + len(list(equal))
        yield slice(start, stop)
        start = stop


def _padded(value: Tensor) -> Tensor:
    """Zeros after the last dimension's values, where a member does not fill LANES; see there."""
    odd = value[0].numel() % LANES
    return functional.pad(value, (0, -value.shape[-1] % LANES)) if odd else value


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
