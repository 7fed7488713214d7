"""LeNet-5 teachers of a whole domain, for published figures that are repeated here."""

from collections.abc import Sequence

import torch

from trainables.methods.batches import SplitBatches, endless, generators
from trainables.networks.lenet import WHOLE, LeNet5
from trainables.networks.stack import Report, Stack
from trainables.objectives.losses import hard_cross_entropy
from trainables.randomness import generator
from trainables.recipes import Schedule

TEACHING = Schedule(epochs=3, batch_size=64)


def train_lenets(
    domain: str, seeds: Sequence[int], device: torch.device, report: Report
) -> list[LeNet5]:
    """Train a LeNet-5 for each seed on all of the domain's Train; they are returned frozen."""
    models = [LeNet5(WHOLE, generator("init/teacher", seed)) for seed in seeds]
    split = SplitBatches(domain, "Train", seeds, device)
    stack = Stack(models, [TEACHING.learning_rate] * len(seeds), device)
    places = endless(len(split), TEACHING.batch_size, generators("order/teacher", seeds))
    for step in range(TEACHING.steps(len(split))):
        x, y = split.at(next(places))
        stack.step(hard_cross_entropy(stack(x), y))
        if step % 100 == 0:
            report(0.0)  # a sign of life; this is not counted as progress
    for place, model in enumerate(models):
        model.load_state_dict(stack.member(place))
    return [model.to(device).requires_grad_(False) for model in models]
