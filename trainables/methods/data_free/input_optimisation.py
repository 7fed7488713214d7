"""Making inputs by gradient: what class impressions and data impressions share."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

Objective = Callable[[Tensor, Tensor], Tensor]  # inputs [B, 784], their places [B] → losses [B]
BLOCK = 1_000  # inputs made at a time


def make_inputs(
    start: Tensor,
    objective: Objective,
    *,
    steps: int,
    rate: float,
    draw: torch.Generator | None = None,
) -> Tensor:
    """Minimise each input's own objective by Adam, pixels kept in [0, 1]: [n, 784] → [n, 784].

    draw: where given, what is judged in a step is the input under a small random turn, scale and
    shift; so that what is made is there for any pose, and neighbouring pixels agree.
    """
    made = []
    for places in torch.arange(len(start), device=start.device).split(BLOCK):
        x = start[places].clone().requires_grad_()
        adam = torch.optim.Adam([x], lr=rate, fused=True)
        for _ in range(steps):
            seen = random_affine(x, draw) if draw else x
            (x.grad,) = torch.autograd.grad(objective(seen, places).sum(), [x])
            adam.step()
            with torch.no_grad():
                x.clamp_(0.0, 1.0)
        made.append(x.detach())
    return torch.cat(made)


def random_affine(
    images: Tensor,
    draw: torch.Generator,
    *,
    degrees: float = 10.0,
    scale: float = 0.1,
    shift: float = 0.08,
) -> Tensor:
    """Each image [B, 784] turned, scaled and shifted a little, by its own draw: [B, 784].

    degrees: the largest turn; scale: the largest change of size; shift: of place, as a share of
    the picture. (torchvision's transforms draw once for a whole batch.)
    """
    turn, size, right, down = (torch.rand(4, len(images), generator=draw) * 2 - 1).to(
        images.device
    )
    angle = turn * degrees * torch.pi / 180
    cosine, sine = angle.cos() * (1 + scale * size), angle.sin() * (1 + scale * size)
    rows = (
        torch.stack([cosine, -sine, 2 * shift * right], dim=-1),
        torch.stack([sine, cosine, 2 * shift * down], dim=-1),
    )
    pictures = images.view(-1, 1, 28, 28)
    grid = functional.affine_grid(
        torch.stack(rows, dim=1), list(pictures.shape), align_corners=False
    )
    return functional.grid_sample(pictures, grid, align_corners=False).flatten(1)
