"""What both self-supervised methods share: two views of unlabelled objects, then a few labels.

The student's hidden layers learn from pairs of views of Big. Then a new last layer learns Small on
top of them (a linear probe). At last the whole student learns Small, as the student alone does.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

import torch
from torch import Tensor

from trainables.artifacts.workshop import Workshop
from trainables.checks import check_choice, check_real, check_whole
from trainables.data.domain import TRAINING_SPLITS, Domain, Shape
from trainables.methods.batches import SplitBatches, apart, endless, generators
from trainables.methods.method import TrainableMethod, sizes_of
from trainables.methods.method_run import MethodRun, perceptrons
from trainables.networks.kernels import layer
from trainables.networks.perceptron import Linear, Mlp, weight_count
from trainables.networks.products.layout import RELU
from trainables.networks.stack import Report, Stack
from trainables.networks.stacking.rows import batches, shuffled
from trainables.objectives.losses import hard_cross_entropy
from trainables.randomness import generator
from trainables.results import TrialResult
from trainables.schedule import Schedule
from trainables.settings.method import check_plain
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial

PROBE_RATE = 0.01  # of Adam on all of Small at each step: a convex problem
VIEW_WORK = 7_650  # operations a value of an image: making a view, as measured against products
View = Callable[[Tensor], Tensor]


@dataclass(frozen=True, kw_only=True)
class SelfSupervised(TrainableMethod):
    """The setting's schedule is that of fine-tuning on Small.

    pretraining: the schedule on the images of `split`, without their labels.
    probe: steps of the last layer alone, before fine-tuning.
    least_crop: the least share of an image's area that a view keeps.
    shared_draw: objects of a batch that share one draw of a view. At 1 each has its own, as in the
        papers, which is far more calls.
    """

    small_may_be: ClassVar[tuple[bool, ...]] = (True,)
    small: bool = True
    split: str = "Big"
    pretraining: Schedule = Schedule(epochs=4, batch_size=256)
    probe: int = 300
    least_crop: float = 0.5
    shared_draw: int = 16

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self, "split", TRAINING_SPLITS)
        check_plain(f"{type(self).__name__}.pretraining", self.pretraining)
        check_whole(self, "probe", at_least=1)
        check_whole(self, "shared_draw", at_least=1)
        check_real(self, "least_crop", above=0.0, at_most=1.0)

    def knowledge(self, target: Domain) -> str:
        """The unlabelled images."""
        return f"unlabelled {target.name}-{self.split}"

    @abstractmethod
    def embedding_sizes(self, width: int) -> tuple[int, ...]:
        """Layer sizes from the last hidden layer, of this width, to the embedding."""

    def encoder(self, sizes: Sequence[int], draw: torch.Generator) -> Mlp:
        """The network that is pretrained: the hidden layers, and what follows them."""
        return Mlp(sizes, draw)

    @abstractmethod
    def loss(self, one: Tensor, other: Tensor) -> Tensor:
        """The loss of two views' embeddings, each [..., B, D] → [...]."""

    def _encoder_sizes(self, setting: Setting) -> tuple[int, ...]:
        """Of the student's hidden layers, and of what follows them in pretraining."""
        *hidden, _ = sizes_of(setting)
        return *hidden, *self.embedding_sizes(hidden[-1])[1:]

    def work(self, setting: Setting) -> float:
        """Making views costs several times as much as learning from them."""
        target, weights = setting.target, weight_count(self._encoder_sizes(setting))
        pictures = 2 * target.split_sizes[self.split] * self.pretraining.epochs
        epochs, student = setting.schedule.epochs, weight_count(sizes_of(setting))
        small = 12 * student * target.split_sizes["Small"] * epochs
        return (pictures * (6 * weights + VIEW_WORK * target.inputs) + small) / 1e9

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """The seeds of one setting as one stack."""
        schedule = trials[0].setting.schedule
        run = MethodRun(trials, report, workshop, schedule.epochs)
        run.before = self.pretraining.epochs / (self.pretraining.epochs + schedule.epochs)
        encoder = self._pretrain(run)
        small = run.split("Small")
        student = self._probe(run, encoder, small)
        self._fine_tune(run, student, small, schedule)
        return run.results(perceptrons(student), student)

    def _pretrain(self, run: MethodRun) -> dict[str, Tensor]:
        """The hidden layers' parameters, learned from views of Big."""
        seeds, schedule = run.seeds, self.pretraining
        split, shape = run.split(self.split), run.target.shape
        size = min(schedule.batch_size, len(split))
        view, sizes = make_view(self.least_crop, shape), self._encoder_sizes(run.setting)
        stack = Stack(
            [self.encoder(sizes, generator("init/student", seed)) for seed in seeds],
            [schedule.learning_rate] * len(seeds),
            run.device,
        )
        draws = generators("views", seeds)
        places = endless(len(split), size, generators("order/views", seeds))
        steps = len(split) // size
        for epoch in range(schedule.epochs):
            total = torch.zeros(len(seeds), device=run.device)
            for _ in range(steps):
                x, _ = split.at(next(places))
                one, other = (seen(x, view, shape, draws, self.shared_draw) for _ in range(2))
                loss = apart(self.loss, stack(one), stack(other))
                stack.step(loss)
                total += loss.detach()
            run.note("pretraining/loss", total / steps)
            run.report(run.before * (epoch + 1) / schedule.epochs)
        return {name: value.detach() for name, value in stack.parameters.items()}

    def _probe(self, run: MethodRun, encoder: dict[str, Tensor], small: SplitBatches) -> Stack:
        """Students with those hidden layers, and a last layer that has learned Small on them."""
        seeds, sizes = run.seeds, sizes_of(run.setting)
        models = [Mlp(sizes, generator("init/student", s)) for s in seeds]
        rate = run.setting.schedule.learning_rate
        student = Stack(models, [rate] * len(seeds), run.device)
        hidden, y = small.all()
        last = len(sizes) - 2
        with torch.no_grad():
            for place in range(last):
                own = {name: encoder[f"layers.{place}.{name}"] for name in ("weight", "bias")}
                student.load({f"layers.{place}.{name}": value for name, value in own.items()})
                hidden = layer(hidden, own["weight"], own["bias"], RELU)
        tops = [cast(Linear, model.layers[last]) for model in models]
        heads = Stack(tops, [PROBE_RATE] * len(seeds), run.device)
        for _ in range(self.probe):
            heads.step(hard_cross_entropy(heads(hidden), y))
        student.load({f"layers.{last}.{name}": v for name, v in heads.parameters.items()})
        run.fact("probe/test_accuracy", run.quality(perceptrons(student))[0])
        return student

    def _fine_tune(
        self, run: MethodRun, student: Stack, small: SplitBatches, schedule: Schedule
    ) -> None:
        """Train the whole student on Small, in the order in which the student alone sees it."""
        orders = generators("order/student", run.seeds)
        for _ in range(schedule.epochs):
            total = torch.zeros(len(student), device=run.device)
            for places in batches(shuffled(len(small), orders), schedule.batch_size):
                x, y = small.at(places)
                loss = hard_cross_entropy(student(x), y)
                student.step(loss)
                total += loss.detach() * places.shape[1]
            run.epoch(perceptrons(student), total / len(small))


def make_view(least_crop: float, shape: Shape) -> View:
    """A random view of images [B, *shape] in [0, 1]: crop, mirror, rotate, erase.

    torchvision draws from PyTorch's global generator, once for all images of a call.
    """
    from torchvision.transforms import v2  # takes two seconds to import

    view: View = v2.Compose(
        [
            v2.RandomResizedCrop(shape[1:], scale=(least_crop, 1.0), antialias=False),
            v2.RandomHorizontalFlip(),
            v2.RandomRotation(10, interpolation=v2.InterpolationMode.BILINEAR),
            v2.RandomErasing(p=0.5, scale=(0.02, 0.2)),
        ]
    )
    return view


def seen(
    x: Tensor, view: View, shape: Shape, draws: Sequence[torch.Generator], shared: int
) -> Tensor:
    """A view of each member's objects [N, B, D], of this shape, by draws of its own.

    shared: objects that share one draw.
    """
    return torch.stack(
        [_seen(mine, view, shape, g, shared) for mine, g in zip(x, draws, strict=True)]
    )


def _seen(x: Tensor, view: View, shape: Shape, draw: torch.Generator, shared: int) -> Tensor:
    seed = int(torch.randint(2**62, (), generator=draw))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        pictures = x.unflatten(-1, shape).split(shared)
        return torch.cat([view(some) for some in pictures]).flatten(1)
