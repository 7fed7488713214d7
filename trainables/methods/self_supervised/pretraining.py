"""What both self-supervised methods share: two views of unlabelled objects, then a few labels.

The student's hidden layer learns from pairs of views of Big. Then a new last layer learns Small on
top of it (a linear probe), and at last the whole student learns Small, as the student alone does.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainables.artifacts.workshop import Workshop
from trainables.checks import check_choice
from trainables.data.domains import IMAGE_SPLITS, PIXELS, TRAINING_SPLITS
from trainables.methods.batches import SplitBatches, endless, generators
from trainables.methods.method import TrainableMethod
from trainables.methods.method_run import MethodRun, perceptrons
from trainables.networks.kernels import RELU, layer
from trainables.networks.optimisers import load
from trainables.networks.perceptron import Perceptron, weight_count
from trainables.networks.stack import Report, Stack, batches, shuffled
from trainables.objectives.losses import hard_cross_entropy
from trainables.randomness import generator
from trainables.recipes import Schedule
from trainables.results import TrialResult
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial

SHARED_DRAW = 16  # objects of a batch that share one draw of a view: far fewer calls
PROBE_RATE = 0.01  # of Adam on all of Small at each step: a convex problem
VIEW_WORK = 6e6  # operations that making one view counts for, as measured against products
View = Callable[[Tensor], Tensor]


@dataclass(frozen=True, kw_only=True)
class SelfSupervised(TrainableMethod):
    """The setting's schedule is that of fine-tuning on Small.

    pretraining: the schedule on the images of `split`, without their labels.
    probe: steps of the last layer alone, before fine-tuning.
    least_crop: the least share of an image's area that a view keeps.
    """

    small: bool = True
    split: str = "Big"
    pretraining: Schedule = Schedule(epochs=4, batch_size=256)
    probe: int = 300
    least_crop: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self, "split", TRAINING_SPLITS)

    @property
    def knowledge(self) -> str:
        """The unlabelled images."""
        return f"unlabelled {self.domain}-{self.split}"

    @property
    @abstractmethod
    def embedding_sizes(self) -> tuple[int, ...]:
        """Layer sizes from the hidden layer's width to the embedding."""

    @abstractmethod
    def loss(self, one: Tensor, other: Tensor) -> Tensor:
        """The loss of two views' embeddings, each [N, B, D] → [N]."""

    def work(self, setting: Setting) -> float:
        """Making views costs several times as much as learning from them."""
        sizes = (*self.student_sizes[:-1], *self.embedding_sizes[1:])
        pictures = 2 * IMAGE_SPLITS[self.split] * self.pretraining.epochs
        small = 12 * weight_count(self.student_sizes) * 1_000 * setting.schedule.epochs
        return (pictures * (6 * weight_count(sizes) + VIEW_WORK) + small) / 1e9

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """The seeds of one setting as one stack."""
        setting, device = trials[0].setting, workshop.device
        epochs = self.pretraining.epochs + setting.schedule.epochs
        run = MethodRun(trials, report, device, epochs)
        encoder = self._pretrain(run)
        small = SplitBatches(self.domain, "Small", run.seeds, device)
        student = self._probe(run, encoder, small)
        self._fine_tune(run, student, small, setting.schedule)
        return run.results(perceptrons(student))

    def _pretrain(self, run: MethodRun) -> dict[str, Tensor]:
        """The hidden layer's parameters, learned from views of Big."""
        seeds, schedule = run.seeds, self.pretraining
        split = SplitBatches(self.domain, self.split, seeds, run.device)
        view = make_view(self.least_crop)
        sizes = (*self.student_sizes[:-1], *self.embedding_sizes[1:])
        stack = Stack(
            [Perceptron(sizes, generator("init/student", seed)) for seed in seeds],
            [schedule.learning_rate] * len(seeds),
            run.device,
        )
        draws = generators("views", seeds)
        places = endless(len(split), schedule.batch_size, generators("order/views", seeds))
        steps = len(split) // schedule.batch_size
        for epoch in range(schedule.epochs):
            total = torch.zeros(len(seeds), device=run.device)
            for _ in range(steps):
                x, _ = split.at(next(places))
                one, other = (seen(x, view, draws) for _ in range(2))
                loss = self.loss(stack(one), stack(other))
                stack.step(loss)
                total += loss.detach()
            run.note("pretraining/loss", total / steps)
            run.report((epoch + 1) / run.epochs)
        kept = stack.parameters
        return {name: kept[name].detach() for name in ("layers.0.weight", "layers.0.bias")}

    def _probe(self, run: MethodRun, encoder: dict[str, Tensor], small: SplitBatches) -> Stack:
        """Students with that hidden layer, and a last layer that has learned Small on it."""
        seeds = run.seeds
        models = [Perceptron(self.student_sizes, generator("init/student", s)) for s in seeds]
        rate = run.trials[0].setting.schedule.learning_rate
        student = Stack(models, [rate] * len(seeds), run.device)
        load(student, encoder)
        every = torch.arange(len(small)).expand(len(seeds), -1)
        x, y = small.at(every)
        with torch.no_grad():
            hidden = layer(x, encoder["layers.0.weight"], encoder["layers.0.bias"], RELU)
        heads = Stack([m.layers[-1] for m in models], [PROBE_RATE] * len(seeds), run.device)
        for _ in range(self.probe):
            heads.step(hard_cross_entropy(heads(hidden), y))
        load(student, {f"layers.1.{name}": value for name, value in heads.parameters.items()})
        accuracy, _ = run.quality(perceptrons(student))
        run.fact("probe/test_accuracy", accuracy)
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


def make_view(least_crop: float) -> View:
    """A random view of images [B, 1, 28, 28] in [0, 1]: crop, mirror, rotate, erase.

    torchvision draws from PyTorch's global generator, once for all images of a call.
    """
    from torchvision.transforms import v2  # takes two seconds to import

    view: View = v2.Compose(
        [
            v2.RandomResizedCrop(28, scale=(least_crop, 1.0), antialias=False),
            v2.RandomHorizontalFlip(),
            v2.RandomRotation(10, interpolation=v2.InterpolationMode.BILINEAR),
            v2.RandomErasing(p=0.5, scale=(0.02, 0.2)),
        ]
    )
    return view


def seen(x: Tensor, view: View, draws: Sequence[torch.Generator]) -> Tensor:
    """A view of each member's objects [N, B, 784] by a draw of its own: [N, B, 784]."""
    return torch.stack([_seen(mine, view, draw) for mine, draw in zip(x, draws, strict=True)])


def _seen(x: Tensor, view: View, draw: torch.Generator) -> Tensor:
    seed = int(torch.randint(2**62, (), generator=draw))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        pictures = x.view(-1, 1, 28, 28).split(SHARED_DRAW)
        return torch.cat([view(some) for some in pictures]).view(-1, PIXELS)
