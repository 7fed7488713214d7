"""What both adversarial methods share: a labelled source, and a critic that names the domain."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from trainables.checks import check_choice
from trainables.data.domain import IMAGES, TRAINING_SPLITS, Domain, shape_text
from trainables.errors import BadInputError
from trainables.links.link import ANYTHING, Identity, Link, check_link
from trainables.methods.batches import framed, generators
from trainables.methods.method import TrainableMethod
from trainables.methods.method_run import MethodRun
from trainables.objectives.objective import Objective
from trainables.teacher import Teacher

CRITIC_HIDDEN = 100  # units, as in Ganin and Lempitsky's critic for digits


def domain_loss(source: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy of a critic that should answer 1 for the source and 0 for the target.

    source, target: its logits [..., B] → [...], the mean of both terms; log 2 by chance.
    Ganin and Lempitsky 2015, eq. 2; Tzeng et al. 2017, eq. 2, who add the terms.
    """
    return (functional.softplus(-source).mean(-1) + functional.softplus(target).mean(-1)) / 2


@dataclass(frozen=True, kw_only=True)
class Adversarial(TrainableMethod):
    """Learns from a labelled source and an unlabelled target: one split of each.

    source: the domain of the labelled objects, whose classes and shape are the target's; None for
        the target itself, under another link. Beside it the target's labels are never read.
    source_link, target_link: how either side's images are changed; smaller ones are padded.
    """

    source: Domain | None = None
    split: str = "Big"
    source_link: Link = Identity()
    target_link: Link = Identity()

    def __post_init__(self) -> None:
        super().__post_init__()
        name = type(self).__name__
        if self.source is not None and not isinstance(self.source, Domain):
            raise BadInputError(
                f"{name}.source is {self.source!r}: give a domain, or None for the target itself"
            )
        for field in ("source_link", "target_link"):
            link = getattr(self, field)
            if not isinstance(link, Link) or link.learned or link.maps not in (ANYTHING, IMAGES):
                raise BadInputError(
                    f"{name}.{field} is {link!r}: give a link of images that learns nothing, "
                    "Noise() say"
                )
        check_choice(self, "split", TRAINING_SPLITS)

    def source_of(self, target: Domain) -> Domain:
        """The domain of the labelled objects."""
        return target if self.source is None else self.source

    def check(self, target: Domain, teacher: Teacher | None, objective: Objective) -> None:
        """The source has the target's shape and as many classes; links leave room for padding."""
        source = self.source_of(target)
        learnt = (source.shape, source.task.kind, source.outputs)
        if learnt != (target.shape, target.task.kind, target.outputs) or source.made_by_link:
            raise BadInputError(
                f"{type(self).__name__}.source is {source.name}, {_described(source)}, and the "
                f"target {target.name}, {_described(target)}: give a source of the same shape and "
                "as many classes, that has objects"
            )
        for link in (self.source_link, self.target_link):
            check_link(link, target.shape)
            channels, *sides = link.shape(target.shape)
            larger = any(a > b for a, b in zip(sides, target.shape[1:], strict=True))
            if channels != target.shape[0] or larger:
                raise BadInputError(
                    f"{type(self).__name__} pads what a link makes to the target's size, and "
                    f"{link.name} makes {shape_text(link.shape(target.shape))} of "
                    f"{shape_text(target.shape)}: give a link that enlarges nothing"
                )

    def knowledge(self, target: Domain) -> str:
        """Which objects, with and without labels."""
        source = _named(self.source_of(target), self.source_link)
        unlabelled = _named(target, self.target_link)
        return f"labelled {source}-{self.split}, unlabelled {unlabelled}-{self.split}"

    def labels(self, target: Domain) -> int:
        """All labels of the source, and Small's where they are used."""
        return super().labels(target) + self.source_of(target).split_sizes[self.split]

    def variant(self, target: Domain) -> str:
        """Where the labels come from: "← noise of photos"."""
        changed = "" if self.target_link == Identity() else f" → {self.target_link.name}"
        return f"← {_named(self.source_of(target), self.source_link)}{changed}"


def _named(domain: Domain, link: Link) -> str:
    """The domain as the link changes it: "dilation of photos"."""
    return domain.name if link == Identity() else f"{link.name} of {domain.name}"


def _described(domain: Domain) -> str:
    outputs = f"{domain.outputs} classes" if domain.is_classification else "a number"
    return f"{shape_text(domain.shape)} for {outputs}"


class Sides:
    """Batches of both sides: a seed's labelled source and its unlabelled target."""

    def __init__(self, method: Adversarial, run: MethodRun) -> None:
        self.method, self.shape, seeds = method, run.target.shape, run.seeds
        self.source = run.split(method.split, method.source_of(run.target))
        self.target, self.small = run.split(method.split), run.split("Small")
        self.source_draws = generators("link/source", seeds)
        self.target_draws = generators("link/target", seeds)
        self.small_draws = generators("link/small", seeds)
        self.source_order = generators("order/source", seeds)
        self.target_order = generators("order/target", seeds)
        self.small_order = generators("order/student", seeds)

    def labelled(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """Source objects and labels: [N, B] → [N, B, D], [N, B]."""
        x, y = self.source.at(places)
        return framed(self.method.source_link, x, self.shape, self.source_draws), y

    def unlabelled(self, places: Tensor) -> Tensor:
        """Target objects without their labels: [N, B] → [N, B, D]."""
        x, _ = self.target.at(places)
        return framed(self.method.target_link, x, self.shape, self.target_draws)

    def few(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """Objects of Small, as the target link changes them, and labels: as `labelled`."""
        x, y = self.small.at(places)
        return framed(self.method.target_link, x, self.shape, self.small_draws), y
