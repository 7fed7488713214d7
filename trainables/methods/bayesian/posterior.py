"""A teacher's mean-field posterior by its evidence bound, made once for all its students."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch

from trainables.artifacts.artifact import Artifact, TeacherArtifact
from trainables.artifacts.store import Saved
from trainables.artifacts.teacher import Member, prepare
from trainables.artifacts.workshop import Workshop
from trainables.device import Placed, clock
from trainables.identity import identity
from trainables.methods.batches import generators
from trainables.methods.bayesian import as_published
from trainables.methods.bayesian.evidence import Evidence, standard
from trainables.methods.bayesian.gaussian_network import GaussianMlp
from trainables.networks.network import Perceptron
from trainables.networks.products.layout import RELU
from trainables.networks.stack import Report, Stack
from trainables.networks.stacking.rows import batches, gather, gather_inputs, shuffled
from trainables.objectives.metrics import classified, own_quality
from trainables.randomness import generator


@dataclass(frozen=True, kw_only=True)
class PosteriorArtifact(Artifact):
    """N(m, diag s²) of a teacher's weights, under the prior N(0, prior_deviation² I).

    teacher: what it learns, and how long. deviation: s at the start. as_published: as the
    authors' code trains it (see as_published); then its prior is kept too, its names after PRIOR.
    """

    kind: ClassVar[str] = "posterior"
    teacher: TeacherArtifact
    prior_deviation: float = 1.0
    deviation: float = 0.05
    as_published: bool = False

    @property
    def sizes(self) -> tuple[int, ...]:
        """Layer sizes of the network: inputs, hidden layers, outputs."""
        network = self.teacher.recipe.network
        assert isinstance(network, Perceptron)  # as the method has checked
        domain = self.teacher.domain
        return domain.inputs, *network.hidden, domain.outputs

    @property
    def cohort_key(self) -> str:
        """Network, number of objects, schedule, priors; rates are free."""
        own = [self.prior_deviation, self.deviation, self.as_published]
        return identity([self.teacher.cohort_key, *own])


def make_posteriors(
    artifacts: Sequence[PosteriorArtifact], workshop: Workshop, report: Report
) -> list[Saved]:
    """Train the posteriors of one cohort key as one stack.

    Facts: the quality of the mean on the teacher's own test set; the bound an object, in nats.
    """
    device, first = workshop.device, artifacts[0]
    started, placed = clock(device), Placed(device)
    members = [prepare(each.teacher, workshop, placed) for each in artifacts]
    models = [
        GaussianMlp(
            first.sizes,
            0.0 if first.as_published else 2 * math.log(first.deviation),
            generator("init/teacher", each.seed),
            as_published.ACTIVATION if first.as_published else RELU,
        )
        for each in artifacts
    ]
    stack = Stack.scheduled(models, [each.teacher.recipe.schedule for each in artifacts], device)
    schedule, objects = first.teacher.recipe.schedule, first.teacher.objects
    seeds = [each.seed for each in artifacts]
    orders, draws = generators("order/teacher", seeds), generators("noise/teacher", seeds)
    evidence = Evidence(standard(stack.parameters, first.prior_deviation), objects)
    published = as_published.Published(stack, device) if first.as_published else None
    for epoch in range(schedule.epochs):
        order = shuffled(objects, orders).to(device)
        parts = list(batches(gather([m.rows for m in members], order), schedule.batch_size))
        total = torch.zeros(len(artifacts), device=device)
        for step, rows in enumerate(parts):
            x = gather_inputs([m.pixels for m in members], rows)
            y = gather([m.labels for m in members], rows)
            if published:
                loss = published.step(x, y)
            else:
                loss = evidence.of(stack, x, y, draws).loss
                stack.step(loss)
            total += loss.detach() * rows.shape[1] / objects
            if step % 100 == 0:
                report((epoch + step / len(parts)) / schedule.epochs)
    seconds = (clock(device) - started) / len(artifacts)
    found = []
    for place, facts in enumerate(_facts(stack, members)):
        tensors = stack.member(place)
        if published:
            own = published.prior.member(place)
            tensors |= {f"{as_published.PRIOR}{name}": value for name, value in own.items()}
        else:
            facts["bound"] = -total[place].item()
        found.append(Saved(tensors, facts | {"seconds": seconds}))
    return found


def _facts(stack: Stack, members: Sequence[Member]) -> list[dict[str, Any]]:
    x = torch.stack([member.test for member in members])
    y = torch.stack([member.test_labels for member in members])
    accuracy, loss = own_quality(stack, x, y, [1] * len(stack), classified, 1_000)
    return [
        {"test_accuracy": a, "test_cross_entropy": b}
        for a, b in zip(accuracy.tolist(), loss.tolist(), strict=True)
    ]
