"""Distillation of named features: attention maps, and FitNets' hints."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainables.checks import check_real
from trainables.data.domain import Shape
from trainables.errors import BadInputError
from trainables.networks.perceptron import Linear
from trainables.objectives.answers import Answers
from trainables.objectives.losses import Terms, squared_error
from trainables.objectives.objective import Objective, Shapes, label_loss

Pair = tuple[str, str]
"""A feature of the student, and the teacher's that it is compared with."""


def pair_of(owner: Objective, given: Any) -> Pair:
    """A pair from itself, or from one name that both networks use; else BadInputError."""
    pair = (given, given) if isinstance(given, str) else given
    if isinstance(pair, tuple | list) and len(pair) == 2:
        student, teacher = pair
        if isinstance(student, str) and isinstance(teacher, str):
            return student, teacher
    raise BadInputError(
        f"{owner.name}.features has {given!r}: give the name of a feature of both networks, "
        "\"hidden\" say, or two names, (the student's, the teacher's)"
    )


def shown(owner: Objective, *given: str | Pair) -> str:
    """Pairs as names show them: "hidden, conv2→layer1"."""
    pairs = (pair_of(owner, each) for each in given)
    return ", ".join(g if g == f else f"{g}→{f}" for g, f in pairs)


@dataclass(frozen=True, kw_only=True)
class AttentionTransfer(Objective):
    """hard + β/2 · Σ_j ‖Q_g/‖Q_g‖₂ - Q_f/‖Q_f‖₂‖₂, Q_j the attention map of a pair of features.

    Zagoruyko and Komodakis 2017, "Paying More Attention to Attention", eq. 2 with p = 2, a mean
    over the batch. The attention map is the sum over channels of squared activations. Where two
    maps differ in size, the larger is averaged down to the smaller.

    beta: β ≥ 0. features: feature maps [channels, height, width], one name or more; each is of
        both networks or a pair (the student's, the teacher's).
    """

    beta: float
    features: tuple[str | Pair, ...]

    def __post_init__(self) -> None:
        check_real(self, "beta", at_least=0.0)
        given: Any = self.features
        given = (given,) if isinstance(given, str) else given
        if not isinstance(given, tuple | list) or not given:
            raise BadInputError(
                f'{self.name}.features is {given!r}: give names of feature maps, ("conv",) say'
            )
        object.__setattr__(self, "features", tuple(pair_of(self, each) for each in given))
        super().__post_init__()

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """(The student's, the teacher's), for each."""
        return tuple(pair_of(self, each) for each in self.features)

    @property
    def student_features(self) -> tuple[str, ...]:
        """The first of each pair."""
        return tuple(dict.fromkeys(student for student, _ in self.pairs))

    @property
    def teacher_features(self) -> tuple[str, ...]:
        """The second of each pair."""
        return tuple(dict.fromkeys(teacher for _, teacher in self.pairs))

    @property
    def variant(self) -> str:
        """Names the features."""
        return f" {shown(self, *self.features)}"

    def check_features(self, student: Shapes, teacher: Shapes) -> None:
        """All must be maps."""
        for who, shapes in (("student", student), ("teacher", teacher)):
            for name, shape in shapes.items():
                if len(shape) != 3:
                    raise BadInputError(
                        f"{self.name} reads maps [channels, height, width], and the {who}'s "
                        f"feature {name!r} is {[*shape]}: name a convolution's"
                    )

    def loss(
        self, student: Answers, teacher: Answers, labels: Tensor, numbers: Mapping[str, Tensor]
    ) -> Terms:
        """The soft term of the curves is the sum, without β/2."""
        hard = label_loss(student.outputs, labels)
        pairs = [(student.features[g], teacher.features[f]) for g, f in self.pairs]
        soft = torch.stack([attention_distance(*pair) for pair in pairs]).sum(0)
        return Terms(hard + numbers["beta"] / 2 * soft, hard, soft)


def attention_distance(student: Tensor, teacher: Tensor) -> Tensor:
    """‖Q_g/‖Q_g‖₂ - Q_f/‖Q_f‖₂‖₂, the mean over objects: maps [N, B, C, H, W] → [N]."""
    maps = [(each.contiguous() ** 2).sum(-3) for each in (student, teacher)]
    height, width = (min(sizes) for sizes in zip(*(q.shape[-2:] for q in maps), strict=True))
    g, f = (_normalised(_pooled(q, height, width).flatten(2)) for q in maps)
    distances: Tensor = (g - f).norm(dim=-1)
    return distances.mean(-1)


def _pooled(maps: Tensor, height: int, width: int) -> Tensor:
    if maps.shape[-2:] == (height, width):
        return maps
    return functional.adaptive_avg_pool2d(maps, (height, width))


def _normalised(vectors: Tensor) -> Tensor:
    """Of length 1; a map of zeros stays one."""
    lengths: Tensor = vectors.norm(dim=-1, keepdim=True)
    return vectors / lengths.masked_fill(lengths == 0, 1.0)


@dataclass(frozen=True, kw_only=True)
class FitNets(Objective):
    """hard + weight · ½ ‖u(x) - r(v(x))‖² / D, v the student's feature, u the teacher's of size D.

    Romero et al. 2015, "FitNets: Hints for Thin Deep Nets", eq. 3, divided by D, so that a weight
    means the same for every size, and a mean over the batch. Where sizes differ, r is a linear
    layer on the flattened feature, trained with the student; else it is left away. They train by
    the hint first, then by hard and soft labels; here all is one training (as in Tian et al.
    2020, "Contrastive Representation Distillation").

    weight: ≥ 0. features: a name of both networks or (the student's, the teacher's).
    """

    weight: float
    features: str | Pair

    def __post_init__(self) -> None:
        check_real(self, "weight", at_least=0.0)
        object.__setattr__(self, "features", pair_of(self, self.features))
        super().__post_init__()

    @property
    def student_features(self) -> tuple[str, ...]:
        """The first of the pair."""
        return (self.features[0],)

    @property
    def teacher_features(self) -> tuple[str, ...]:
        """The second of the pair."""
        return (self.features[1],)

    @property
    def variant(self) -> str:
        """Names the feature."""
        return f" {shown(self, self.features)}"

    def regressor(
        self, student: Shapes, teacher: Shapes, draw: torch.Generator
    ) -> nn.Module | None:
        """r, where sizes differ."""
        own, hint = student[self.features[0]], teacher[self.features[1]]
        if prod(own) == prod(hint):
            return None
        return Regressor(self.features[0], own, prod(hint), draw)

    def loss(
        self, student: Answers, teacher: Answers, labels: Tensor, numbers: Mapping[str, Tensor]
    ) -> Terms:
        """The soft term of the curves is that without its weight."""
        hard = label_loss(student.outputs, labels)
        own, hint = student.features[self.features[0]], teacher.features[self.features[1]]
        soft = squared_error(*(each.contiguous().flatten(2) for each in (own, hint))) / 2
        return Terms(hard + numbers["weight"] * soft, hard, soft)


class Regressor(nn.Module):
    """One of the named features, flattened, → as many values as the teacher's has.

    For one network features are [B, *shape]; for a stack they are [N, B, *shape].
    """

    def __init__(self, name: str, shape: Shape, outputs: int, draw: torch.Generator) -> None:
        super().__init__()
        self.name, self.dimensions = name, len(shape)
        self.linear = Linear(prod(shape), outputs, draw)

    def forward(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """All features, this one as the teacher's flattened: [..., B, outputs]."""
        own = features[self.name].flatten(-self.dimensions)
        return {**features, self.name: self.linear(own)}
