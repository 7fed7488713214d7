"""Training of teachers: a large network on a large domain, or on that domain under a link φ.

(The teacher of the noise and dilation rows is trained on φ(source): docs/protocol, "Networks".)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from trainables.artifacts.artifact import TeacherArtifact, VaeArtifact
from trainables.artifacts.generated import generate
from trainables.artifacts.labelled import without_held_out
from trainables.artifacts.store import Saved
from trainables.artifacts.workshop import Workshop
from trainables.data.augment import Augment, ChannelScale, channel_scale
from trainables.data.domain import Domain, Objects, Shape
from trainables.data.domains import Generated
from trainables.data.standardise import Scale, scale_of
from trainables.device import Placed, are_one, clock
from trainables.links.link import Link, apply
from trainables.networks.stack import Report, Stack
from trainables.networks.stacking.replayed import Replayed
from trainables.networks.stacking.rows import batches, gather, gather_inputs, shuffled
from trainables.objectives.metrics import own_quality
from trainables.objectives.tasks import hard_loss, quality_of
from trainables.randomness import generator


@dataclass
class Member:
    """One teacher's data: pixels [n, D] with the rows it learns from, and its own test set.

    fresh_link: the link, where it draws anew for each batch; it reads objects of `shape`. scale:
    where inputs and answers are standardised, by the rows that it learns from. channels: where
    images are, by the schedule. changes: draws of augmentation.
    """

    pixels: Tensor
    labels: Tensor
    rows: Tensor
    test: Tensor
    test_labels: Tensor
    shape: Shape
    fresh_link: Link | None
    noise: torch.Generator
    changes: torch.Generator
    augment: Augment | None = None
    scale: Scale | None = None
    channels: ChannelScale | None = None

    @property
    def changes_inputs(self) -> bool:
        """Whether its network reads something else than its pixels."""
        return any((self.augment, self.fresh_link, self.channels))

    def inputs(self, x: Tensor) -> Tensor:
        """A batch [B, D] as the network reads it: changed and under φ, drawn anew."""
        if self.augment:
            x = self.augment(x[None], self.shape, [self.changes])[0]
        if self.fresh_link:
            x = apply(self.fresh_link, x, self.shape, self.noise)
        return self.channels.inputs(x) if self.channels else x


def prepare(artifact: TeacherArtifact, workshop: Workshop, placed: Placed | None = None) -> Member:
    """Gather a teacher's data; a link without draws is applied once, to all of it.

    placed: what the teachers of a cohort have in common is on the device once.
    """
    domain, seed, placed = artifact.domain, artifact.seed, placed or Placed(workshop.device)
    train, test, rows = _objects(artifact, workshop)
    scale = scale_of(train[rows]) if domain.standardised else None
    if scale:
        train, test = scale.objects(train), scale.objects(test)
    schedule = artifact.recipe.schedule
    link, noise = artifact.source_link, generator("link/teacher", seed)
    fresh = link if link and link.samples > 1 else None
    pixels, test_inputs = train.pixels, test.inputs()
    if link:
        draws = generator("link/teacher-test", seed)
        test_inputs = apply(link, test_inputs, domain.shape, draws)
        if not fresh:
            blocks = train.inputs().split(10_000)
            pixels = torch.cat([apply(link, block, domain.shape, noise) for block in blocks])
    shape = artifact.shape if link and not fresh else domain.shape
    channels = channel_scale(pixels[rows], shape) if schedule.normalise else None
    if channels:
        test_inputs = channels.inputs(test_inputs)
    return Member(
        placed(pixels),
        placed(train.labels),
        placed(rows),
        placed(test_inputs),
        placed(test.labels),
        shape,
        fresh,
        noise,
        generator("augment/teacher", seed),
        schedule.augment,
        scale,
        channels,
    )


def _objects(artifact: TeacherArtifact, workshop: Workshop) -> tuple[Objects, Objects, Tensor]:
    """All objects of its domain, its test set, and the rows of the first that it learns from."""
    domain, split, seed = artifact.domain, artifact.recipe.split, artifact.seed
    if isinstance(domain, Generated):
        assert isinstance(artifact.vae, VaeArtifact)
        vae = workshop.vae(artifact.vae)
        made = generate(vae, artifact.vae, domain, split, artifact.held_out, artifact.part)
        assert made.test
        return made.train, made.test, torch.arange(len(made.train))
    rows = domain.rows(seed).of(split)
    if artifact.withheld_from:
        held = (artifact.withheld_from, artifact.held_out, seed, artifact.part)
        rows = without_held_out(domain, split, *held)
    return domain.load().train, domain.test(seed), rows


def train_teachers(
    artifacts: Sequence[TeacherArtifact], workshop: Workshop, report: Report
) -> list[Saved]:
    """Train teachers of one cohort key as one stack.

    Facts: the quality on the teacher's own test set, and the scale that its inputs and answers
    are in, where they are standardised.
    """
    device = workshop.device
    started, placed = clock(device), Placed(device)
    members = [prepare(artifact, workshop, placed) for artifact in artifacts]
    first = artifacts[0].recipe
    models = [
        first.network.initialised(a.shape, a.domain.outputs, generator("init/teacher", a.seed))
        for a in artifacts
    ]
    if first.weights:  # trained elsewhere
        for model in models:
            model.load_state_dict(first.read_weights())
    draws = [generator("dropout/teacher", a.seed) for a in artifacts]
    stack = Stack.scheduled(models, [a.recipe.schedule for a in artifacts], device, draws)
    orders = [generator("order/teacher", a.seed) for a in artifacts]
    schedule, loss = first.schedule, hard_loss(first.domain, broadcast=first.broadcast)
    steps = schedule.steps(artifacts[0].objects)
    one_step = Replayed(
        lambda x, y: stack.step(loss(stack.answer(x), y)), device, static=stack.is_static
    )
    for epoch in range(schedule.epochs if first.trained and not first.weights else 0):
        order = shuffled(artifacts[0].objects, orders).to(device)
        seen = gather([member.rows for member in members], order)
        parts = list(batches(seen, schedule.batch_size))
        for step, rows in enumerate(parts):
            stack.set_rate_factor(schedule.rate_factor(epoch * len(parts) + step, steps))
            one_step(*_batch(members, rows))
            if step % 100 == 0:
                report((epoch + step / len(parts)) / schedule.epochs)
    seconds = (clock(device) - started) / len(artifacts)
    return [
        Saved(stack.member(i), facts | {"seconds": seconds})
        for i, facts in enumerate(_test(stack, members, artifacts[0].domain))
    ]


def _batch(members: Sequence[Member], rows: Tensor) -> tuple[Tensor, Tensor]:
    """Of each member these rows [N, B]: inputs [N, B, D] as its network reads them, and labels."""
    sources = [member.pixels for member in members]
    if are_one(sources):
        x = gather_inputs(sources, rows)
    else:  # kept differently, bytes or floats under φ, they are gathered apart
        x = torch.cat(
            [gather_inputs(sources[n : n + 1], rows[n : n + 1]) for n in range(len(rows))]
        )
    if any(member.changes_inputs for member in members):
        x = torch.stack([member.inputs(own) for member, own in zip(members, x, strict=True)])
    return x, gather([member.labels for member in members], rows)


def _test(stack: Stack, members: Sequence[Member], target: Domain) -> list[dict[str, Any]]:
    """Facts of each: its quality on its own test set, in the domain's unit, and its scale."""
    quality, size, block = quality_of(target), len(members[0].test_labels), 1_000
    sums = torch.zeros(len(target.measures), len(members))
    for start in range(0, size, block):
        x = torch.stack([m.test[start : start + block] for m in members])
        y = torch.stack([m.test_labels[start : start + block] for m in members])
        found = own_quality(stack, x, y, [1] * len(stack), quality)
        sums += torch.stack(found).cpu() * y.shape[1] / size
    return [
        {
            f"test_{measure.name}": value * (m.scale.deviation if m.scale else 1) ** measure.power
            for measure, value in zip(target.measures, values, strict=True)
        }
        | ({"scale": m.scale._asdict()} if m.scale else {})
        | ({"channels": m.channels._asdict()} if m.channels else {})
        for m, values in zip(members, sums.T.tolist(), strict=True)
    ]
