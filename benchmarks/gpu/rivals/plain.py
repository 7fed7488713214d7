"""The rivals: students, teachers and VAEs one after the other, as one would write it in PyTorch.

Data are on the device before, batches are drawn there, the fused Adam updates, and nothing waits
for the device before a network's end.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.gpu.frame.sizes import Sizes
from benchmarks.gpu.work import BATCH, SEEDS
from trainables.data.domain import Domain
from trainables.networks.stack import Report
from trainables.schedule import Schedule

TESTED = 1_000  # test objects at a time
Trained = Callable[[int, Report], float]
"""Trains the network of a seed and returns its test accuracy; an autoencoder's loss."""


class Data(NamedTuple):
    """All objects on a device: inputs float32 [n, D], labels [n], and the test set's."""

    x: Tensor
    y: Tensor
    test_x: Tensor
    test_y: Tensor

    @staticmethod
    def of(domain: Domain, device: torch.device) -> "Data":
        """A domain's."""
        train, test = domain.load().train, domain.test(0)
        return Data(
            train.inputs().to(device),
            train.labels.to(device),
            test.inputs().to(device),
            test.labels.to(device),
        )

    def accuracy(self, model: nn.Module) -> Tensor:
        """On the test set: a tensor, so that nobody waits for it."""
        blocks = zip(self.test_x.split(TESTED), self.test_y.split(TESTED), strict=True)
        with torch.no_grad():
            right = [(model(x).argmax(-1) == y).float().sum() for x, y in blocks]
        return torch.stack(right).sum() / len(self.test_y)


def batches(rows: Tensor) -> Iterator[Tensor]:
    """Of these rows in a new order."""
    order = torch.randperm(len(rows), device=rows.device)
    yield from rows[order].split(BATCH)


def perceptron(*sizes: int) -> nn.Sequential:
    """With ReLU between its layers."""
    layers = [(nn.Linear(*pair), nn.ReLU()) for pair in pairwise(sizes)]
    return nn.Sequential(*[module for pair in layers for module in pair][:-1])


def convolutional(first: int, second: int) -> nn.Sequential:
    """Two convolutions of so many channels, each with ReLU and pooling, and a linear layer."""
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        nn.Conv2d(1, first, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(first, second, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(second * 7 * 7, 10),
    )


def student(
    domain: Domain, device: torch.device, schedule: Schedule, build: Callable[[], nn.Module]
) -> Trained:
    """Students of Small by the λ-loss, with curves of the test accuracy as the study's."""
    data, measured = Data.of(domain, device), schedule.measured_epochs

    def train(seed: int, report: Report) -> float:
        torch.manual_seed(seed)
        rows = domain.rows(seed % SEEDS).small.to(device)
        model = build().to(device)
        optimiser = torch.optim.Adam(model.parameters(), fused=True)
        soft = torch.rand(len(data.x), 10, device=device).softmax(-1)
        curve = []
        for epoch in range(schedule.epochs):
            for mine in batches(rows):
                logits, y = model(data.x[mine]), data.y[mine]
                gentle = -(soft[mine] * (logits / 2).log_softmax(-1)).sum(-1).mean()
                loss = 0.5 * functional.cross_entropy(logits, y) + 0.5 * 4 * gentle
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
            if epoch in measured:
                curve.append(data.accuracy(model))
            report(epoch / schedule.epochs)
        return torch.stack(curve).tolist()[-1]  # type: ignore[no-any-return]  # floats

    return train


def teacher(domain: Domain, device: torch.device, split: str) -> Trained:
    """Teachers, for one epoch."""
    data = Data.of(domain, device)

    def train(seed: int, report: Report) -> float:
        torch.manual_seed(seed)
        model = perceptron(784, 256, 128, 64, 64, 10).to(device)
        optimiser = torch.optim.Adam(model.parameters(), fused=True)
        for mine in batches(domain.rows(seed).of(split).to(device)):
            optimiser.zero_grad()
            functional.cross_entropy(model(data.x[mine]), data.y[mine]).backward()
            optimiser.step()
        report(1.0)
        return float(data.accuracy(model))

    return train


def vae(domain: Domain, device: torch.device, split: str) -> Trained:
    """VAEs with two decoders, for one epoch; each object with another of its class."""
    data = Data.of(domain, device)
    by_class = [(data.y == label).nonzero().squeeze(1) for label in range(10)]
    likelihood = functional.binary_cross_entropy_with_logits

    def two(a: int, b: int, c: int) -> nn.Sequential:
        return nn.Sequential(nn.Linear(a, b), nn.LeakyReLU(), nn.Linear(b, c))

    def train(seed: int, report: Report) -> float:
        torch.manual_seed(seed)
        pairs = torch.empty_like(data.y)
        for rows in by_class:
            pairs[rows] = rows[torch.randint(len(rows), (len(rows),), device=device)]
        nets = nn.ModuleList([two(784, 200, 128), two(64, 200, 784), two(64, 200, 784)])
        optimiser = torch.optim.Adam(nets.to(device).parameters(), fused=True)
        loss = torch.zeros((), device=device)
        for mine in batches(domain.rows(seed).of(split).to(device)):
            x, d = data.x[mine], data.x[pairs[mine]]
            mean, raw = nets[0](x).chunk(2, dim=-1)
            std = functional.softplus(raw)
            loss = (0.5 * (mean**2 + std**2 - 1) - std.log()).sum(-1).mean()
            for net, target in ((nets[1], x), (nets[2], d)):
                logits = net(mean + std * torch.randn_like(std)).clamp(-4.595, 4.595)
                loss = loss + likelihood(logits, target, reduction="sum") / len(mine)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        report(1.0)
        return float(loss.detach())

    return train


def rivals(domain: Domain, device: torch.device, sizes: Sizes) -> dict[str, Callable[[], Trained]]:
    """One for each kind of work; its data are taken to the device when it is called."""
    standard = Schedule(epochs=sizes.epochs, batch_size=BATCH)
    short = Schedule(epochs=sizes.network_epochs, batch_size=BATCH)
    return {
        "students": lambda: student(domain, device, standard, lambda: perceptron(784, 64, 10)),
        "teachers": lambda: teacher(domain, device, sizes.teacher_split),
        "VAEs": lambda: vae(domain, device, sizes.vae_split),
        "ConvNets": lambda: student(domain, device, short, lambda: convolutional(*sizes.channels)),
    }
