"""Many models of one shape trained as one stacked model.

A student is so small that one at a time leaves the machine idle. Here every parameter is
[N, ...] and a layer of all members is one call (see kernels). Members share nothing: each has
its own data order and random draws, and equals its solo run to the bit (see LANES).
"""

import copy
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import stack_module_state
from torch.nn import functional

LANES = 32
"""Floats that PyTorch's vectorised loops take at a time (AVX-512).

What is left over at the end of a tensor goes through scalar code that rounds differently. So each
member's parameters are padded to a multiple of LANES: then neither a member's place in the stack
nor its company changes a bit of it. This holds on a CPU with one thread, and for batches of a
multiple of 8 objects (MKL's products need aligned rows for it)."""

ADAM: dict[str, Any] = {
    "beta1": 0.9, "beta2": 0.999, "eps": 1e-8,
    "weight_decay": 0.0, "amsgrad": False, "maximize": False,
}  # PyTorch's defaults, as published: docs/protocol, "What was run"  # fmt: skip

Report = Callable[[float], None]  # called with the fraction of a cohort's work that is done


class Stack:
    """N models of one shape as one, with Adam at a learning rate for each member."""

    def __init__(
        self, models: Sequence[nn.Module], learning_rates: Sequence[float], device: torch.device
    ) -> None:
        stacked, _ = stack_module_state(list(models))
        self._widths = [value.shape[-1] for value in stacked.values()]
        self._values = [_padded(value.detach()).to(device) for value in stacked.values()]
        self.model = copy.deepcopy(models[0])
        self.learning_rates = list(learning_rates)
        self._take_values()
        self.renew_optimiser()

    def _take_values(self) -> None:
        """Let the model's parameters be views of these values, without their padding."""
        # Adam updates the padded values in place, and so the model's parameters.
        names = [name for name, _ in self.model.named_parameters()]
        for name, value, width in zip(names, self._values, self._widths, strict=True):
            path, _, own = name.rpartition(".")
            leaf = nn.Parameter(value if value.shape[-1] == width else value[..., :width])
            setattr(self.model.get_submodule(path), own, leaf)
        self._leaves = list(self.model.parameters())

    def __len__(self) -> int:
        return len(self.learning_rates)

    @property
    def parameters(self) -> dict[str, Tensor]:
        """Every parameter by its name in the single model: [N, ...]."""
        return dict(self.model.named_parameters())

    def __call__(self, *inputs: Any) -> Any:
        """The outputs of N single models, each on its own inputs: [N, ...]."""
        return self.model(*inputs)

    def shared(self, inputs: Tensor, sizes: Sequence[int]) -> Tensor:
        """The same for Perceptrons whose members come in groups that share their input.

        inputs [G, B, D], sizes: members in each group → [N, B, out]. The first layer of a group
        is one wide product, several times as fast as one product a member.
        """
        outputs: Tensor = self.model(inputs, sizes)
        return outputs

    def renew_optimiser(self) -> None:
        """Reset Adam's moments; the weights stay."""
        self._moments = [[torch.zeros_like(v) for v in self._values] for _ in range(2)]
        self._steps = torch.zeros((), device=self._values[0].device)
        self._group()

    def _group(self) -> None:
        """Make views of weights and moments for each run of members with equal learning rate.

        The fused kernel takes one learning rate a call, so each such run is a call of its own.
        """
        self._runs = [
            (run, [[each[run] for each in kind] for kind in (self._values, *self._moments)])
            for run in _runs(self.learning_rates)
        ]

    def step(self, losses: Tensor) -> None:
        """One step of Adam for every member on its own loss: losses [N].

        A member's gradient comes from its own loss alone, so a NaN stays with its member.
        """
        gradients = self._gradients(losses)
        self._steps += 1
        steps = [self._steps] * len(gradients)
        for run, (values, first, second) in self._runs:
            mine = gradients if len(self._runs) == 1 else [each[run] for each in gradients]
            rate = self.learning_rates[run.start]
            torch._fused_adam_(values, mine, first, second, [], steps, lr=rate, **ADAM)

    def _gradients(self, losses: Tensor) -> list[Tensor]:
        """The gradients of the sum of losses, by parameter, padded as the values are.

        Contiguous, because PyTorch's fused kernels read memory in order whatever the strides say:
        a transposed gradient would silently update the wrong weights.
        """
        found = torch.autograd.grad(losses.sum(), self._leaves)
        return [
            gradient.contiguous() if width == value.shape[-1] else _padded(gradient).contiguous()
            for gradient, value, width in zip(found, self._values, self._widths, strict=True)
        ]

    def keep(self, places: Sequence[int]) -> None:
        """Keep only the members at these places, each unchanged, its Adam moments included."""
        rows = torch.tensor(places, device=self._values[0].device)
        self._values = [value[rows] for value in self._values]
        self._moments = [[moment[rows] for moment in kind] for kind in self._moments]
        self.learning_rates = [self.learning_rates[place] for place in places]
        self._take_values()
        self._group()

    def member(self, index: int) -> dict[str, Tensor]:
        """The weights of one member, on the CPU, by their names in the single model."""
        return {
            name: value[index].detach().cpu().clone() for name, value in self.parameters.items()
        }


def _runs(values: Sequence[float]) -> Iterator[slice]:
    """The slices of neighbouring equal values."""
    start = 0
    for _, equal in itertools.groupby(values):
        stop = start + len(list(equal))
        yield slice(start, stop)
        start = stop


def _padded(value: Tensor) -> Tensor:
    """Pad the last dimension with zeros where a member does not fill LANES; see there."""
    odd = value[0].numel() % LANES
    return functional.pad(value, (0, -value.shape[-1] % LANES)) if odd else value


def shuffled(objects: int, generators: Sequence[torch.Generator]) -> Tensor:
    """An epoch's order for each member, from its own generator: int64 [N, objects]."""
    return torch.stack([torch.randperm(objects, generator=g) for g in generators])


def batches(order: Tensor, size: int) -> Iterator[Tensor]:
    """Consecutive batches of an order [N, n]: [N, B]; the last may be smaller."""
    yield from order.split(size, dim=1)


def gather_inputs(sources: Sequence[Tensor], rows: Tensor) -> Tensor:
    """Each member's rows of its own source: sources N × [n, D], rows [N, B] → float32 [N, B, D].

    Grey bytes become [0, 1]; float sources are taken as they are.
    """
    first = sources[0]
    picked = torch.empty(*rows.shape, first.shape[1], dtype=first.dtype, device=first.device)
    for source, mine, place in zip(sources, rows, picked, strict=True):
        torch.index_select(source, 0, mine, out=place)
    return picked.float().div_(255) if first.dtype == torch.uint8 else picked


def stack_equal(tensors: Sequence[Tensor], device: torch.device) -> Tensor:
    """Members' tensors of equal shape as one on the device: N × [...] → [N, ...]."""
    return torch.stack(list(tensors)).to(device)
