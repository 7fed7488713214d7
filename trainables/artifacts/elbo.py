"""The terms of a VAE's loss, the negative ELBO, and their gradients written out.

Kingma and Welling 2014, eq. 10; docs/protocol, "Losses". A term is one value for each leading
index (a member of a stack), the mean over its batch. The gradients are written out because the
terms themselves are for the records alone, and because a VAE's step by autograd spends as long in
elementwise passes as in products.
"""

import torch
from torch import Tensor


def bernoulli_reconstruction(logits: Tensor, targets: Tensor, bound: float) -> Tensor:
    """-log p(x | z) of grey values under a Bernoulli likelihood, summed over pixels.

    logits, targets [..., B, P] → [...]. Logits are clamped to ±bound, at most 80. Kingma and
    Welling 2014, app. C.1.
    """
    clamped = logits.clamp(-bound, bound)
    # log(1 + e^l) - t·l: on a CPU ten times as fast as softplus, and exact where |l| < 10.
    return ((1 + clamped.exp()).log() - targets * clamped).sum(-1).mean(-1)


def reconstruction_gradient(logits: Tensor, targets: Tensor, bound: float) -> Tensor:
    """Its gradient with respect to the logits: (σ(l) - t) / B, 0 beyond the bound."""
    found = torch.sigmoid(logits).sub_(targets).div_(logits.shape[-2])
    gradient: Tensor = torch.ops.aten.hardtanh_backward(found, logits, -bound, bound)
    return gradient


def gaussian_kl(mean: Tensor, std: Tensor) -> Tensor:
    """KL(N(mean, std²) ‖ N(0, I)), summed over the latent (Kingma and Welling 2014, app. B).

    mean, std [..., B, L] → [...].
    """
    return (0.5 * (mean**2 + std**2 - 1) - std.log()).sum(-1).mean(-1)


def kl_gradients(mean: Tensor, std: Tensor) -> tuple[Tensor, Tensor]:
    """Its gradients with respect to mean and std: mean / B and (std - 1/std) / B."""
    objects = mean.shape[-2]
    return mean / objects, (std - std.reciprocal()) / objects
