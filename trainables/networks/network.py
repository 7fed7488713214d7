"""A network as a setting names it: a frozen dataclass that builds a module for any shape.

To add one, subclass Network in your space file and write `build` (docs/own). Objects are stored
and fed flat, so a module that reads images gets them unflattened.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from trainables.data.domain import Shape
from trainables.errors import BadInputError
from trainables.networks.perceptron import Mlp
from trainables.networks.stacking.layers import reshape_inputs
from trainables.networks.stacking.way import outputs_of
from trainables.randomness import generator


@dataclass(frozen=True, kw_only=True)
class Network(ABC):
    """Inputs and outputs → a module, for students and for teachers."""

    def is_proven(self, shape: Shape) -> bool:
        """Whether it is known, without building one, that it can be trained on such objects.

        Raises BadInputError where it is known that it cannot.
        """
        return False

    @abstractmethod
    def build(self, shape: Shape, outputs: int) -> nn.Module:
        """A module that reads objects [B, *shape] and returns [B, outputs].

        shape: of one object, (channels, height, width) or (features,). Weights are drawn as
        PyTorch draws them, from its global generator. Raises BadInputError for a shape that the
        network cannot read.
        """

    @property
    def features(self) -> Mapping[str, str]:
        """Activations that objectives can ask for: a name → the submodule whose output it is.

        {"hidden": "layers.0"}, say: a path as `nn.Module.get_submodule` takes it.
        """
        return {}

    @property
    def label(self) -> str:
        """As tables show it: "ConvNet 16-32"."""
        texts = [type(self).__name__]
        for place, field in enumerate(fields(self)):
            value = getattr(self, field.name)
            text = "-".join(map(str, value)) if isinstance(value, tuple) else f"{value}"
            if place == 0 and isinstance(value, tuple):
                texts.append(text)
            elif place == 0 or value != field.default:
                texts.append(f"{field.name}={text}")
        return " ".join(texts)

    def initialised(self, shape: Shape, outputs: int, draw: torch.Generator) -> nn.Module:
        """A module that reads flat objects [B, D], D = the product of the shape.

        All its weights come from this generator. Its parameters have the names of `build`'s.
        Raises BadInputError where `build` returns something else than a module.
        """
        seed = int(torch.randint(2**62, (), generator=draw, device=draw.device))
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            module: Any = self.build(shape, outputs)
        if not isinstance(module, nn.Module):
            raise BadInputError(
                f"{type(self).__name__}.build returns {module!r}: it must return an nn.Module"
            )
        reshape_inputs(module, (math.prod(shape),), shape)
        return module


@dataclass(frozen=True, kw_only=True)
class DrawnNetwork(Network):
    """A network of modules that read flat objects and draw from the generator they are given."""

    @abstractmethod
    def initialised(self, shape: Shape, outputs: int, draw: torch.Generator) -> nn.Module:
        """A module that reads flat objects [B, D], its weights drawn from this generator."""

    def build(self, shape: Shape, outputs: int) -> nn.Module:
        """The same for objects [B, *shape], its weights drawn as PyTorch draws them."""
        module = self.initialised(shape, outputs, torch.default_generator)
        reshape_inputs(module, shape, (math.prod(shape),))
        return module


@dataclass(frozen=True, kw_only=True)
class Perceptron(DrawnNetwork):
    """A multilayer perceptron with ReLU; hidden: units of its hidden layers, one at least."""

    hidden: tuple[int, ...]

    def __post_init__(self) -> None:
        check_widths(self, "hidden", at_least=1)

    @property
    def features(self) -> Mapping[str, str]:
        """The activations of the last hidden layer, [B, hidden[-1]]."""
        return {"hidden": f"layers.{len(self.hidden) - 1}"}

    def initialised(self, shape: Shape, outputs: int, draw: torch.Generator) -> Mlp:
        """The perceptron of flat objects [B, D]."""
        return Mlp((math.prod(shape), *self.hidden, outputs), draw)


def check_widths(owner: Any, field: str, *, at_least: int) -> None:
    """Raise BadInputError unless the field holds whole numbers ≥ 1; a list becomes a tuple."""
    value = getattr(owner, field)
    whole = isinstance(value, tuple | list) and all(type(each) is int for each in value)
    if not whole or len(value) < at_least or min(value, default=1) < 1:
        raise BadInputError(
            f"{type(owner).__name__}.{field} is {value!r}: give whole numbers ≥ 1, (64, 32) say"
            + ("" if at_least else ", or none: ()")
        )
    object.__setattr__(owner, field, tuple(value))


def image_shape(network: Network, shape: Shape) -> tuple[int, int, int]:
    """Channels, height and width; raise BadInputError where the objects are no images."""
    if len(shape) != 3:
        raise BadInputError(
            f"{type(network).__name__} reads images, and given are rows of {math.prod(shape)} "
            "features: give Perceptron(hidden=(64,)), say"
        )
    channels, height, width = shape
    return channels, height, width


SMALL = 5_000_000
"""Parameters up to which a network is made to be counted. On the meta device nothing is made, but
PyTorch imports its compiler there, which takes a second or two."""


@lru_cache(maxsize=1024)
def parameters_of(network: Network, shape: Shape, outputs: int) -> int:
    """Weights and biases of a network that reads objects of this shape."""
    return sum(value.numel() for value in plain_model(network, shape, outputs).parameters())


def multiply_adds(network: Network, shape: Shape, outputs: int) -> int:
    """Multiplications, each with an addition, of products and convolutions for one object."""
    return _counted(network, shape, outputs)[0]


def activations(network: Network, shape: Shape, outputs: int) -> int:
    """Numbers that the layers put out for one object: what training keeps of it in memory."""
    return _counted(network, shape, outputs)[1]


def plain_model(network: Network, shape: Shape, outputs: int, device: str = "meta") -> nn.Module:
    """One model of flat objects; on the meta device, which computes nothing, if it can be."""
    try:
        with torch.device(device):
            return network.initialised(shape, outputs, generator("network/plain", 0)).eval()
    except BadInputError:
        raise
    except Exception:  # `build` reads values
        return network.initialised(shape, outputs, generator("network/plain", 0)).eval()


@lru_cache(maxsize=1024)
def _counted(network: Network, shape: Shape, outputs: int) -> tuple[int, int]:
    """Multiply-adds and outputs of layers, for one object."""
    if parameters_of(network, shape, outputs) <= SMALL:
        products, floats, is_all = _counted_in(plain_model(network, shape, outputs, "cpu"), shape)
        if is_all:
            return products, floats
    try:
        return _counted_whole(plain_model(network, shape, outputs), shape)
    except Exception:  # it branches by the values of its inputs, say
        return _counted_whole(plain_model(network, shape, outputs, "cpu"), shape)


def _counted_whole(module: nn.Module, shape: Shape) -> tuple[int, int]:
    products, floats, is_all = _counted_in(module, shape)
    return products if is_all else _by_torch(module, shape), floats


@torch.no_grad()
def _counted_in(module: nn.Module, shape: Shape) -> tuple[int, int, bool]:
    """The same; and whether these are all, or there is attention, which PyTorch can count."""
    from torch.utils._python_dispatch import TorchDispatchMode

    products: list[int] = []
    unknown: set[str] = set()
    made: dict[int, Tensor] = {}  # once each: a ReLU may put out what it was given

    def note(part: nn.Module, inputs: Any, output: Any) -> None:
        if isinstance(output, Tensor):
            made[id(output)] = output

    class Inside(TorchDispatchMode):
        """What modules of several steps make inside."""

        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            return False  # nothing is compiled here; else PyTorch imports its compiler: a second

        def __torch_dispatch__(
            self, function: Any, types: Any, given: Any = (), options: Any = None
        ) -> Any:
            output = function(*given, **(options or {}))
            name = function.overloadpacket.__name__
            if name == "convolution":
                note(module, given, output)
            if name in PRODUCTS:
                products.append(PRODUCTS[name](output, *given))
            unknown.update({name} if "attention" in name or name.startswith("_scaled") else ())
            return output

    for part in module.modules():
        if not [*part.children()]:
            part.register_forward_hook(note)
    one = torch.zeros(1, math.prod(shape), device=next(module.parameters()).device)
    inside: Any = Inside
    with inside():
        module(one)
    floats = sum(output.numel() for output in made.values())
    return sum(products), floats, not unknown


@torch.no_grad()
def _by_torch(module: nn.Module, shape: Shape) -> int:
    """Multiply-adds as PyTorch counts them, of attention too."""
    from torch.utils.flop_counter import FlopCounterMode  # takes a second, where it is used

    one = torch.zeros(1, math.prod(shape), device=next(module.parameters()).device)
    with FlopCounterMode(display=False) as counter:
        module(one)
    return int(counter.get_total_flops() // 2)


PRODUCTS: dict[str, Callable[..., int]] = {
    "mm": lambda y, a, b, *_: y.numel() * a.shape[-1],
    "addmm": lambda y, bias, a, b, *_: y.numel() * a.shape[-1],
    "bmm": lambda y, a, b, *_: y.numel() * a.shape[-1],
    "baddbmm": lambda y, bias, a, b, *_: y.numel() * a.shape[-1],
    # convolution(x, weight, bias, stride, padding, dilation, transposed, ...)
    "convolution": lambda y, x, weight, *others: (
        (x if others[4] else y).numel() * weight[0].numel()
    ),
}
"""Multiply-adds by PyTorch's operation, of its output and inputs; the same as PyTorch counts."""


@lru_cache(maxsize=1024)
def feature_shapes(network: Network, shape: Shape, outputs: int) -> dict[str, Shape]:
    """The shape of each named feature, of one object."""
    model = plain_model(network, shape, outputs, "cpu")
    with torch.no_grad(), outputs_of(model, network.features) as found:
        model(torch.zeros(1, math.prod(shape)))
    return {name: tuple(value.shape[1:]) for name, value in found.items()}
