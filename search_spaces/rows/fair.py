"""Every way to learn from a teacher, searched alike: as many settings, by the same rule.

Papers compare a tuned method with baselines that are not. Here each way has a search of its own
over its own numbers and the learning rate, and so has the student alone. All are scored by the
same random fifths of Small that are held out, one a seed (Monte Carlo cross-validation: Picard
and Cook 1984): what every way can be scored by, methods that train once included.
"""

from collections.abc import Mapping
from dataclasses import replace

from search_spaces.base import Choice, LogUniform, Range, Search, Uniform
from search_spaces.rows.searched import RATE, WEIGHT_AND_TEMPERATURE
from trainables.data.domain import Domain
from trainables.links import Blur, Dilation, Link, Noise, Thickness
from trainables.methods.adversarial.adda import Adda
from trainables.methods.adversarial.dann import Dann
from trainables.methods.method import TrainableMethod
from trainables.methods.self_supervised.barlow_twins import BarlowTwins
from trainables.methods.self_supervised.instance_features import InstanceFeatures
from trainables.methods.self_supervised.pretraining import SelfSupervised
from trainables.objectives import (
    AttentionTransfer,
    Decoupled,
    Distillation,
    FitNets,
    Hinton,
    LabelSmoothing,
    Objective,
    Relational,
)
from trainables.schedule import Schedule
from trainables.settings import Setting, alone
from trainables.settings.scoring import HoldOut

BUDGET = 12
"""Settings of each way."""
TEMPERATURE: dict[str, Range] = {"objective.temperature": LogUniform(0.5, 20)}
OBJECTIVES: dict[str, tuple[Objective, dict[str, Range]]] = {
    "lambda": (Distillation(), WEIGHT_AND_TEMPERATURE),
    "hinton": (Hinton(), TEMPERATURE),
    "decoupled": (
        Decoupled(),
        {**WEIGHT_AND_TEMPERATURE, "objective.beta": LogUniform(0.25, 16)},
    ),
    "relational": (
        Relational(),
        {
            "objective.distance": LogUniform(0.25, 100),
            "objective.angle": LogUniform(0.5, 200),
        },
    ),
    "fitnets": (
        FitNets(weight=1, features="hidden"),
        {"objective.weight": LogUniform(0.01, 100)},
    ),
}
"""By the name of a way: its objective, and the numbers that are its own."""
OF_MAPS: dict[str, tuple[Objective, dict[str, Range]]] = {
    "attention": (
        AttentionTransfer(beta=1, features=("maps",)),
        {"objective.beta": LogUniform(0.1, 1_000)},
    ),
}
"""The same, of networks that have feature maps."""
LINKS: dict[str, tuple[Link, dict[str, Range]]] = {
    "noise": (Noise(), {"link.std": Choice(0.05, 0.1, 0.3)}),
    "dilation": (Dilation(), {}),
    "blur": (Blur(), {"link.std": Uniform(0.3, 2)}),
    "thickness": (Thickness(), {"link.change": Uniform(-1, 1)}),
}
"""Links in which nothing is learned, with their own numbers; each under the λ-loss."""
Links = Mapping[str, Link | str]
"""By the name of a way a link, or its name in LINKS."""


def searched(
    name: str, base: Setting, over: Mapping[str, Range], settings: int = BUDGET
) -> Search:
    """One way: the learning rate and its own numbers, by the rule that all ways share."""
    return Search(
        name=name, base=base, over={**RATE, **over}, rule=HoldOut(held_out=0.2),
        settings=settings, round_size=settings, seeds=3, finalists=3, finalist_seeds=3,
        oracle=False,
    )  # fmt: skip


def without_teacher(taught: Setting, settings: int = BUDGET) -> list[Search]:
    """What all others must beat, tuned as they are: the student alone, and softer labels."""
    smooth = replace(alone(taught), objective=LabelSmoothing())
    decay: dict[str, Range] = {"schedule.weight_decay": LogUniform(1e-5, 1e-1)}
    return [
        searched("alone", alone(taught), decay, settings),
        searched("smoothing", smooth, {"objective.amount": Uniform(0, 0.5)}, settings),
    ]


def by_objectives(taught: Setting, settings: int = BUDGET, *, maps: bool = False) -> list[Search]:
    """Each objective with this teacher behind this link. maps: also those of feature maps."""
    return [
        searched(name, replace(taught, objective=objective), over, settings)
        for name, (objective, over) in (OBJECTIVES | (OF_MAPS if maps else {})).items()
    ]


def by_links(taught: Setting, links: Links, settings: int = BUDGET) -> list[Search]:
    """The λ-loss behind each of these links."""
    found = []
    for name, given in links.items():
        link, over = LINKS[given] if isinstance(given, str) else (given, {})
        base = replace(taught, link=link, objective=Distillation())
        found.append(searched(f"link_{name}", base, {**over, **WEIGHT_AND_TEMPERATURE}, settings))
    return found


def by_method(
    name: str,
    taught: Setting,
    method: TrainableMethod,
    over: Mapping[str, Range],
    schedule: Schedule,
    settings: int = BUDGET,
) -> Search:
    """A method; of a teacher's answers, where it asks them, by the λ-loss."""
    bare = taught if method.asks_teacher else alone(taught)
    base = replace(bare, method=method, schedule=schedule)
    asked = WEIGHT_AND_TEMPERATURE if method.asks_teacher else {}
    return searched(name, base, {**over, **asked}, settings)


def by_methods(
    taught: Setting,
    source: Domain,
    *,
    adversarial_epochs: int = 3,
    pretraining: Schedule = SelfSupervised.pretraining,
    settings: int = BUDGET,
) -> list[Search]:
    """The methods that any pair of domains allows: two by the source, two by no labels at all.

    source: the teacher's domain, whose labels the adversarial ones read. adversarial_epochs,
    pretraining: how long each learns from what is not labelled: longer where that is little.
    """
    by_source: list[tuple[TrainableMethod, float, Range]] = [
        (Dann(source=source, small=True), 0.01, LogUniform(1e-3, 1e-1)),
        (Adda(source=source, small=True), 2e-4, LogUniform(1e-5, 1e-3)),
    ]
    unlabelled: list[tuple[TrainableMethod, dict[str, Range]]] = [
        (BarlowTwins(pretraining=pretraining), {"method.weight": LogUniform(5e-4, 5e-2)}),
        (InstanceFeatures(pretraining=pretraining), {"method.temperature": LogUniform(0.03, 0.5)}),
    ]
    schedule = Schedule(epochs=adversarial_epochs, batch_size=64)
    return [
        *(
            by_method(
                method.name, taught, method, {"schedule.learning_rate": rates},
                replace(schedule, learning_rate=rate), settings,
            )
            for method, rate, rates in by_source
        ),
        *(
            by_method(method.name, taught, method, over, taught.schedule, settings)
            for method, over in unlabelled
        ),
    ]  # fmt: skip
