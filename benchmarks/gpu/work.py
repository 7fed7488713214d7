"""What is trained: members of each kind as the study has them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from benchmarks.gpu.bare.no_files import InMemory, RandomImages
from benchmarks.gpu.frame.sizes import Sizes
from trainables.artifacts.artifact import TeacherArtifact, VaeArtifact
from trainables.artifacts.store import Saved
from trainables.artifacts.teacher import train_teachers
from trainables.artifacts.vae import train_vaes
from trainables.artifacts.workshop import Workshop
from trainables.cohorts.kinds import Work, needs, open_workshop
from trainables.data.domain import Domain
from trainables.data.domains import FASHION_MNIST
from trainables.distillation.student import train_students
from trainables.links.vae_recipe import VaeRecipe
from trainables.networks import ConvNet, Network, Perceptron
from trainables.networks.network import multiply_adds, parameters_of
from trainables.networks.stack import Report
from trainables.objectives import Distillation
from trainables.randomness import generator
from trainables.results import TrialResult
from trainables.schedule import Schedule
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

SEEDS = 5  # of the students of a cohort, as a study has them
BATCH = 64
TAUGHT_BY = Schedule(epochs=1, batch_size=BATCH)  # the students' teachers: their logits matter not
STEP_BYTES = 36
"""Of a weight: Adam reads it, its gradient and two moments and writes three (28); forward and
backward pass at least read it and write the gradient (8)."""


def domain(*, random: bool) -> Domain:
    """FashionMNIST, or random images of its shapes."""
    return RandomImages(dataset="FashionMNIST") if random else FASHION_MNIST


def workshop_on(device: torch.device) -> Workshop:
    """A workshop as the study opens it, but for its store."""
    makers = open_workshop(Path(), device).makers
    return Workshop(InMemory(Path()), device, makers)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of network, as it is trained here.

    members: so many of them. train: all of them at once, on the workshop's device.
    score: the name of what results are compared by.
    gigaflops: of the products of one member: forward, weights' gradients, inputs' gradients but
        for the first layer's, and tests. gigabytes: what its steps move at least.
    """

    name: str
    members: Callable[[int], list[Any]]
    train: Callable[[Sequence[Any], Workshop, Report], Sequence[TrialResult | Saved]]
    score: str
    gigaflops: float
    gigabytes: float

    def scores(self, results: Sequence[TrialResult | Saved]) -> list[float]:
        """What each member reached."""
        return [_facts(result)[self.score] for result in results]

    def mean(self, results: Sequence[TrialResult | Saved]) -> float:
        """The same, over all."""
        return sum(self.scores(results)) / len(results)


def prepared(members: Sequence[Work], device: torch.device) -> Workshop:
    """A workshop in which what these members need is made: the teachers of students."""
    workshop = workshop_on(device)
    for member in members:
        for artifact in needs(member):
            workshop.get_or_make(artifact)
    return workshop


def _facts(result: TrialResult | Saved) -> dict[str, Any]:
    return result.final if isinstance(result, TrialResult) else result.facts


def students(on: Domain, network: Network, schedule: Schedule, name: str) -> Kind:
    """Students of five seeds on Small, each with a λ of its own, under teachers of Small."""
    teacher = Teacher(domain=on, split="Small", schedule=TAUGHT_BY)
    objects, steps = on.split_sizes["Small"], schedule.steps(on.split_sizes["Small"])
    products = multiply_adds(network, on.shape, on.outputs)
    tested = on.split_sizes["Test"] * len(schedule.measured_epochs)
    trained = (6 * products - 2 * _first(network, on)) * objects * schedule.epochs

    def members(count: int) -> list[Trial]:
        settings = [
            Setting(
                target=on,
                student=network,
                teacher=teacher,
                objective=Distillation(hard_label_weight=n / count, temperature=2.0),
                schedule=schedule,
            )
            for n in range(count)
        ]
        return [Trial(setting=each, seed=n % SEEDS) for n, each in enumerate(settings)]

    return Kind(
        name=name,
        members=members,
        train=train_students,
        score="test/accuracy",
        gigaflops=(trained + 2 * products * tested) / 1e9,
        gigabytes=STEP_BYTES * parameters_of(network, on.shape, on.outputs) * steps / 1e9,
    )


def teachers(on: Domain, split: str, epochs: int, batch: int = BATCH) -> Kind:
    """Teachers of so many seeds."""
    schedule = Schedule(epochs=epochs, batch_size=batch)
    recipe = Teacher(domain=on, split=split, schedule=schedule)
    objects, network = on.split_sizes[split], recipe.network
    products, steps = multiply_adds(network, on.shape, on.outputs), schedule.steps(objects)
    flops = (6 * products - 2 * _first(network, on)) * objects * epochs
    return Kind(
        name="teachers",
        members=lambda count: [TeacherArtifact(recipe=recipe, seed=n) for n in range(count)],
        train=train_teachers,
        score="test_accuracy",
        gigaflops=(flops + 2 * products * on.split_sizes["Test"]) / 1e9,
        gigabytes=STEP_BYTES * parameters_of(network, on.shape, on.outputs) * steps / 1e9,
    )


def vaes(on: Domain, split: str, epochs: int, batch: int = BATCH) -> Kind:
    """VAEs of so many seeds, from objects to others of their class in the same domain."""
    schedule = Schedule(epochs=epochs, batch_size=batch)
    recipe = VaeRecipe(objects=on, counterparts=on, split=split, schedule=schedule)
    objects, hidden = on.split_sizes[split], recipe.hidden_size
    products = 3 * on.inputs * hidden + 4 * hidden * recipe.latent_size
    model = recipe.build(generator("unused", 0))
    parameters = sum(value.numel() for value in model.parameters())
    return Kind(
        name="VAEs",
        members=lambda count: [VaeArtifact(recipe=recipe, seed=n) for n in range(count)],
        train=train_vaes,
        score="object_loss",
        gigaflops=(6 * products - 2 * on.inputs * hidden) * objects * epochs / 1e9,
        gigabytes=STEP_BYTES * parameters * schedule.steps(objects) / 1e9,
    )


def _first(network: Network, on: Domain) -> int:
    """Products of the first layer for one object: its input needs no gradient."""
    if isinstance(network, Perceptron):
        return on.inputs * network.hidden[0]
    assert isinstance(network, ConvNet)
    return on.inputs * 9 * network.channels[0]


def kinds(on: Domain, sizes: Sizes) -> dict[str, Kind]:
    """Students, teachers, VAEs and convolutional students, by name."""
    standard = Schedule(epochs=sizes.epochs, batch_size=BATCH)
    short = Schedule(epochs=sizes.network_epochs, batch_size=BATCH)
    found = [
        students(on, Perceptron(hidden=(64,)), standard, "students"),
        teachers(on, sizes.teacher_split, 1),
        vaes(on, sizes.vae_split, 1),
        students(on, ConvNet(channels=sizes.channels), short, "ConvNets"),
    ]
    return {kind.name: kind for kind in found}
