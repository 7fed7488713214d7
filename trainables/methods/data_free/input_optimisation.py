"""Making inputs by gradient descent: what class impressions and data impressions share."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from trainables.data.domain import Shape

Objective = Callable[[Tensor, Tensor], Tensor]  # inputs [B, D], their places [B] → losses [B]
BLOCK = 1_000  # inputs made at a time


def make_inputs(
    start: Tensor,
    objective: Objective,
    *,
    steps: int,
    rate: float,
    shape: Shape,
    draw: torch.Generator | None = None,
    stops: bool = False,
) -> Tensor:
    """Minimise each input's own objective by Adam, pixels kept in [0, 1]: [n, D] → [n, D].

    shape: of an input, (channels, height, width).
    draw: where given, each step judges the input under a small random rotation, scale and shift.
        What is made then holds under any of them, and neighbouring pixels agree.
    stops: whether an input stays as it is from where its gradient vanishes; else Adam's momentum
        moves it on.
    """
    made = []
    for places in torch.arange(len(start), device=start.device).split(BLOCK):
        x = start[places].clone().requires_grad_()
        adam = torch.optim.Adam([x], lr=rate, fused=True)
        done = torch.zeros(len(x), 1, dtype=torch.bool, device=x.device)
        for _ in range(steps):
            before = x.detach().clone() if stops else x
            seen = random_affine(x, shape, draw) if draw else x
            (gradient,) = torch.autograd.grad(objective(seen, places).sum(), [x])
            x.grad = gradient.contiguous()  # a fused Adam reads past the end of an expanded one
            adam.step()
            with torch.no_grad():
                x.clamp_(0.0, 1.0)
                if stops:
                    done |= (x.grad == 0).all(1, keepdim=True)
                    x.copy_(torch.where(done, before, x))
        made.append(x.detach())
    return torch.cat(made)


def random_affine(
    images: Tensor,
    shape: Shape,
    draw: torch.Generator,
    *,
    degrees: float = 10.0,
    scale: float = 0.1,
    shift: float = 0.08,
) -> Tensor:
    """Each image [B, D] rotated, scaled and shifted a little, by a draw of its own: [B, D].

    shape: of an image, (channels, height, width).
    degrees, scale, shift: the largest rotation, change of size, and shift as a share of the image.
    (torchvision's transforms draw once for a whole batch.)
    """
    turn, size, right, down = (torch.rand(4, len(images), generator=draw) * 2 - 1).to(
        images.device
    )
    angle = turn * degrees * torch.pi / 180
    cosine, sine = angle.cos() * (1 + scale * size), angle.sin() * (1 + scale * size)
    tall = shape[1] / shape[2]  # the grid's coordinates go from -1 to 1 over height and width
    rows = (
        torch.stack([cosine, -sine * tall, 2 * shift * right], dim=-1),
        torch.stack([sine / tall, cosine, 2 * shift * down], dim=-1),
    )
    pictures = images.reshape(-1, *shape)
    grid = functional.affine_grid(
        torch.stack(rows, dim=1), list(pictures.shape), align_corners=False
    )
    return functional.grid_sample(pictures, grid, align_corners=False).flatten(1)
