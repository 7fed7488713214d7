"""How near a cohort comes to what one core can do: python -m benchmarks.limit

For cohorts of students, teachers and VAEs: operations and bytes of a step, the rate reached,
beside this core's own fp32 matrix-product rate and memory bandwidth; and where the time goes.
Torch alone, one thread, real data in small amounts.
"""

import itertools
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any
from unittest.mock import patch

import torch
import typer
from rich.console import Console
from rich.table import Table

from search_spaces.smoke import RECIPE, taught
from trainables.artifacts import teacher, vae
from trainables.artifacts.artifact import TeacherArtifact, VaeArtifact
from trainables.artifacts.workshop import ignore
from trainables.cohorts.kinds import Work, open_workshop
from trainables.data.domain import Domain
from trainables.data.domains import FASHION_MNIST
from trainables.distillation import student
from trainables.distillation.evaluation import Evaluation
from trainables.distillation.student_stack import StudentStack
from trainables.links.vae_recipe import VaeRecipe
from trainables.networks import Network, Perceptron
from trainables.networks.network import parameters_of
from trainables.networks.products.traced import Traced
from trainables.networks.stack import Stack
from trainables.objectives import Distillation, tasks
from trainables.schedule import Schedule
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

MATRIX = 2048  # large enough for the rate to be the core's, not the cache's
BYTES_AN_ADAM_STEP = 7 * 4  # of a weight: read it, its gradient and two moments; write three


@dataclass
class Clock:
    """Seconds by part; what runs inside a part counts to that one."""

    seconds: dict[str, float] = field(default_factory=dict)
    running: bool = False

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its seconds counted to this part."""

        def run(*arguments: Any, **options: Any) -> Any:
            if self.running:
                return function(*arguments, **options)
            started, self.running = time.perf_counter(), True
            try:
                return function(*arguments, **options)
            finally:
                self.running = False
                took = time.perf_counter() - started
                self.seconds[part] = self.seconds.get(part, 0.0) + took

        return run


@contextmanager
def clocked() -> Iterator[Clock]:
    """Count the parts of every training in this block."""
    clock = Clock()
    parts: list[tuple[Any, str, str]] = [
        (Stack, "__call__", "forward"),
        (Stack, "shared", "forward"),
        (Stack, "answer", "forward"),
        (Traced, "gradients", "backward"),
        (torch.autograd, "grad", "backward"),
        (torch, "_fused_adamw_", "optimiser"),
        (student, "shuffled", "data"),
        (StudentStack, "gather", "data"),
        (StudentStack, "own_rows", "data"),
        (StudentStack, "shared_rows", "data"),
        (Evaluation, "test", "evaluation"),
        (Evaluation, "validate", "evaluation"),
        (student, "members_of", "before"),
        (teacher, "_batch", "data"),
        (teacher, "prepare", "before"),
        (teacher, "_test", "evaluation"),
        (vae, "gather_inputs", "data"),
        (vae.Outputs, "gradients", "backward"),
        (vae.Outputs, "elbo_terms", "forward"),
        (vae.Member, "draw", "data"),
        (vae.Member, "epoch", "data"),
        (Distillation, "prepare", "data"),
        (Distillation, "loss", "forward"),
        (tasks, "hard_cross_entropy", "forward"),
    ]
    with ExitStack() as patches:
        for owner, name, part in parts:
            whole = getattr(owner, name)
            patches.enter_context(patch.object(owner, name, clock.timed(part, whole)))
        yield clock


def fastest(function: Callable[[], Any], repeats: int = 7) -> float:
    """The least seconds of a call: what it takes when nobody disturbs it."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        function()
        times.append(time.perf_counter() - started)
    return min(times)


def matrix_rate() -> float:
    """GFLOP/s of this core's fp32 product: the better of MKL's and oneDNN's."""
    a, b = torch.rand(2, MATRIX, MATRIX)
    packed = a.to_mkldnn()
    seconds = min(fastest(lambda: a @ b), fastest(lambda: torch.nn.functional.linear(packed, b)))
    return 2 * MATRIX**3 / seconds / 1e9


def bandwidth() -> float:
    """GB/s of this core's memory: a copy reads and writes."""
    source = torch.rand(64 * 2**20)  # 256 MB
    target = torch.empty_like(source)
    return 2 * source.nbytes / fastest(lambda: target.copy_(source)) / 1e9


@dataclass(frozen=True)
class Cohort:
    """A cohort to measure: its members, how to train them, and weights and batch of each."""

    name: str
    members: list[Any]
    train: Callable[..., Any]
    weights: int
    steps: int


def cohorts(size: int) -> list[Cohort]:
    """Students (with and without the test set), teachers, VAEs, on 1,000 objects."""
    schedule = Schedule(epochs=20, batch_size=64)
    base = replace(taught(FASHION_MNIST), schedule=schedule)
    trials = [
        Trial(
            setting=replace(base, objective=Distillation(hard_label_weight=n / size)), seed=n % 5
        )
        for n in range(size)
    ]
    short = Schedule(epochs=5, batch_size=64)
    made = Teacher(domain=FASHION_MNIST, split="Small", schedule=short)
    teachers = [TeacherArtifact(recipe=made, seed=seed) for seed in range(5)]
    recipe = replace(RECIPE, labels="all", schedule=short)
    vaes = [VaeArtifact(recipe=recipe, seed=seed) for seed in range(5)]
    return [
        Cohort(f"{size} students", trials, student.train_students,
               parameters_of(base.student, base.target.shape, base.target.outputs), 16 * 20),
        Cohort("5 teachers", teachers, teacher.train_teachers,
               parameters_of(made.network, made.domain.shape, made.domain.outputs), 16 * 5),
        Cohort("5 VAEs", vaes, vae.train_vaes, _vae_weights(recipe), 15 * 5),
    ]  # fmt: skip


def measure(cohort: Cohort, repeats: int) -> tuple[float, dict[str, float]]:
    """Seconds of the fastest of some trainings, and its parts."""
    found: list[tuple[float, dict[str, float]]] = []
    with tempfile.TemporaryDirectory() as folder:
        workshop = open_workshop(Path(folder), torch.device("cpu"))
        cohort.train(cohort.members, workshop, ignore)  # data loaded, teachers made
        for _ in range(repeats):
            with clocked() as clock:
                started = time.perf_counter()
                cohort.train(cohort.members, workshop, ignore)
                whole = time.perf_counter() - started
            rest = whole - sum(clock.seconds.values())
            found.append((whole, clock.seconds | {"rest": rest}))
    return min(found, key=lambda one: one[0])


def main(
    students: Annotated[int, typer.Option(help="Students in their cohort.")] = 50,
    repeats: Annotated[int, typer.Option(help="Trainings of each; the fastest counts.")] = 3,
) -> None:
    """Measure, print two tables and one line of JSON."""
    torch.set_num_threads(1)
    rate, memory = matrix_rate(), bandwidth()
    limits = Table(title=f"One core: {rate:.0f} GFLOP/s of fp32 products, {memory:.1f} GB/s")
    parts = Table(title="Where the time goes, %")
    for heading in ("cohort", "MFLOP a step", "MB a step", "ms a step", "GFLOP/s", "of the rate"):
        limits.add_column(heading, justify="right")
    figures: dict[str, Any] = {"gflops": rate, "gbytes": memory}
    shown = ["data", "forward", "backward", "optimiser", "evaluation", "before", "rest"]
    for heading in ("cohort", *shown):
        parts.add_column(heading, justify="right")
    for cohort in cohorts(students):
        seconds, spent = measure(cohort, repeats)
        count = len(cohort.members)
        work = sum(_products(member) for member in cohort.members)
        trained = seconds - spent.get("evaluation", 0.0) - spent.get("before", 0.0)
        step = trained / cohort.steps
        flops = work / cohort.steps
        moved = BYTES_AN_ADAM_STEP * cohort.weights * count / 1e6
        reached = flops / step
        limits.add_row(
            cohort.name, f"{flops * 1e3:.0f}", f"{moved:.1f}", f"{step * 1e3:.2f}",
            f"{reached:.0f}", f"{reached / rate:.0%}",
        )  # fmt: skip
        parts.add_row(cohort.name, *(f"{spent.get(p, 0) / seconds:.0%}" for p in shown))
        figures[cohort.name] = {"seconds": seconds, "step": step, "rate": reached, **spent}
    console = Console()
    console.print(limits)
    console.print(parts)
    print(json.dumps(figures))


def _products(member: Work) -> float:
    """GFLOP of the products of a member's training: the first layers need no input gradient."""
    match member:
        case Trial(setting=setting):
            sizes = _sizes(setting.student, setting.target)
            objects, epochs = setting.training_objects, setting.schedule.epochs
        case TeacherArtifact(recipe=recipe):
            sizes = _sizes(recipe.network, recipe.domain)
            objects, epochs = member.objects, recipe.schedule.epochs
        case VaeArtifact(recipe=recipe):
            batch, epochs = recipe.schedule.batch_size, recipe.schedule.epochs
            batches = recipe.objects.split_sizes[recipe.split] // batch
            each = 6 * _vae_weights(recipe) - 2 * recipe.objects.inputs * recipe.hidden_size
            return each * batches * batch * epochs / 1e9
        case _:
            raise TypeError(f"{member} is no network")
    weights = sum(a * b for a, b in itertools.pairwise(sizes))
    return (6 * weights - 2 * sizes[0] * sizes[1]) * objects * epochs / 1e9


def _sizes(network: Network, domain: Domain) -> tuple[int, ...]:
    """Units of each layer of a perceptron of this domain."""
    assert isinstance(network, Perceptron)
    return domain.inputs, *network.hidden, domain.outputs


def _vae_weights(recipe: VaeRecipe) -> int:
    """Without biases, of the encoder and its two decoders."""
    inputs = 2 * recipe.objects.inputs + recipe.counterparts.inputs
    return inputs * recipe.hidden_size + 4 * recipe.hidden_size * recipe.latent_size


if __name__ == "__main__":
    typer.run(main)
