"""Small convolutional networks by the hundred: python -m benchmarks.convolution

Seconds of one core for a student, ConvNet(channels=(16, 32)) on 28×28 pixels, batch 64, Adam,
by the number of students that are trained as one; and the same by other ways: plain PyTorch one
after the other, torch.vmap, members as groups of one convolution, a process each. A student is
800 steps and 18 evaluations of 10,000 objects (FashionMNIST-Small, 50 epochs). Torch alone, one
thread, random objects: none of it depends on their values.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.table import Table
from torch import Tensor
from torch.func import functional_call, stack_module_state
from torch.nn import functional

from benchmarks.limit import matrix_rate
from trainables.networks.convolution_kernels import grouped
from trainables.networks.convolutional import ConvNet
from trainables.networks.network import multiply_adds
from trainables.networks.stack import Stack
from trainables.randomness import generator

NETWORK, SHAPE, OUTPUTS, BATCH = ConvNet(channels=(16, 32)), (1, 28, 28), 10, 64
STEPS, TESTS, TESTED, BLOCK = 800, 18, 10_000, 1_000
RATE = 1e-3
START = "import torch; from trainables.networks.convolutional import ConvNet"


@dataclass(frozen=True)
class Way:
    """One step, which gives the losses, and an evaluation of a block, for students at once."""

    students: int
    step: Callable[[], Tensor]
    evaluate: Callable[[], object]


def stack(students: int) -> Way:
    """Ours."""
    models = [NETWORK.initialised(SHAPE, OUTPUTS, generator("init", n)) for n in range(students)]
    members = Stack(models, [RATE] * students, torch.device("cpu"))
    x, y = batch(students)
    block = torch.rand(1, BLOCK, SHAPE[1] * SHAPE[2])

    def step() -> Tensor:
        found = losses(members(x.flatten(2)), y)
        members.step(found)
        return found

    def evaluate() -> None:
        with torch.no_grad(), members.evaluating():
            members.shared(block, [students])

    return Way(students, step, evaluate)


def plain(students: int) -> Way:
    """A model as a user writes it, eager; others would follow."""
    return _plain(torch.contiguous_format)


def plain_by_pixel(students: int) -> Way:
    """The same, with PyTorch's channels_last."""
    return _plain(torch.channels_last)


def _plain(layout: torch.memory_format) -> Way:
    model = NETWORK.build(SHAPE, OUTPUTS).to(memory_format=layout)
    adam = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    x, y = (given[0] for given in batch(1))
    x, block = (given.to(memory_format=layout) for given in (x, torch.rand(BLOCK, *SHAPE)))

    def step() -> Tensor:
        adam.zero_grad()
        found = functional.cross_entropy(model(x), y)
        found.backward()
        adam.step()
        return found

    def evaluate() -> None:
        with torch.no_grad():
            model.eval()(block)
        model.train()

    return Way(1, step, evaluate)


def mapped(students: int) -> Way:
    """torch.vmap over the members."""
    models = [NETWORK.build(SHAPE, OUTPUTS) for _ in range(students)]
    values, _ = stack_module_state(models)

    def one(own: dict[str, Tensor], x: Tensor) -> Tensor:
        found: Tensor = functional_call(models[0], own, (x,))
        return found

    return _together(values, torch.vmap(one), students)


def groups(students: int) -> Way:
    """Members as groups of one convolution; the last layers are one batched product."""
    models = [NETWORK.build(SHAPE, OUTPUTS) for _ in range(students)]
    values, _ = stack_module_state(models)

    def all_of_them(own: dict[str, Tensor], x: Tensor) -> Tensor:
        for place in (0, 3):
            weight, bias = (own[f"maps.{place}.{name}"] for name in ("weight", "bias"))
            maps = grouped(x, weight, bias, padding=1).relu()
            x = functional.max_pool2d(maps.flatten(0, 1), 2).unflatten(0, x.shape[:2])
        products = x.flatten(2) @ own["last.weight"].mT
        return products + own["last.bias"].unsqueeze(1)

    return _together(values, all_of_them, students)


def _together(
    values: dict[str, Tensor],
    forward: Callable[[dict[str, Tensor], Tensor], Tensor],
    students: int,
) -> Way:
    adam = torch.optim.Adam(values.values(), lr=RATE, fused=True)
    x, y = batch(students)
    block = torch.rand(BLOCK, *SHAPE).expand(students, BLOCK, *SHAPE)

    def step() -> Tensor:
        adam.zero_grad()
        found = losses(forward(values, x), y)
        found.sum().backward()
        adam.step()
        return found

    def evaluate() -> None:
        with torch.no_grad():
            for part in block.split(BATCH, 1):
                forward(values, part)

    return Way(students, step, evaluate)


def batch(students: int) -> tuple[Tensor, Tensor]:
    """Objects and labels of each."""
    return torch.rand(students, BATCH, *SHAPE), torch.randint(OUTPUTS, (students, BATCH))


def losses(outputs: Tensor, labels: Tensor) -> Tensor:
    """Of each student, [N]."""
    return functional.cross_entropy(outputs.mT, labels, reduction="none").mean(1)


WAYS = {
    "our stack": stack,
    "plain PyTorch": plain,
    "plain, channels_last": plain_by_pixel,
    "vmap": mapped,
    "groups": groups,
}


def measure(
    students: int, repeats: int, names: Sequence[str] = tuple(WAYS)
) -> dict[str, tuple[float, float]]:
    """Of each way milliseconds a student's step, and an evaluation of 1,000 objects.

    Medians of alternating repeats, in seconds of this thread: what else the machine does costs
    it caches and clock, but is not counted. Two steps before each are not, either: they find
    the memory as another way left it.
    """
    ways = {name: WAYS[name](students) for name in names}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for repeat in range(repeats + 1):
        for name, way in ways.items():
            way.step()
            way.step()
            again = max(3, 6 // way.students)
            times = (_clocked(way.step, again), _clocked(way.evaluate, 1))
            if repeat:  # the first warms up
                found[name].append((times[0] / way.students, times[1] / way.students))
    return {
        name: (statistics.median(a for a, _ in each), statistics.median(b for _, b in each))
        for name, each in found.items()
    }


def _clocked(function: Callable[[], object], times: int) -> float:
    started = time.thread_time()
    for _ in range(times):
        function()
    return (time.thread_time() - started) / times * 1e3


def start_up(repeats: int) -> float:
    """Seconds until a process of its own has what it needs."""
    found = []
    for _ in range(repeats):
        before = time.perf_counter()
        subprocess.run([sys.executable, "-c", START], check=True)
        found.append(time.perf_counter() - before)
    return min(found)


def of_a_student(step: float, test: float) -> float:
    """Seconds, from milliseconds a step and an evaluation of a block."""
    return (STEPS * step + TESTS * TESTED / BLOCK * test) / 1e3


def main(
    sizes: Annotated[str, typer.Option(help="Students trained as one.")] = "1,5,20,100",
    repeats: Annotated[int, typer.Option(help="Of each measurement; medians count.")] = 5,
    slow: Annotated[bool, typer.Option(help="Also vmap and groups, most of the time.")] = True,
) -> None:
    """Measure, print a table and one line of JSON."""
    torch.set_num_threads(1)
    rate, counts = matrix_rate(), [int(size) for size in sizes.split(",")]
    first = NETWORK.channels[0] * SHAPE[1] * SHAPE[2] * 9  # the input needs no gradient
    flops = 2 * BATCH * (3 * multiply_adds(NETWORK, SHAPE, OUTPUTS) - first)
    names = [name for name in WAYS if slow or name not in ("vmap", "groups")]
    found = {size: measure(size, repeats, names) for size in counts}
    started = start_up(min(3, repeats))
    table = Table(
        title=f"ms a step / ms an evaluation of {BLOCK} objects / s a student (share of "
        f"{rate:.0f} GFLOP/s)"
    )
    table.add_column("way")
    for size in counts:
        table.add_column(f"N = {size}", justify="right")

    def cell(step: float, test: float, more: float = 0.0) -> str:
        share = flops / (step / 1e3) / (rate * 1e9)
        return f"{step:.2f} / {test:.1f} / {more + of_a_student(step, test):.2f} ({share:.0%})"

    for name in names:
        table.add_row(name, *(cell(*found[size][name]) for size in counts))
    alone = [cell(*found[size]["plain, channels_last"], started) for size in counts]
    table.add_row(f"a process each ({started:.1f} s to start)", *alone)
    Console(width=160).print(table)
    print(json.dumps({"gflops": rate, "start": started, "flops": flops, "ms": found}))


if __name__ == "__main__":
    typer.run(main)
