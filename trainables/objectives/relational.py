"""Relational knowledge distillation: objects lie to each other as in the teacher's answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from trainables.checks import check_real
from trainables.objectives.answers import OUTPUTS, Answers
from trainables.objectives.features import Pair, pair_of, shown
from trainables.objectives.losses import Terms
from trainables.objectives.objective import Objective, label_loss

PLACE: Pair = (OUTPUTS, OUTPUTS)


@dataclass(frozen=True, kw_only=True)
class Relational(Objective):
    """hard + distance · RKD-D + angle · RKD-A: how objects of a batch lie to each other.

    Park et al. 2019, "Relational Knowledge Distillation", eqs. 5 to 9, as a mean over the batch's
    pairs and triples of distinct objects, where they sum; 25 and 50 are their weights for
    classes. features: what is compared, a name of both networks or (the student's, the
    teacher's); by default their outputs. Sizes may differ.

    A batch of B objects has B³ angles: RKD-A costs a small student more than all else.
    """

    distance: float = 25.0
    angle: float = 50.0
    features: str | Pair = PLACE

    def __post_init__(self) -> None:
        check_real(self, "distance", at_least=0.0)
        check_real(self, "angle", at_least=0.0)
        object.__setattr__(self, "features", pair_of(self, self.features))
        super().__post_init__()

    @property
    def student_features(self) -> tuple[str, ...]:
        """The first of the pair, unless it is the outputs."""
        return _named(self.features[0])

    @property
    def teacher_features(self) -> tuple[str, ...]:
        """The second of the pair, unless it is the outputs."""
        return _named(self.features[1])

    @property
    def variant(self) -> str:
        """Names the feature."""
        return "" if self.features == PLACE else f" {shown(self, self.features)}"

    @property
    def shape(self) -> tuple[Any, ...]:
        """Members without the costly angles are not slowed by those with them."""
        return *super().shape, self.angle > 0

    def loss(
        self, student: Answers, teacher: Answers, labels: Tensor, numbers: Mapping[str, Tensor]
    ) -> Terms:
        """The soft term of the curves is distance · RKD-D + angle · RKD-A."""
        hard = label_loss(student.outputs, labels)
        g, f = (_read(a, name) for a, name in zip((student, teacher), self.features, strict=True))
        if self.angle > 0:  # of all members or of none: see shape
            distances, angles = each_alone(g, f, distance_loss, angle_loss)
            soft = numbers["distance"] * distances + numbers["angle"] * angles
        else:
            (distances,) = each_alone(g, f, distance_loss)
            soft = numbers["distance"] * distances
        return Terms(hard + soft, hard, soft)


def _named(place: str) -> tuple[str, ...]:
    return () if place == OUTPUTS else (place,)


def _read(answers: Answers, place: str) -> Tensor:
    return (answers.outputs if place == OUTPUTS else answers.features[place]).flatten(2)


def each_alone(
    student: Tensor, teacher: Tensor, *losses: Callable[[Tensor, Tensor], Tensor]
) -> tuple[Tensor, ...]:
    """Losses of each member's batch: student [N, B, D], teacher [N, B, D'] → [N] for each loss."""
    found: tuple[Tensor, ...] = _EachAlone.apply(student, teacher, *losses)
    return found


class _EachAlone(torch.autograd.Function):
    """Losses of one member at a time, each with its gradient, made in the forward pass.

    For all members at once, autograd would keep several tensors [N, B, B, B].
    """

    @staticmethod
    def forward(
        context: Any, student: Tensor, teacher: Tensor, *losses: Callable[..., Tensor]
    ) -> tuple[Tensor, ...]:
        values, gradients = [], []
        rows = (x.detach().contiguous() for x in (student, teacher))  # see Answers
        for g, f in zip(*rows, strict=True):
            with torch.enable_grad():
                found = [loss(g.requires_grad_(), f) for loss in losses]
            gradients.append(torch.stack([torch.autograd.grad(each, g)[0] for each in found]))
            values.append([each.detach() for each in found])
        context.save_for_backward(torch.stack(gradients))
        return tuple(torch.stack(column) for column in zip(*values, strict=True))

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        (gradients,) = context.saved_tensors
        parts = zip(upstream, gradients.unbind(1), strict=True)
        of_student = sum(up[:, None, None] * gradient for up, gradient in parts)
        return of_student, None, *(None for _ in upstream)


def distance_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """RKD-D of one batch, eqs. 5 to 7: student [B, D], teacher [B, D'] → scalar.

    Distances are in units of the batch's mean distance; their differences go through Huber's
    loss with δ = 1.
    """
    objects = len(student)
    g, f = (_in_mean_units(_differences(x).norm(dim=-1)) for x in (student, teacher))
    return functional.smooth_l1_loss(g, f, reduction="sum") / max(objects * (objects - 1), 1)


def angle_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """RKD-A of one batch, eqs. 8 and 9: student [B, D], teacher [B, D'] → scalar.

    The cosine of the angle at x_j between x_i and x_k; 0 where two of them are the same. Cosines
    of which two objects are one agree, and add nothing.
    """
    objects = len(student)
    g, f = (_cosines(x) for x in (student, teacher))
    triples = objects * (objects - 1) * (objects - 2)
    return functional.smooth_l1_loss(g, f, reduction="sum") / max(triples, 1)


def _differences(x: Tensor) -> Tensor:
    """Of vectors x [B, D]: [B, B, D], at [j, i] that of x_i and x_j."""
    return x.unsqueeze(0) - x.unsqueeze(1)


def _in_mean_units(distances: Tensor) -> Tensor:
    """Distances [B, B] divided by the mean of those between two objects."""
    mean = distances.sum() / max(distances.numel() - len(distances), 1)
    return distances / mean.masked_fill(mean == 0, 1.0)


def _cosines(x: Tensor) -> Tensor:
    """Of vectors x [B, D]: [B, B, B], at [j, i, k] the cosine of the angle at x_j."""
    differences = _differences(x)
    lengths = differences.norm(dim=-1, keepdim=True)
    directions = differences / lengths.masked_fill(lengths == 0, 1.0)
    cosines: Tensor = directions @ directions.mT
    return cosines
