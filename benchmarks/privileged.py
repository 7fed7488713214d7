"""What the figure of digits of Lopez-Paz et al. 2016 is made of: optimiser, pixels, epochs.

    python -m benchmarks.privileged

Their student of 7×7 digits is taught by one of 28×28, both [·, 20, 20, 10]. Plain PyTorch, as
their code has it: RMSprop from Glorot's weights, batches of 128, 50 epochs; then one thing
otherwise. A table in Markdown: mean test accuracy over seeds. The study's own rows are
`generalised_known`.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from analysis.papers.generalised import PRINTED
from trainables.data.domains import MNIST

SEEDS = 10
BATCH, RATE, WEIGHT = 128, 1e-3, 0.5
TEMPERATURES = (1.0, 20.0)
Loss = Callable[[Tensor, Tensor], Tensor]
"""Logits [B, 10] and the rows that they are of → the loss."""


class Case(NamedTuple):
    """One way to train them, and how 28×28 pixels become 7×7."""

    name: str
    rmsprop: bool = True
    epochs: int = 50
    bilinear: bool = True


CASES = (
    Case("as by their code"),
    Case("means of 4×4 pixels", bilinear=False),
    Case("and Adam", bilinear=False, rmsprop=False),
    Case("RMSprop, students for 500 epochs", bilinear=False, epochs=500),
)


def fitted(inputs: Tensor, loss: Loss, *, rmsprop: bool, epochs: int) -> nn.Module:
    """A network [·, 20, 20, 10], trained."""
    sizes = (inputs.shape[1], 20, 20, 10)
    layers = [nn.Linear(a, b) for a, b in pairwise(sizes)]
    for layer in layers:
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
    first, second, last = layers
    model = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), last)
    optimiser: torch.optim.Optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    if rmsprop:
        optimiser = torch.optim.RMSprop(model.parameters(), lr=RATE, alpha=0.9, eps=1e-6)
    for _ in range(epochs):
        for rows in torch.randperm(len(inputs)).split(BATCH):
            optimiser.zero_grad()
            loss(model(inputs[rows]), rows).backward()
            optimiser.step()
    return model


def imitation(labels: Tensor, teacher: Tensor, weight: float, temperature: float) -> Loss:
    """(1 - weight) · CE(y, σ(g)) + weight · T² · CE(σ(f/T), σ(g)), as by their code."""
    soft = (teacher / temperature).softmax(1)

    def loss(logits: Tensor, rows: Tensor) -> Tensor:
        imitated = -(soft[rows] * logits.log_softmax(1)).sum(1).mean()
        hard = functional.cross_entropy(logits, labels[rows])
        return (1 - weight) * hard + weight * temperature**2 * imitated

    return loss


def shrunk(images: Tensor, *, bilinear: bool) -> Tensor:
    """7×7 pixels of images [n, 784]: by PIL's bilinear filter, or by means: [n, 49]."""
    square = images.view(-1, 1, 28, 28)
    if not bilinear:
        return functional.avg_pool2d(square, 4).flatten(1)
    small = functional.interpolate(square, size=(7, 7), mode="bilinear", antialias=True)
    return small.flatten(1)


@torch.no_grad()
def accuracy(model: nn.Module, inputs: Tensor, labels: Tensor) -> float:
    """The share of objects that a model has right."""
    return float((model(inputs).argmax(1) == labels).float().mean())


def accuracies(case: Case, size: int, seed: int) -> list[float]:
    """Of the teacher, the student alone, and those taught at each temperature."""
    small, test = replace(MNIST, small=size).split("Small", seed), MNIST.test(seed)
    x, tested, y = small.inputs(), test.inputs(), small.labels
    torch.manual_seed(seed)
    nothing = torch.zeros(size, 10)
    teacher = fitted(x, imitation(y, nothing, 0.0, 1.0), rmsprop=case.rmsprop, epochs=50)
    with torch.no_grad():
        answers = teacher(x)
    found = [accuracy(teacher, tested, test.labels)]
    seen, tested = (shrunk(each, bilinear=case.bilinear) for each in (x, tested))
    for weight, temperature in ((0.0, 1.0), *((WEIGHT, t) for t in TEMPERATURES)):
        loss = imitation(y, answers, weight, temperature)
        student = fitted(seen, loss, rmsprop=case.rmsprop, epochs=case.epochs)
        found.append(accuracy(student, tested, test.labels))
    return found


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    print("| digits | trained | teacher | alone | T = 1 | T = 20 |\n|---|---|---|---|---|---|")
    for size, (whole, alone, taught) in PRINTED.items():
        printed = " | ".join(f"{v:.3f}" for v in (whole, alone, *taught.values()))
        print(f"| {size} | printed | {printed} |")
        for case in CASES:
            runs = torch.tensor([accuracies(case, size, seed) for seed in range(SEEDS)])
            means = " | ".join(f"{value:.3f}" for value in runs.mean(0).tolist())
            print(f"| {size} | {case.name} | {means} |", flush=True)


if __name__ == "__main__":
    main()
