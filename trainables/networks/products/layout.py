"""How members' rows lie in memory, and the activations after a product."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

LINEAR, RELU, LEAKY_RELU = "none", "relu", "leaky_relu"  # activations, by oneDNN's names
SLOPE = 0.01  # of the LeakyReLU: PyTorch's default
ALIGNED = 4  # floats, 16 bytes: of a member's values, so that all begin at such an address


def apart(wide: Tensor, members: int) -> Tensor:
    """Split a wide product into its members: [B, members · O] → [members, B, O]."""
    return wide.view(len(wide), members, -1).transpose(0, 1)


def joined(parts: Sequence[Tensor]) -> Tensor:
    """Concatenate, without a copy where there is one part."""
    return parts[0] if len(parts) == 1 else torch.cat(list(parts))


def member_by_member(x: Tensor) -> Tensor:
    """The same [N, B, I], in memory too: in a wide product members' rows lie side by side."""
    side_by_side = 0 < x.stride(0) < x.stride(1)
    return x.contiguous() if side_by_side and x.device.type == "cpu" else x


def activated(x: Tensor, activation: str) -> Tensor:
    """An activation of x."""
    if activation == RELU:
        return functional.relu(x)
    return functional.leaky_relu(x, SLOPE) if activation == LEAKY_RELU else x


def before(activation: str, gradient: Tensor, y: Tensor) -> Tensor:
    """The gradient with respect to an activation's input, from that of its output y."""
    if activation == RELU:
        gradient = torch.ops.aten.threshold_backward(gradient, y, 0)
    elif activation == LEAKY_RELU:
        gradient = torch.ops.aten.leaky_relu_backward(gradient, y, SLOPE, True)
    return gradient
