"""Students at their start, Gaussian or plain, and how they learn Small."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from trainables.methods.batches import generators
from trainables.methods.bayesian.evidence import Evidence, Gaussians
from trainables.methods.bayesian.gaussian_network import LOG_VARIANCE, GaussianMlp
from trainables.methods.data_free.teacher_alone import new_students
from trainables.methods.method import sizes_of
from trainables.methods.method_run import MethodRun, perceptrons
from trainables.networks.products.layout import RELU
from trainables.networks.stack import Stack
from trainables.networks.stacking.rows import batches, shuffled
from trainables.objectives.losses import hard_cross_entropy
from trainables.randomness import generator
from trainables.results import TrialResult


def gaussian_students(
    run: MethodRun, start: Gaussians, deviation: float, activation: str = RELU
) -> Stack:
    """Gaussians with the means of the study's untrained student and this standard deviation.

    start: by name, [N, ...], what they start at instead.
    """
    sizes, rate = sizes_of(run.setting), run.setting.schedule.learning_rate
    drawn = [generator("init/student", seed) for seed in run.seeds]
    models = [GaussianMlp(sizes, 2 * math.log(deviation), draw, activation) for draw in drawn]
    student = Stack(models, [rate] * len(models), run.device)
    student.load(start)
    return student


def plain_students(run: MethodRun, start: Gaussians) -> Stack:
    """Plain students with these weights."""
    student = new_students(run.trials, run.device)
    student.load(start)
    return student


def learn_small(
    run: MethodRun, student: Stack, prior: Gaussians | None = None, kl_weight: float = 1.0
) -> list[TrialResult]:
    """Learn Small in the order in which the student alone sees it; what the means then answer.

    prior: of Gaussian students; None for plain ones, by the cross-entropy alone. Curves, by
    object: the loss, and with a prior the KL and the evidence bound, all in nats.
    """
    small, schedule = run.split("Small"), run.setting.schedule
    evidence = None if prior is None else Evidence(prior, len(small), kl_weight)
    orders, draws = (generators(f"{p}/student", run.seeds) for p in ("order", "noise"))
    for _ in range(schedule.epochs):
        total, kl = torch.zeros(2, len(student), device=run.device)
        for places in batches(shuffled(len(small), orders), schedule.batch_size):
            x, y = small.at(places)
            share = places.shape[1] / len(small)
            if evidence is None:
                loss = hard_cross_entropy(student(x), y)
            else:
                bound = evidence.of(student, x, y, draws)
                loss = bound.loss
                kl += bound.kl.detach() * share / len(small)
            student.step(loss)
            total += loss.detach() * share
        if evidence is not None:
            run.note("train/kl", kl)
            run.note("train/evidence_bound", (kl_weight - 1) * kl - total)
        run.epoch(perceptrons(student), total)
    return run.results(perceptrons(student), student)


def means_of(gaussians: Gaussians) -> dict[str, Tensor]:
    """The means alone."""
    return {name: v for name, v in gaussians.items() if not name.endswith(LOG_VARIANCE)}


def stacked(members: Sequence[Gaussians], device: torch.device) -> dict[str, Tensor]:
    """What each member has, by name: [N, ...]; nothing of none."""
    names = members[0] if members else ()
    return {name: torch.stack([own[name] for own in members]).to(device) for name in names}
