"""Training of teachers: a large network on a large domain, or on that domain under a link φ.

(The teacher of the noise and dilation rows is trained on φ(source): docs/protocol, "Networks".)
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from trainables.artifacts.artifact import TeacherArtifact
from trainables.artifacts.generated_mnist import generate
from trainables.artifacts.store import Saved
from trainables.artifacts.workshop import Workshop
from trainables.data.datasets import DomainData
from trainables.data.domains import Domain
from trainables.data.splits import domain_of, hold_out, split_rows
from trainables.data.standardise import Scale, scale_of
from trainables.links.link import Link
from trainables.networks.perceptron import Perceptron
from trainables.networks.stack import Report, Stack, batches, gather_inputs, shuffled
from trainables.objectives.metrics import own_quality
from trainables.objectives.tasks import task_of
from trainables.randomness import generator


@dataclass
class Member:
    """One teacher's data: pixels [n, D] with the rows it learns from, and its own test set.

    fresh_link: the link, where it draws anew for each batch. scale: where inputs and answers are
    standardised, by the rows that it learns from.
    """

    pixels: Tensor
    labels: Tensor
    rows: Tensor
    test: Tensor
    test_labels: Tensor
    fresh_link: Link | None
    noise: torch.Generator
    scale: Scale | None = None

    def inputs(self, x: Tensor) -> Tensor:
        """A batch [B, D] under φ, drawn anew, where φ is random; else as it is."""
        return self.fresh_link(x, self.noise, None) if self.fresh_link else x


def prepare(artifact: TeacherArtifact, workshop: Workshop) -> Member:
    """Gather a teacher's data; a link without draws is applied once, to all of it."""
    recipe, seed, device = artifact.recipe, artifact.seed, workshop.device
    if artifact.vae:
        vae = workshop.vae(artifact.vae)
        made = generate(vae, artifact.vae, recipe, artifact.held_out, artifact.part)
        domain, rows = made, torch.arange(len(made.train))
    else:
        domain, rows = domain_of(recipe.domain, seed), _own_rows(artifact)
    scale = scale_of(domain.train[rows]) if artifact.domain.standardised else None
    if scale:
        domain = DomainData(scale.objects(domain.train), scale.objects(domain.test))
    link, noise = artifact.source_link, generator("link/teacher", seed)
    fresh = link if link and link.samples > 1 else None
    pixels, test = domain.train.pixels, domain.test.inputs()
    if link:
        test = link(test, generator("link/teacher-test", seed), None)
        if not fresh:
            pixels = _transformed(domain, link, noise)
    return Member(
        pixels.to(device),
        domain.train.labels.to(device),
        rows.to(device),
        test.to(device),
        domain.test.labels.to(device),
        fresh,
        noise,
        scale,
    )


def _own_rows(artifact: TeacherArtifact) -> Tensor:
    """The rows of its split, less what is held out of the student's."""
    splits = split_rows(artifact.recipe.domain, artifact.seed)
    rows = splits.of(artifact.recipe.split)
    if not artifact.withheld_from:
        return rows
    theirs = splits.of(artifact.withheld_from)
    held = hold_out(len(theirs), artifact.held_out, artifact.seed, artifact.part).validate
    return rows[~torch.isin(rows, theirs[held])]


def _transformed(domain: DomainData, link: Link, noise: torch.Generator) -> Tensor:
    blocks = domain.train.inputs().split(10_000)
    return torch.cat([link(block, noise, None) for block in blocks])


def train_teachers(
    artifacts: Sequence[TeacherArtifact], workshop: Workshop, report: Report
) -> list[Saved]:
    """Train teachers of one cohort key as one stack.

    Facts: the quality on the teacher's own test set, and the scale that its inputs and answers
    are in, where they are standardised.
    """
    started, device = time.perf_counter(), workshop.device
    members = [prepare(artifact, workshop) for artifact in artifacts]
    models = [Perceptron(a.sizes, generator("init/teacher", a.seed)) for a in artifacts]
    stack = Stack(models, [a.recipe.schedule.learning_rate for a in artifacts], device)
    orders = [generator("order/teacher", a.seed) for a in artifacts]
    schedule = artifacts[0].recipe.schedule
    task = task_of(artifacts[0].domain, broadcast=artifacts[0].recipe.broadcast)
    for epoch in range(schedule.epochs):
        order = shuffled(artifacts[0].objects, orders).to(device)
        positions = list(batches(order, schedule.batch_size))
        for step, position in enumerate(positions):
            x, y = _batch(members, position)
            stack.step(task.hard(stack(x), y))
            if step % 100 == 0:
                report((epoch + step / len(positions)) / schedule.epochs)
    seconds = (time.perf_counter() - started) / len(artifacts)
    return [
        Saved(stack.member(i), facts | {"seconds": seconds})
        for i, facts in enumerate(_test(stack, members, artifacts[0].domain))
    ]


def _batch(members: Sequence[Member], position: Tensor) -> tuple[Tensor, Tensor]:
    rows = torch.stack([m.rows[p] for m, p in zip(members, position, strict=True)])
    # Members whose pixels are kept differently (bytes, or floats under φ) are gathered apart.
    x = torch.cat(
        [
            member.inputs(gather_inputs([member.pixels], mine[None])[0])[None]
            for member, mine in zip(members, rows, strict=True)
        ]
    )
    return x, torch.stack([m.labels[mine] for m, mine in zip(members, rows, strict=True)])


def _test(stack: Stack, members: Sequence[Member], target: Domain) -> list[dict[str, Any]]:
    """Facts of each: its quality on its own test set, in the domain's unit, and its scale."""
    task, size, block = task_of(target, broadcast=False), len(members[0].test_labels), 1_000
    sums = torch.zeros(len(target.measures), len(members))
    for start in range(0, size, block):
        x = torch.stack([m.test[start : start + block] for m in members])
        y = torch.stack([m.test_labels[start : start + block] for m in members])
        found = own_quality(stack, x, y, [1] * len(stack), task.quality)
        sums += torch.stack(found).cpu() * y.shape[1] / size
    return [
        {
            f"test_{measure.name}": value * (m.scale.deviation if m.scale else 1) ** measure.power
            for measure, value in zip(target.measures, values, strict=True)
        }
        | ({"scale": m.scale._asdict()} if m.scale else {})
        for m, values in zip(members, sums.T.tolist(), strict=True)
    ]
