"""Teachers and VAEs against plain PyTorch: python -m benchmarks.making

A few of each, made by a study (a launch of its own, start-up, logits and one short student a seed
included) and by one process that trains one after the other, as one would otherwise write it. VAEs
of 20 epochs at a constant rate stand against the schedule of the study, which is as good: see
benchmarks.vae_recipe.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.nn import functional

from trainables.data.domains import FASHION_MNIST, MNIST

SPACE = """
from dataclasses import replace
from search_spaces.rows.garments import ON_BIG, ON_MNIST, VAE
from search_spaces.base.space import Space
from trainables.links.vae import VaeLink
from trainables.schedule import Schedule

LONG, SHORT = Schedule(epochs={epochs}, batch_size=64), Schedule(epochs=1, batch_size=64)
KINDS = dict(
    teachers=replace(ON_BIG, schedule=SHORT, teacher=replace(ON_BIG.teacher, schedule=LONG)),
    VAEs=replace(ON_MNIST, schedule=SHORT,
                 teacher=replace(ON_MNIST.teacher, split="Small", schedule=SHORT),
                 link=VaeLink(recipe=VAE, draws=1)),
)
SPACE = Space(
    name="making", about="Artifacts to be made.", seeds={number}, settings=(KINDS["{kind}"],)
)
"""


def batches(rows: Tensor, epochs: int) -> Iterator[Tensor]:
    """Batches of 64, drawn anew each epoch."""
    for _ in range(epochs):
        yield from rows[torch.randperm(len(rows))].split(64)


def teacher(seed: int, epochs: int) -> None:
    """One teacher on Big, in plain PyTorch."""
    data = FASHION_MNIST.load().train
    x, y = data.pixels.float() / 255, data.labels
    layers = [(nn.Linear(*pair), nn.ReLU()) for pair in pairwise((784, 256, 128, 64, 64, 10))]
    model = nn.Sequential(*[module for pair in layers for module in pair][:-1])
    optimiser = torch.optim.Adam(model.parameters(), fused=True)
    for rows in batches(FASHION_MNIST.rows(seed).big, epochs):
        optimiser.zero_grad()
        functional.cross_entropy(model(x[rows]), y[rows]).backward()
        optimiser.step()


def vae(seed: int, epochs: int) -> None:
    """One VAE on all garments and a digit of each one's class, in plain PyTorch."""
    garments, digits = FASHION_MNIST.load().train, MNIST.load().train
    x, d = garments.pixels.float() / 255, digits.pixels.float() / 255
    pairs = torch.empty(len(x), dtype=torch.long)
    for label in range(10):
        mine, theirs = garments.labels == label, (digits.labels == label).nonzero().squeeze(1)
        pairs[mine] = theirs[torch.randint(len(theirs), (int(mine.sum()),))]

    def two(a: int, b: int, c: int) -> nn.Sequential:
        return nn.Sequential(nn.Linear(a, b), nn.LeakyReLU(), nn.Linear(b, c))

    nets = nn.ModuleList([two(784, 200, 128), two(64, 200, 784), two(64, 200, 784)])
    optimiser = torch.optim.Adam(nets.parameters(), fused=True)
    likelihood = functional.binary_cross_entropy_with_logits
    for rows in batches(torch.arange(len(x)), epochs):
        optimiser.zero_grad()
        mean, raw = nets[0](x[rows]).chunk(2, dim=-1)
        std = functional.softplus(raw)
        loss = (0.5 * (mean**2 + std**2 - 1) - std.log()).sum(-1).mean()
        for net, target in ((nets[1], x[rows]), (nets[2], d[pairs[rows]])):
            z = mean + std * torch.randn_like(std)
            logits = net(z).clamp(-4.595, 4.595)
            loss = loss + likelihood(logits, target, reduction="sum") / len(rows)
        loss.backward()
        optimiser.step()


RIVALS: dict[str, Callable[[int, int], None]] = {"teachers": teacher, "VAEs": vae}


def main(
    kinds: Annotated[str, typer.Option(help="Of what, by commas.")] = "teachers,VAEs",
    epochs: Annotated[str, typer.Option(help="Epochs of each kind.")] = "10,20",
    number: Annotated[int, typer.Option(help="How many of each.")] = 4,
    repeats: Annotated[int, typer.Option(help="Alternating repeats.")] = 1,
    rival: Annotated[bool, typer.Option(help="Be the rival: train them and end.")] = False,
) -> None:
    """Time both in turn, print a table and one line of JSON."""
    asked = list(zip(kinds.split(","), map(int, epochs.split(",")), strict=True))
    if rival:
        torch.set_num_threads(1)
        for kind, length in asked:
            for seed in range(number):
                torch.manual_seed(seed)
                RIVALS[kind](seed, length)
        return
    table = Table(title=f"{number} of each, seconds (median of {repeats})")
    for heading in ("", "epochs", "(c) one after the other", "(f) the study", "(c) / (f)"):
        table.add_column(heading, justify="right")
    figures = {}
    for kind, length in asked:
        ours, theirs = [], []
        for _ in range(repeats):
            theirs.append(_plain(kind, length, number))
            ours.append(_study(kind, length, number))
        ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
        each = (f"{statistics.median(seconds):.1f}" for seconds in (theirs, ours))
        table.add_row(kind, str(length), *each, f"{ratio:.2f}")
        figures[kind] = {"epochs": length, "plain": theirs, "study": ours, "ratio": ratio}
    Console().print(table)
    print(json.dumps(figures))


def _plain(kind: str, epochs: int, number: int) -> float:
    given = ("--kinds", kind, "--epochs", str(epochs), "--number", str(number))
    return _timed("benchmarks.making", "--rival", *given)


def _study(kind: str, epochs: int, number: int) -> float:
    with tempfile.TemporaryDirectory(prefix="making-") as name:
        space = Path(name) / "making.py"
        space.write_text(SPACE.format(kind=kind, epochs=epochs, number=number))
        options = ("--space", str(space), "--results", name, "--no-dashboard")
        return _timed("study.launch", *options)


def _timed(module: str, *arguments: str) -> float:
    started = time.perf_counter()
    command = [sys.executable, "-m", module, *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    typer.run(main)
