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

from search_spaces.smoke import taught
from trainables.artifacts import teacher, vae
from trainables.artifacts.artifact import TeacherArtifact, VaeArtifact
from trainables.artifacts.workshop import ignore
from trainables.cohorts.kinds import Work, open_workshop
from trainables.data.domains import IMAGE_SPLITS
from trainables.distillation import student
from trainables.distillation.evaluation import Evaluation
from trainables.distillation.student_stack import StudentStack
from trainables.networks.perceptron import parameter_count
from trainables.networks.stack import Stack
from trainables.objectives import tasks
from trainables.recipes import Schedule, TeacherRecipe, VaeRecipe
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial

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
        (torch.autograd, "grad", "backward"),
        (torch, "_fused_adam_", "optimiser"),
        (student, "gather_inputs", "data"),
        (student, "shuffled", "data"),
        (StudentStack, "own_rows", "data"),
        (StudentStack, "shared_rows", "data"),
        (Evaluation, "test", "evaluation"),
        (Evaluation, "validate", "evaluation"),
        (student, "members_of", "before"),
        (teacher, "_batch", "data"),
        (teacher, "prepare", "before"),
        (teacher, "_test", "evaluation"),
        (vae, "gather_inputs", "data"),
        (vae, "elbo_terms", "forward"),
        (vae.Member, "draw", "data"),
        (vae.Member, "epoch", "data"),
    ]
    with ExitStack() as patches:
        for owner, name, part in parts:
            whole = getattr(owner, name)
            patches.enter_context(patch.object(owner, name, clock.timed(part, whole)))
        task = tasks.CLASSES._replace(
            soft_targets=clock.timed("data", tasks.CLASSES.soft_targets),
            distillation=clock.timed("forward", tasks.CLASSES.distillation),
            hard=clock.timed("forward", tasks.CLASSES.hard),
        )
        for owner in (student, teacher):
            patches.enter_context(patch.object(owner, "task_of", lambda *_, **__: task))
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
    base = replace(taught("FashionMNIST"), schedule=schedule)
    trials = [
        Trial(setting=replace(base, hard_label_weight=n / size), seed=n % 5) for n in range(size)
    ]
    short = Schedule(epochs=5, batch_size=64)
    teachers = [
        TeacherArtifact(recipe=TeacherRecipe(split="Small", schedule=short), seed=seed)
        for seed in range(5)
    ]
    vaes = [
        VaeArtifact(recipe=VaeRecipe(labels="all", garments="Small", schedule=short), seed=seed)
        for seed in range(5)
    ]
    latent, hidden = VaeRecipe().latent_size, VaeRecipe().hidden_size
    vae_weights = 3 * 784 * hidden + 4 * hidden * latent
    return [
        Cohort(f"{size} students", trials, student.train_students,
               parameter_count(Setting(hard_label_weight=1).student_sizes), 16 * 20),
        Cohort("5 teachers", teachers, teacher.train_teachers,
               parameter_count(teachers[0].sizes), 16 * 5),
        Cohort("5 VAEs", vaes, vae.train_vaes, vae_weights, 15 * 5),
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
            sizes, objects, epochs = setting.student_sizes, 1_000, setting.schedule.epochs
        case TeacherArtifact(recipe=recipe):
            sizes, objects, epochs = member.sizes, member.objects, recipe.schedule.epochs
        case VaeArtifact(recipe=recipe):
            hidden, latent, epochs = recipe.hidden_size, recipe.latent_size, recipe.schedule.epochs
            batches = IMAGE_SPLITS[recipe.garments] // recipe.schedule.batch_size
            weights = 3 * 784 * hidden + 4 * hidden * latent
            each = 6 * weights - 2 * 784 * hidden
            return each * batches * recipe.schedule.batch_size * epochs / 1e9
        case _:
            raise TypeError(f"{member} is no network")
    weights = sum(a * b for a, b in itertools.pairwise(sizes))
    return (6 * weights - 2 * sizes[0] * sizes[1]) * objects * epochs / 1e9


if __name__ == "__main__":
    typer.run(main)
