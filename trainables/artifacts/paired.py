"""Training of links that learn from pairs of pictures: see links.paired."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from trainables.artifacts.artifact import PairedArtifact
from trainables.artifacts.store import Saved
from trainables.artifacts.workshop import Workshop
from trainables.device import Placed, clock
from trainables.links.paired import BLOCK
from trainables.networks.stack import Report, Stack
from trainables.networks.stacking.replayed import Replayed
from trainables.networks.stacking.rows import batches, gather_inputs, stack_equal
from trainables.randomness import generator

ERRORS: dict[str, Callable[[Tensor], Tensor]] = {"squared": torch.square, "absolute": torch.abs}


def pairs_of(artifact: PairedArtifact) -> Tensor:
    """The rows of both domains that it learns from, all of Big: int64 [pairs]."""
    big = artifact.recipe.objects.rows(artifact.seed).big
    draw = generator("pairs", artifact.seed)
    return big[torch.randperm(len(big), generator=draw)[: artifact.recipe.pairs]]


class Member:
    """One network's own draws: its pairs, and their order.

    objects: how many an epoch has, whatever the pairs: as many as Big.
    """

    def __init__(self, artifact: PairedArtifact) -> None:
        self.rows, self.objects = pairs_of(artifact), artifact.recipe.objects.split_sizes["Big"]
        self.order = generator("order/paired", artifact.seed)

    def epoch(self) -> Tensor:
        """As many rows as Big has, int64 [n]: all pairs in a random order, again and again."""
        passes = math.ceil(self.objects / len(self.rows))
        orders = [torch.randperm(len(self.rows), generator=self.order) for _ in range(passes)]
        return self.rows[torch.cat(orders)[: self.objects]]


def train_paired(
    artifacts: Sequence[PairedArtifact], workshop: Workshop, report: Report
) -> list[Saved]:
    """Train networks of one recipe as one stack.

    Facts: the mean squared error by pixel on pairs of Test, which it has not seen; and without
    it, of the objects as they are, where they have the counterparts' shape.
    """
    device, recipe = workshop.device, artifacts[0].recipe
    started, placed, schedule = clock(device), Placed(device), recipe.schedule
    members = [Member(artifact) for artifact in artifacts]
    models = [recipe.build(generator("init/paired", artifact.seed)) for artifact in artifacts]
    stack = Stack.scheduled(models, [schedule] * len(models), device)
    mine = [placed(recipe.objects.load().train.pixels)] * len(members)
    theirs = [placed(recipe.counterparts.load().train.pixels)] * len(members)
    error = ERRORS[recipe.error]

    def step(x: Tensor, y: Tensor) -> None:
        found = stack.answer(x)
        # Each by itself: what a mean over all rounds to goes by how many there are.
        losses = [error(one - own).mean() for one, own in zip(found, y, strict=True)]
        stack.step(torch.stack(losses))

    one_step = Replayed(step, device, static=stack.is_static)
    steps = schedule.steps(members[0].objects)
    for epoch in range(schedule.epochs):
        order = stack_equal([member.epoch() for member in members], device)
        parts = [*batches(order, schedule.batch_size)]
        for number, rows in enumerate(parts):
            stack.set_rate_factor(schedule.rate_factor(epoch * len(parts) + number, steps))
            one_step(gather_inputs(mine, rows), gather_inputs(theirs, rows))
        report((epoch + 1) / schedule.epochs)
    seconds = (clock(device) - started) / len(artifacts)
    return [
        Saved(weights := stack.member(i), _tested(artifact, weights) | {"seconds": seconds})
        for i, artifact in enumerate(artifacts)
    ]


@torch.no_grad()
def _tested(artifact: PairedArtifact, weights: dict[str, Tensor]) -> dict[str, float]:
    recipe, seed = artifact.recipe, artifact.seed
    model = recipe.build(generator("unused", 0)).eval()
    model.load_state_dict(weights)
    x, y = (domain.test(seed).inputs() for domain in (recipe.objects, recipe.counterparts))
    made = torch.cat([model(some) for some in x.split(BLOCK)]).clamp(0.0, 1.0)
    facts = {"test_error": float((made - y).square().mean())}
    if x.shape == y.shape:
        facts["test_error_without"] = float((x - y).square().mean())
    return facts
