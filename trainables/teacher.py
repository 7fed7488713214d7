"""A teacher: the domain and split that it learns from, its network and its schedule."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from trainables.checks import check_choice, check_flag
from trainables.data.domain import IMAGES, TRAINING_SPLITS, Domain, Shape
from trainables.data.task import Classes
from trainables.errors import BadInputError
from trainables.links.link import Link
from trainables.networks.network import Network, Perceptron
from trainables.networks.pretrained import fits, read_weights
from trainables.objectives.controls import UNTRAINED
from trainables.schedule import Schedule, check_schedule


@dataclass(frozen=True, kw_only=True)
class Teacher:
    """A teacher, as a setting names it.

    classes: for each class of the student the class of the teacher's that it stands for; None
        where class k is class k.
    weights: a file of trained weights of its network, .safetensors, .pt or .pth; then it is not
        trained here, and domain and split say what it has learnt from.
    sha256: of that file; found where not given.
    trained: False for a control: the network as it is drawn, which has learnt nothing.
    broadcast: a fault of the published study that can be repeated: a regression's loss compares
        every answer with every value (docs/protocol, "What is wrong with it, and ours").
    """

    domain: Domain
    split: str = "Big"
    network: Network = Perceptron(hidden=(256, 128, 64, 64))
    schedule: Schedule = Schedule(epochs=10, batch_size=64)
    classes: tuple[int, ...] | None = None
    weights: str | None = field(default=None, compare=False)
    sha256: str = ""
    broadcast: bool = False
    trained: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.domain, Domain):
            raise BadInputError(
                f"Teacher.domain is {self.domain!r}: give a domain (see trainables.data)"
            )
        if not isinstance(self.network, Network):
            raise BadInputError(
                f"Teacher.network is {self.network!r}: give a network, "
                "Perceptron(hidden=(64,)) say"
            )
        check_schedule("Teacher.schedule", self.schedule)
        if self.schedule.augment:
            self.schedule.augment.check(self.domain.shape, self.domain.name)
        if self.schedule.normalise and self.domain.kind != IMAGES:
            raise BadInputError(
                f"Schedule.normalise is for images; the features of {self.domain.name} are "
                "standardised anyway: leave it away"
            )
        if self.schedule.select_epoch:
            raise BadInputError(
                "Teacher.schedule has select_epoch, which is for students: leave it away"
            )
        check_choice(self, "split", TRAINING_SPLITS)
        check_flag(self, "broadcast")
        check_flag(self, "trained")
        if not isinstance(self.weights, str | Path | None):
            raise BadInputError(
                f"Teacher.weights is {self.weights!r}: give the path of a file of weights, or None"
            )
        if self.weights is not None and not self.trained:
            raise BadInputError(
                f"trained=False is for a network as it is drawn, and weights={self.weights!r} are "
                "trained: give one of the two"
            )
        if self.broadcast and self.domain.is_classification:
            raise BadInputError(
                f"broadcast=True is for teachers of numbers, not for those of {self.domain.name}"
            )
        if self.classes is not None:
            self._check_classes(self.classes)
            object.__setattr__(self, "classes", tuple(self.classes))
        if self.weights is not None:
            object.__setattr__(self, "weights", str(Path(self.weights).expanduser().absolute()))
            self._check_weights()

    def _check_classes(self, classes: Any) -> None:
        name, outputs = self.domain.name, self.domain.outputs
        if not self.domain.is_classification:
            raise BadInputError(
                f"Teacher.classes is {classes!r}, and a teacher of {name} answers with a number: "
                "leave classes away"
            )
        whole = isinstance(classes, Sequence) and all(type(c) is int for c in classes)
        if not whole or not classes or not all(0 <= c < outputs for c in classes):
            raise BadInputError(
                f"Teacher.classes is {classes!r}: give a class of {name}, 0 to {outputs - 1}, for "
                "each class of the student"
            )

    def _check_weights(self) -> None:
        fits(self.network, self.domain.shape, self.domain.outputs, self.read_weights())
        object.__setattr__(self, "sha256", self._digest())

    def _digest(self) -> str:
        return hashlib.sha256(Path(self.weights or "").read_bytes()).hexdigest()

    def read_weights(self) -> dict[str, Tensor]:
        """The trained weights of its file.

        Raises BadInputError where it cannot be read, or is another than it was.
        """
        tensors = read_weights(self.weights or "")
        if self.sha256 not in ("", found := self._digest()):
            raise BadInputError(
                f"{self.weights} has the digest {found[:12]}, and {self.sha256[:12]} is asked "
                "for: put that file there, or leave sha256 away"
            )
        return tensors

    def reads(self, link: Link) -> Shape:
        """The shape of what it reads, under this link."""
        shape = self.domain.shape
        return link.shape(shape) if link.makes_source else shape

    @property
    def name(self) -> str:
        """Domain and split: "photos-Big"; without training what has learnt neither."""
        return f"{self.domain.name}-{self.split}" if self.trained else UNTRAINED

    @property
    def label(self) -> str:
        """The same, and which of its classes stand for the student's: "letters-Big (OIZ)".

        By number where their names are longer than a character: "photos-Big (classes 2, 0)".
        """
        task = self.domain.task
        if self.classes is None or not isinstance(task, Classes):
            return self.name
        names = [task.names[one] for one in self.classes]
        numbers = "classes " + ", ".join(map(str, self.classes))
        return f"{self.name} ({''.join(names) if all(len(n) == 1 for n in names) else numbers})"
