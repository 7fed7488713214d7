"""The beginning of a user's space file: what there is to import, and parts of their own.

What each part does wrong is said by its `way`; some do nothing wrong.
"""

T = "objective.temperature"
HEAD = f"""import math; from dataclasses import dataclass, replace; from typing import ClassVar
import torch; from torch import nn; from search_spaces.base import *; T = {T!r}
from search_spaces.rows.bike_sharing import REG_ON_BIG, REG_SMALL_ALONE
from search_spaces.rows.garments import ON_BIG, ON_MNIST, SMALL_ALONE, VAE, on_mnist_vae
from trainables.data import augment; from trainables.data.domains import *
from trainables.data.own import Arrays, ImageFolder
from trainables.links import *; from trainables.networks import *
from trainables.objectives import *; from trainables.schedule import Schedule
from trainables.settings import *; from trainables.teacher import Teacher
@dataclass(frozen=True, kw_only=True)
class Turned(Link):
    name: ClassVar[str] = "turned"
    way: str
    def shape(self, shape):
        return (1, 14, 14) if self.way == "smaller" else shape
    def __call__(self, objects, generator):
        return {{"smaller": objects[..., ::2, ::2], "halved": objects[..., ::2, :],
                "flat": objects.flatten(1), "nothing": None}}[self.way]
@dataclass(frozen=True, kw_only=True)
class OldLink(Link):
    name: ClassVar[str] = "old"
    def __call__(self, images, generator, vae):
        return images
class Pair(nn.Linear):
    def forward(self, x):
        return super().forward(x.flatten(1)), x
@dataclass(frozen=True, kw_only=True)
class Own(Network):
    way: str = "narrow"
    def build(self, shape, outputs):
        flat, d = nn.Flatten(), math.prod(shape)
        last = nn.Linear(d, outputs)
        match self.way:
            case "no module": return "a network"
            case "no parameters": return flat
            case "double": return nn.Sequential(flat, last.double())
            case "frozen": return nn.Sequential(flat, last.requires_grad_(False))
            case "shared": return nn.ModuleDict({{"a": last, "b": last}})
            case "lazy": return nn.Sequential(flat, nn.LazyLinear(outputs))
            case "other size": return nn.Sequential(flat, nn.Linear(d + 1, outputs))
            case "pair": return Pair(d, outputs)
        return nn.Sequential(flat, nn.Linear(d, outputs + 1))
@dataclass(frozen=True, kw_only=True)
class Named(Own):
    way: str = "frozen"
    features = {{"hidden": "layers.3"}}
    def build(self, shape, outputs):
        return nn.Sequential(nn.Flatten(), nn.Linear(math.prod(shape), outputs))
@dataclass(frozen=True, kw_only=True)
class Reads(Objective):
    of: str
    student_features = property(lambda self: (self.of,))
    def loss(self, student, teacher, labels, numbers):
        return Terms(*[label_loss(student.outputs, labels)] * 3)
class Bare(Reads):
    pass
"""
