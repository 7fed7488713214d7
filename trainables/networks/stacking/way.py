"""How N models of one kind are called as one: what all ways of it have in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from trainables.networks.products.traced import Traced

Draws = Sequence[torch.Generator] | None  # of each member, for dropout and the like
Named = dict[str, Tensor]


class Way(ABC):
    """N models of one kind as one. Parameters are given by `take` and changed in place."""

    name: str
    leaves: list[Tensor]  # what gradients are taken of
    grouped = False  # whether it takes the sizes of groups that share their inputs, too
    is_static = False  # whether a call is the same operations each time, none of them the host's

    @abstractmethod
    def __init__(self, models: Sequence[nn.Module], device: torch.device, draws: Draws) -> None:
        """The models stay as they are."""

    @abstractmethod
    def take(self, values: Named) -> None:
        """Let the parameters be these values [N, ...], all of them, in the models' order."""

    def __call__(self, *inputs: Any) -> Any:
        """The outputs [N, ...] of each model for its own inputs: all tensors are [N, ...]."""
        return self.with_outputs({}, *inputs)[0]

    @abstractmethod
    def with_outputs(self, paths: Mapping[str, str], *inputs: Any) -> tuple[Any, Named]:
        """The same, and the outputs [N, ...] of these submodules: name → path."""

    def traced(self, *inputs: Any) -> Traced | None:
        """The outputs with their gradients written out; None where autograd must find them."""
        return None

    @property
    @abstractmethod
    def parameters(self) -> Named:
        """By name, [N, ...]."""

    @property
    @abstractmethod
    def buffers(self) -> Named:
        """By name, [N, ...]."""

    def gradients(self, loss: Tensor, *, once: bool = True) -> Sequence[Tensor]:
        """Of each parameter, [N, ...]; zero where the loss does not depend on it.

        once: whether nothing else is differentiated of this loss.
        """
        return self.gradients_of([loss], [None], once=once)

    @abstractmethod
    def gradients_of(
        self, outputs: Sequence[Tensor], upstream: Sequence[Tensor | None], *, once: bool = True
    ) -> Sequence[Tensor]:
        """The same, from the gradients `upstream` of a loss with respect to these outputs."""

    @abstractmethod
    def keep(self, places: list[int]) -> None:
        """Keep only these members; their parameters are given next."""

    @abstractmethod
    def copy_rows(self, sources: list[int], to: list[int]) -> None:
        """Copy all but parameters and draws of members to these places; see Stack.copy_rows."""

    @abstractmethod
    def train(self, mode: bool) -> None:
        """Whether dropout drops, and batches are normalised by themselves."""


@contextmanager
def outputs_of(model: nn.Module, paths: Mapping[str, str]) -> Iterator[Named]:
    """While this is open, a call of the model leaves here what these submodules put out.

    paths: a name → a submodule's path, as in Network.features.
    """
    found: Named = {}

    def noting(name: str) -> Any:
        return lambda module, inputs, output: found.update({name: output})

    hooks = [
        model.get_submodule(path).register_forward_hook(noting(name))
        for name, path in paths.items()
    ]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


def let_parameters_be(model: nn.Module, values: Named) -> list[Tensor]:
    """Set parameters that share memory with these values; they are returned."""
    leaves: list[Tensor] = [nn.Parameter(value) for value in values.values()]
    for name, leaf in zip(values, leaves, strict=True):
        set_value(model, name, leaf)
    return leaves


def set_value(model: nn.Module, name: str, value: Tensor) -> None:
    """Set a parameter or buffer by its name."""
    path, _, own = name.rpartition(".")
    setattr(model.get_submodule(path), own, value)


def stacked(members: Sequence[Named]) -> Named:
    """What each member has, by name: [N, ...]."""
    return {name: torch.stack([own[name] for own in members]) for name in members[0]}
