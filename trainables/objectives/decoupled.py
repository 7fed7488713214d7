"""Decoupled knowledge distillation: the true class and the others weigh as the user says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor

from trainables.checks import check_real
from trainables.data.task import Classes
from trainables.objectives.answers import Answers
from trainables.objectives.losses import Terms, hard_cross_entropy
from trainables.objectives.objective import Objective


@dataclass(frozen=True, kw_only=True)
class Decoupled(Objective):
    """λ · hard + (1 - λ) · T² · (α · TCKD + β · NCKD).

    Zhao et al. 2022, "Decoupled Knowledge Distillation", eq. 7, with their factor T². TCKD is the
    divergence of the student from the teacher in true class against all others, NCKD that among
    the others; in Hinton's loss NCKD has the teacher's doubt 1 - p(true class) as its weight.
    λ = ½ is half of their loss, in which hard labels weigh 1; α = 1, β = 8 and T = 4 are theirs
    for CIFAR-100. They raise the soft term over 20 epochs of warm-up, which is left away here.
    """

    task: ClassVar[str] = Classes.kind
    hard_label_weight: float = 0.5
    alpha: float = 1.0
    beta: float = 8.0
    temperature: float = 4.0

    def __post_init__(self) -> None:
        check_real(self, "alpha", at_least=0.0)
        check_real(self, "beta", at_least=0.0)
        super().__post_init__()

    def loss(
        self, student: Answers, teacher: Answers, labels: Tensor, numbers: Mapping[str, Tensor]
    ) -> Terms:
        """The soft term of the curves is α · TCKD + β · NCKD."""
        hard = hard_cross_entropy(student.outputs, labels)
        weight, t = numbers["hard_label_weight"], numbers["temperature"]
        target, others = decoupled_divergences(student.outputs, teacher.outputs, labels, t)
        soft = numbers["alpha"] * target + numbers["beta"] * others
        return Terms(weight * hard + (1 - weight) * t**2 * soft, hard, soft)


class _Parts(NamedTuple):
    """Log-probabilities of the true class and of all others together [N, B].

    others: of each other class among them, [N, B, C]; 0 at the true class.
    """

    own: Tensor
    rest: Tensor
    others: Tensor


def decoupled_divergences(
    student: Tensor, teacher: Tensor, labels: Tensor, temperature: Tensor
) -> tuple[Tensor, Tensor]:
    """TCKD = KL(b_f ‖ b_g) and NCKD = KL(p̂_f ‖ p̂_g) at T, means over the batch: [N] each.

    student, teacher: logits [N, B, C]; labels int64 [N, B]; temperature [N]. b is the probability
    of the true class and of all others, p̂ the probabilities of the others among themselves (eqs.
    1 and 2).
    """
    t = temperature[:, None, None]  # contiguous: see Answers
    g, f = (_parts(each.contiguous() / t, labels) for each in (student, teacher))
    target = f.own.exp() * (f.own - g.own) + f.rest.exp() * (f.rest - g.rest)
    others = (f.others.exp() * (f.others - g.others)).sum(-1)
    return target.mean(-1), others.mean(-1)


def _parts(logits: Tensor, labels: Tensor) -> _Parts:
    index = labels.unsqueeze(-1)
    true = torch.zeros_like(logits, dtype=torch.bool).scatter_(-1, index, value=True)
    whole, rest = logits.logsumexp(-1), logits.masked_fill(true, -torch.inf).logsumexp(-1)
    own = logits.gather(-1, index).squeeze(-1)
    others = (logits - rest.unsqueeze(-1)).masked_fill(true, 0.0)
    return _Parts(own - whole, rest - whole, others)
