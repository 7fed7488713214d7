"""Whether a network can be trained in a stack: it is tried on two objects, before all else."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from trainables.checks import check_told_apart
from trainables.data.domain import Shape
from trainables.errors import BadInputError, one_line
from trainables.networks.network import Network
from trainables.randomness import generator


def check_network(network: Network, shape: Shape, outputs: int) -> None:
    """Try a network on two objects; raise BadInputError in one line unless it can be trained."""
    check_told_apart(repr(network), network)
    if not network.is_proven(shape):
        _check_network(network, shape, outputs)


@lru_cache(maxsize=1024)
def _check_network(network: Network, shape: Shape, outputs: int) -> None:
    what = f"the network {type(network).__name__}"
    given = f"{'×'.join(map(str, shape))} and {outputs} outputs"
    module, again = (
        _tried(
            lambda: network.initialised(shape, outputs, generator("network/check", 0)),
            f"{what} cannot be built for {given}",
        )
        for _ in range(2)
    )
    if fault := _fault(module) or _difference(module, again):
        raise BadInputError(f"{what} {fault}")
    if missing := [path for path in network.features.values() if not _has(module, path)]:
        raise BadInputError(
            f"{what} names a feature of {missing[0]!r}, and its module has no such part: give "
            "a path that named_modules() lists"
        )
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.default_generator.manual_seed(0)
        two = torch.rand(2, math.prod(shape))
        found = _tried(lambda: module(two), f"{what} fails on two objects of {given}")
    made = f"a {type(found).__name__}"
    if isinstance(found, Tensor):
        made = f"[{', '.join(map(str, found.shape))}]"
    if made != f"[2, {outputs}]":
        raise BadInputError(
            f"{what} makes {made} of two objects of {given}: it must make [2, {outputs}]"
        )
    if found.dtype != torch.float32:
        raise BadInputError(f"{what} makes numbers of type {found.dtype}: it must make float32")


def _tried(attempt: Callable[[], Any], what: str) -> Any:
    try:
        return attempt()
    except BadInputError:
        raise
    except Exception as error:
        raise BadInputError(f"{what}: {type(error).__name__}: {one_line(error)}") from None


def _has(module: nn.Module, path: str) -> bool:
    return path in dict(module.named_modules())


def _fault(module: nn.Module) -> str | None:
    """Why many of these cannot be trained as one, if they cannot."""
    named = dict(module.named_parameters(remove_duplicate=False))
    if not named:
        return "has no parameters: there is nothing to train"
    names: dict[int, str] = {}
    for name, value in named.items():
        if isinstance(value, nn.parameter.UninitializedParameter):
            return f"does not know the shape of {name} yet: give its size instead of a lazy module"
        if value.dtype != torch.float32:
            return f"has {name} of type {value.dtype}: make it float32"
        if not value.requires_grad:
            return f"has a frozen parameter {name}: make it a buffer (register_buffer)"
        if (first := names.setdefault(id(value), name)) != name:
            return f"has one parameter under two names, {first} and {name}: give each its own"
    return None


def _difference(one: nn.Module, other: nn.Module) -> str | None:
    """Whether the same seed made two networks."""
    same = all(map(torch.equal, one.parameters(), other.parameters()))
    return None if same else "gets other weights from the same seed: draw them by PyTorch alone"
