"""PyTorch's own layers for a stack: their weights and inputs have a further first dimension N.

Each does for every member what it does for one model, whatever the member's company, to the bit
on a CPU. So what rounds by where a tensor ends is done member by member.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from trainables.networks.kernels import layer
from trainables.networks.products.traced import Traced
from trainables.networks.stacking.image_layers import (
    Conv2d,
    MaxPool2d,
    Normalised,
    ReLU,
    elementwise,
    pooling,
)
from trainables.networks.stacking.images import Chain, Joined


class Stackable(nn.Module):
    """A module that is written for one model and, with stacked weights, for N of them.

    Its inputs are [..., B, D], with all dimensions before B those of the weights. `grouped` ones
    take a second argument `sizes`: members in groups share their input [G, B, D] then.
    """

    grouped = False

    def traced(self, *inputs: Any) -> Traced | None:
        """The outputs of a stack, with the gradients written out; None where they are not."""
        return None


@dataclass(frozen=True)
class Reshaped:
    """What a module's inputs become before it reads them: [..., *before] → [..., *after].

    A forward pre-hook, for that leaves the names of the module's parameters as they are.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]

    def __call__(self, module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs, the first one reshaped."""
        first, *others = inputs
        return first.reshape(*first.shape[: -len(self.before)], *self.after), *others


def reshape_inputs(module: nn.Module, before: tuple[int, ...], after: tuple[int, ...]) -> None:
    """From here on let what this module is given be reshaped before it reads it."""
    module.register_forward_pre_hook(Reshaped(before, after))


class _Linear(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        bias = self.weight.new_zeros(self.weight.shape[:2]) if self.bias is None else self.bias
        rows = x.flatten(1, -2) if x.dim() > 3 else x
        found: Tensor = layer(rows, self.weight, bias).unflatten(1, x.shape[1:-1])
        return found


class _Flatten(nn.Flatten):
    def forward(self, x: Tensor) -> Tensor:
        first, last = (d + 1 if d >= 0 else d for d in (self.start_dim, self.end_dim))
        return x.flatten(first, last)


class _Dropout(nn.Dropout):
    """Dropout whose draws come from each member's own CPU generator."""

    draws: Sequence[torch.Generator] | None = None

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        if self.draws is None:
            raise ValueError("dropout draws: give Stack(draws=...) a generator for each member")
        kept = torch.stack(
            [torch.empty(x.shape[1:]).bernoulli_(1 - self.p, generator=own) for own in self.draws]
        )
        return x * kept.to(x.device).div_(1 - self.p if self.p < 1 else 1)


STACKED: dict[type[nn.Module], type[nn.Module]] = {
    nn.Linear: _Linear,
    nn.Conv2d: Conv2d,
    nn.BatchNorm1d: type("BatchNorm1d", (Normalised, nn.BatchNorm1d), {}),
    nn.BatchNorm2d: type("BatchNorm2d", (Normalised, nn.BatchNorm2d), {}),
    nn.Flatten: _Flatten,
    nn.Dropout: _Dropout,
    nn.MaxPool2d: MaxPool2d,
    nn.ReLU: ReLU,
    **{kind: pooling(kind) for kind in (nn.AvgPool2d, nn.AdaptiveAvgPool2d)},
    **{kind: elementwise(kind, whole=True) for kind in (nn.Identity, nn.LeakyReLU)},
    **{kind: elementwise(kind, whole=False) for kind in (nn.GELU, nn.Tanh, nn.Sigmoid)},
    nn.Sequential: Chain,
}
"""PyTorch's layers that are known, and what does the same for a stack."""


def is_known(model: nn.Module) -> bool:
    """Whether a stack of these is one module: a chain of known layers, or written for stacks."""
    if type(model) is nn.Sequential or isinstance(model, Joined):
        return not _hooked(model) and all(is_known(part) for part in model.children())
    if type(model) in STACKED:
        return not _hooked(model)
    owners = [part for part in model.modules() if _owns_values(part)]
    return bool(owners) and all(isinstance(part, Stackable) for part in owners)


def _hooked(part: nn.Module) -> bool:
    """Whether more happens than its forward: a hook makes the weight in `weight_norm`, say."""
    before = part._forward_pre_hooks.values()
    return bool(part._forward_hooks) or not all(isinstance(hook, Reshaped) for hook in before)


def _owns_values(part: nn.Module) -> bool:
    own = [*part.parameters(recurse=False), *part.buffers(recurse=False)]
    return bool(own)


def for_stack(model: nn.Module, draws: Sequence[torch.Generator] | None) -> nn.Module:
    """A known model's copy that reads stacked inputs, as soon as its values are stacked."""
    copied = copy.deepcopy(model)
    for part in copied.modules():
        if type(part) in STACKED:
            part.__class__ = STACKED[type(part)]  # the same layer otherwise, with all its options
        if isinstance(part, _Dropout):
            part.draws = draws
    return copied
