"""Layers of images for a stack: on a CPU each member goes through all of them before the next.

A member's maps are some MB. Layer by layer over all members they would come from memory each time
and be given back to it, and the pages that the system gives anew cost more than the convolutions.
On a GPU a layer is one call for all members, which are groups (not measured there); on a CPU a
grouped convolution rounds by the number of groups, and is slower. See docs/speed.md,
"convolution".
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any

import torch
from torch import Tensor, nn

from trainables.networks.convolution_kernels import by_channel
from trainables.networks.stacking.memory import keep_freed_memory

CHUNK = 128  # objects evaluated at a time; 64 to 256 are equal, 1,000 do not fit into a cache

Call = Callable[[nn.Module, Tensor], Tensor]  # of a part with what it reads
Values = tuple[Tensor | None, ...]


class ImageLayer(nn.Module):
    """A layer that tells what it does for one member; its values are [N, ...]."""

    needs_outputs = True  # for its gradient, so that nobody may change them in place
    blocked = False  # whether it also takes maps in oneDNN's own layout, when evaluated

    @property
    def values(self) -> Values:
        """All that each member has of its own, [N, ...]."""
        return ()

    @abstractmethod
    def one(self, x: Tensor, *own: Any) -> Tensor:
        """One member's maps: [B, C, H, W] → [B, C', H', W']. own: its values."""

    @abstractmethod
    def together(self, x: Tensor) -> Tensor:
        """All members' maps by one call: [N, B, C, H, W] → [N, B, C', H', W']."""

    def forward(self, x: Tensor) -> Tensor:
        """All members' maps, on a CPU each to the bit as if it were alone."""
        return through([self], x)


class Joined(nn.Module):
    """A module that joins known layers by arithmetic, which is the same for a stack."""

    @abstractmethod
    def join(self, x: Tensor, call: Call) -> Tensor:
        """The outputs for x, every part called by `call(self.part, x)`."""

    def forward(self, x: Tensor) -> Tensor:
        """The outputs for x, of one model or of a stack."""
        return self.join(x, lambda part, x: part(x))


class Chain(nn.Sequential):
    """nn.Sequential for a stack. Layers of images in a row are gone through member by member."""

    def forward(self, x: Tensor) -> Tensor:
        """The outputs of the last part."""
        waiting: list[nn.Module] = []
        for part in self:
            if x.dim() == 5 and _is_of_images(part) and not _is_watched(part):
                waiting.append(part)
                continue
            x = part(through(waiting, x) if waiting else x)
            waiting = []
        return through(waiting, x) if waiting else x


def each(function: Callable[..., Tensor], *stacked: Tensor | None) -> Tensor:
    """Function of each member's own: N × results as one. What is None stays None."""
    members = [repeat(None) if given is None else given.unbind() for given in stacked]
    return torch.stack([function(*own) for own in zip(*members, strict=False)])


def through(parts: Sequence[nn.Module], x: Tensor) -> Tensor:
    """All members' x [N, B, ...] through these parts, which are of ImageLayers."""
    if x.device.type != "cpu":
        return _in_a_row(parts, x, _together)
    keep_freed_memory()
    layers = [layer for part in parts for layer in part.modules() if isinstance(layer, ImageLayer)]
    layers = [layer for layer in layers if layer.values]
    values = [layer.values for layer in layers]
    evaluated = not torch.is_grad_enabled() and not any(layer.training for layer in layers)

    def member(x: Tensor, *own: Tensor | None) -> Tensor:
        rest = iter(own)
        mine = {
            layer: [next(rest) for _ in given] for layer, given in zip(layers, values, strict=True)
        }

        def call(layer: nn.Module, x: Tensor) -> Tensor:
            assert isinstance(layer, ImageLayer)
            return layer.one(x, *mine.get(layer, ()))

        if x.dim() != 4:
            return _in_a_row(parts, x, call)
        if evaluated:
            return _evaluated(parts, x, call, own)
        return by_channel(_in_a_row(parts, x, call))

    return each(member, x, *(value for given in values for value in given))


def _evaluated(
    parts: Sequence[nn.Module], x: Tensor, call: Call, own: Sequence[Tensor | None]
) -> Tensor:
    """One member's maps, some objects at a time, in oneDNN's own layout where layers take it.

    Not where a value is no number, for oneDNN's pooling takes NaN for the least of all.
    """
    can = torch.backends.mkldnn.is_available() and x.dtype == torch.float32
    finite = can and all(bool(value.isfinite().all()) for value in own if value is not None)

    def lay_out(part: nn.Module, x: Tensor) -> Tensor:
        return _laid_out(x, blocked=finite and isinstance(part, ImageLayer) and part.blocked)

    found = [_in_a_row(parts, some, call, lay_out) for some in x.split(CHUNK)]
    return torch.cat([_laid_out(some, blocked=False) for some in found])


def _laid_out(x: Tensor, *, blocked: bool) -> Tensor:
    if blocked == (x.layout == torch._mkldnn):  # type: ignore[attr-defined]  # no stub has it
        return x
    return x.to_mkldnn() if blocked else x.to_dense()


def _together(layer: nn.Module, x: Tensor) -> Tensor:
    assert isinstance(layer, ImageLayer)
    return layer.together(x)


def _in_a_row(
    parts: Iterable[nn.Module], x: Tensor, call: Call, lay_out: Call | None = None
) -> Tensor:
    """The last part's outputs. A ReLU changes maps in place where no gradient needs them.

    lay_out: what is done to the inputs of each part, but not within a Joined one.
    """
    free = False
    for part in _ordered(parts):
        x = x if lay_out is None else lay_out(part, x)
        if isinstance(part, Joined):
            x = part.join(x, lambda inner, x: _in_a_row([inner], x, call))
        elif isinstance(part, nn.ReLU) and free:
            x = x.relu_()
        else:
            x = call(part, x)
        free = isinstance(part, ImageLayer) and not part.needs_outputs
    return x


def _ordered(parts: Iterable[nn.Module]) -> list[nn.Module]:
    """Chains unrolled, and poolings before their ReLUs: the same maxima, of fewer numbers."""
    found: list[nn.Module] = []
    for part in parts:
        for one in _ordered(part) if isinstance(part, nn.Sequential) else [part]:
            late = isinstance(one, nn.MaxPool2d) and found and isinstance(found[-1], nn.ReLU)
            found.insert(len(found) - 1 if late else len(found), one)
    return found


def _is_of_images(part: nn.Module) -> bool:
    if isinstance(part, nn.Sequential | Joined):
        return all(_is_of_images(inner) for inner in part.children())
    return isinstance(part, ImageLayer)


def _is_watched(part: nn.Module) -> bool:
    """Whether somebody notes what goes in or out, as of the features that objectives ask for."""
    return any(inner._forward_hooks or inner._forward_pre_hooks for inner in part.modules())
