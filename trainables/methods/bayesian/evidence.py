"""The evidence lower bound of mean-field Gaussians, and how a stack of networks learns by it.

Learnt from m objects, the negative bound an object is E_q[loss] + w · KL(q ‖ p) / m; with w = 1
and the loss a negative log likelihood, -m times it bounds the log evidence from below (Graves
2011; Grabovoy and Strijov 2021, eq. 7: the paper that `distillation` names).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from trainables.methods.batches import apart, normal
from trainables.methods.bayesian.gaussian_network import LOG_VARIANCE
from trainables.networks.stack import Stack
from trainables.objectives.losses import hard_cross_entropy

Gaussians = Mapping[str, Tensor]
"""Independent Gaussians [N, ...] a member: means by name, and log variances."""


def gaussian_kl(
    mean: Tensor, log_variance: Tensor, prior_mean: Tensor, prior_log_variance: Tensor
) -> Tensor:
    """KL(q ‖ p) of Gaussians with diagonal covariances: tensors [..., K] → [...], in nats.

    ½ Σ [(σ² + (μ - μ₀)²) / σ₀² - 1 - ln σ² + ln σ₀²].
    """
    found: Tensor = _Divergence.apply(mean, log_variance, prior_mean, prior_log_variance)
    return found


class _Divergence(torch.autograd.Function):
    """The same with its gradients written out: a third of the passes over all parameters."""

    @staticmethod
    def forward(context: Any, *given: Tensor) -> Tensor:
        mean, log_variance, prior_mean, prior_log_variance = given
        log_ratio = log_variance - prior_log_variance
        ratio, gap = log_ratio.exp(), mean - prior_mean
        weighed = gap * (-prior_log_variance).exp()
        context.save_for_backward(ratio, gap, weighed)
        return (ratio + gap * weighed - 1 - log_ratio).sum(-1) / 2

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        ratio, gap, weighed = context.saved_tensors
        whole, half = upstream[0].unsqueeze(-1), upstream[0].unsqueeze(-1) / 2
        of_q, of_variance, of_p, of_prior_variance = context.needs_input_grad
        return (
            weighed * whole if of_q else None,
            (ratio - 1) * half if of_variance else None,
            -weighed * whole if of_p else None,
            (1 - ratio - gap * weighed) * half if of_prior_variance else None,
        )


def kl_between(q: Gaussians, p: Gaussians) -> Tensor:
    """The same of networks' parameters, by name: [N]."""
    parts = []
    for name in q:
        if not name.endswith(LOG_VARIANCE):
            spread = name + LOG_VARIANCE
            given = (q[name], q[spread], p[name], p[spread])
            parts.append(apart(gaussian_kl, *(values.flatten(1) for values in given)))
    return torch.stack(parts).sum(0)


def standard(q: Gaussians, deviation: float = 1.0) -> dict[str, Tensor]:
    """N(0, deviation² I) for the same parameters."""
    log_variance = 2 * torch.tensor(deviation).log().item()
    return {
        name: torch.full_like(value, log_variance if name.endswith(LOG_VARIANCE) else 0.0)
        for name, value in q.items()
    }


class Bound(NamedTuple):
    """The negative bound an object, and the divergence KL(q ‖ p) in it, each [N]."""

    loss: Tensor
    kl: Tensor


@dataclass(frozen=True)
class Evidence:
    """What a stack of GaussianMlps learns by.

    prior: of each member's parameters. objects: m, from which each learns. kl_weight: w.
    loss: of outputs [N, B, out] and labels [N, B] → [N], its mean over a batch.
    """

    prior: Gaussians
    objects: int
    kl_weight: float = 1.0
    loss: Callable[[Tensor, Tensor], Tensor] = hard_cross_entropy

    def of(self, stack: Stack, x: Tensor, y: Tensor, draws: Sequence[torch.Generator]) -> Bound:
        """The bound estimated by one draw for each object of a batch: x [N, B, D], y [N, B]."""
        own = stack.parameters
        widths = [value.shape[-1] for name, value in own.items() if name.endswith(".bias")]
        noise = [normal((x.shape[1], width), draws).to(x.device) for width in widths]
        expected = self.loss(stack(x, None, noise), y)
        kl = kl_between(own, self.prior)
        return Bound(expected + self.kl_weight * kl / self.objects, kl)
