"""Training of VAEs: an object is decoded to itself and to a counterpart of its class.

(docs/protocol, "Losses"; a VAE in the sense of Kingma and Welling 2014, with two decoders.)
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from trainables.artifacts.artifact import VaeArtifact
from trainables.artifacts.elbo import (
    bernoulli_reconstruction,
    gaussian_kl,
    kl_gradients,
    reconstruction_gradient,
)
from trainables.artifacts.labelled import labelled_rows
from trainables.artifacts.store import Saved
from trainables.artifacts.workshop import Workshop
from trainables.data.domain import Objects
from trainables.data.splits import pair_by_class
from trainables.device import Placed, clock
from trainables.networks.stack import Report, Stack
from trainables.networks.stacking.replayed import Replayed
from trainables.networks.stacking.rows import gather_inputs, stack_equal
from trainables.networks.vae import LOGIT_BOUND, Latent
from trainables.randomness import generator

PAIRED_SHARE = 0.25  # of a batch, where few objects are labelled: the rest are unlabelled ones
AHEAD = 16  # steps whose noise is drawn at once, for one copy to the device


@dataclass
class Member:
    """One VAE's own draws: the objects that it sees, those with a label, and counterparts."""

    artifact: VaeArtifact
    objects: Objects
    counterparts: Objects

    def __post_init__(self) -> None:
        recipe, seed = self.artifact.recipe, self.artifact.seed
        self.rows = recipe.objects.rows(seed).of(recipe.split)
        self.candidates = recipe.counterparts.rows(seed).train
        self.order = generator("order/vae", seed)
        self.pairing = generator("pairing", seed)
        self.noise = generator("latent/vae", seed)
        held_out, part = self.artifact.held_out, self.artifact.part
        labelled = labelled_rows(recipe.objects, recipe.labels, held_out, seed, part)
        self.labelled = self.rows if recipe.labels == "all" else labelled
        # "all": each object is paired once, as published. "small": labelled objects are few but
        # counterparts are not, so each epoch pairs anew.
        self.paired = self._pair(self.objects.labels) if recipe.labels == "all" else None

    def _pair(self, labels: Tensor) -> Tensor:
        """A random counterpart for each of these labels: rows, int64 [n]."""
        theirs, classes = self.counterparts.labels[self.candidates], self.artifact.recipe.class_map
        return self.candidates[pair_by_class(labels, theirs, self.pairing, classes)]

    def epoch(self, batch: int, paired: int) -> tuple[Tensor, Tensor]:
        """Rows of an epoch's objects [n] and counterparts [m], batch after batch.

        The first `paired` objects of each batch have a counterpart; all, if paired == batch.
        """
        order = self.rows[torch.randperm(len(self.rows), generator=self.order)]
        if self.paired is not None:
            return order, self.paired[order]
        steps = len(order) // batch
        chosen = torch.randint(len(self.labelled), (steps * paired,), generator=self.order)
        labelled = self.labelled[chosen]
        counterparts = self._pair(self.objects.labels[labelled])
        unlabelled = order[: steps * (batch - paired)].view(steps, -1)
        return torch.cat([labelled.view(steps, -1), unlabelled], dim=1).flatten(), counterparts

    def draw(self, sizes: Sequence[tuple[int, int]]) -> list[Tensor]:
        """Normal noise for the two samples of z, for each of some steps.

        sizes: objects and counterparts of each step → [objects + counterparts, latent].
        """
        latent = self.artifact.recipe.latent_size
        return [torch.randn(a + b, latent, generator=self.noise) for a, b in sizes]


def noise_of(
    members: Sequence[Member], sizes: Sequence[tuple[int, int]], device: torch.device
) -> Iterator[tuple[Tensor, Tensor]]:
    """Every member's noise, step by step: [N, objects, latent] and [N, counterparts, latent].

    It is drawn on the host and put on the device AHEAD steps at a time.
    """
    for start in range(0, len(sizes), AHEAD):
        some = sizes[start : start + AHEAD]
        drawn = zip(*(member.draw(some) for member in members), strict=True)
        parts = [
            part
            for own, size in zip(drawn, some, strict=True)
            for part in torch.stack(own).split(size, 1)
        ]
        whole = torch.cat([part.flatten() for part in parts]).to(device)
        pieces = whole.split([part.numel() for part in parts])
        placed = [piece.view(part.shape) for piece, part in zip(pieces, parts, strict=True)]
        yield from zip(placed[::2], placed[1::2], strict=True)


def train_vaes(
    artifacts: Sequence[VaeArtifact], workshop: Workshop, report: Report
) -> list[Saved]:
    """Train VAEs of one recipe as one stack; facts: the last epoch's loss terms, in nats."""
    device = workshop.device
    started, placed, recipe = clock(device), Placed(device), artifacts[0].recipe
    objects, counterparts = recipe.objects.load().train, recipe.counterparts.load().train
    members = [Member(artifact, objects, counterparts) for artifact in artifacts]
    models = [recipe.build(generator("init/vae", artifact.seed)) for artifact in artifacts]
    schedule = recipe.schedule
    stack = Stack.scheduled(models, [artifact.recipe.schedule for artifact in artifacts], device)
    object_pixels = [placed(objects.pixels)] * len(members)
    counterpart_pixels = [placed(counterparts.pixels)] * len(members)

    batch = min(schedule.batch_size, len(members[0].rows))
    paired = batch if recipe.labels == "all" else math.ceil(batch * PAIRED_SHARE)
    steps = schedule.steps(len(members[0].rows))
    terms = torch.zeros(len(members), 3, device=device)

    def step_on(x: Tensor, d: Tensor, *noise: Tensor) -> Outputs:
        outputs = Outputs(*stack(x, *noise))
        stack.step_from(outputs.tensors, outputs.gradients(x, d, recipe.kl_weight))
        return outputs

    def step_alone(x: Tensor, d: Tensor, *noise: Tensor) -> None:
        step_on(x, d, *noise)

    replayed = Replayed(step_alone, device, static=stack.is_static)
    for epoch in range(schedule.epochs):
        drawn = [member.epoch(batch, paired) for member in members]
        object_rows = stack_equal([rows for rows, _ in drawn], device).split(batch, dim=1)
        counterpart_rows = stack_equal([rows for _, rows in drawn], device).split(paired, dim=1)
        count = len(object_rows)
        batches = list(zip(object_rows, counterpart_rows, strict=True))
        noises = noise_of(members, [(x.shape[1], d.shape[1]) for x, d in batches], device)
        for step, ((x_rows, d_rows), noise) in enumerate(zip(batches, noises, strict=True)):
            stack.set_rate_factor(schedule.rate_factor(epoch * count + step, steps))
            x, d = gather_inputs(object_pixels, x_rows), gather_inputs(counterpart_pixels, d_rows)
            if epoch == schedule.epochs - 1:  # the terms are for the records alone
                terms += step_on(x, d, *noise).elbo_terms(x, d) / count
            else:
                replayed(x, d, *noise)
            if step % 50 == 0:
                report((epoch + step / count) / schedule.epochs)
    seconds = clock(device) - started
    return [
        Saved(stack.member(i), _facts(terms[i], seconds / len(members)))
        for i in range(len(members))
    ]


class Outputs(NamedTuple):
    """What a stack of VAEs puts out for a batch: see Vae.forward."""

    objects: Tensor
    counterparts: Tensor
    latent: Latent

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """All of them, in the order of `gradients`."""
        return self.objects, self.counterparts, *self.latent

    @torch.no_grad()
    def elbo_terms(self, objects: Tensor, counterparts: Tensor) -> Tensor:
        """Reconstruction of objects and of counterparts, KL: [N, 3]; their sum is -ELBO."""
        return torch.stack(
            [
                bernoulli_reconstruction(self.objects, objects, LOGIT_BOUND),
                bernoulli_reconstruction(self.counterparts, counterparts, LOGIT_BOUND),
                gaussian_kl(*self.latent),
            ],
            dim=-1,
        )

    @torch.no_grad()
    def gradients(
        self, objects: Tensor, counterparts: Tensor, kl_weight: float
    ) -> tuple[Tensor, ...]:
        """Of the loss, its KL term so weighted, with respect to each of `tensors`."""
        return (
            reconstruction_gradient(self.objects, objects, LOGIT_BOUND),
            reconstruction_gradient(self.counterparts, counterparts, LOGIT_BOUND),
            *(kl_weight * gradient for gradient in kl_gradients(*self.latent)),
        )


def _facts(terms: Tensor, seconds: float) -> dict[str, float]:
    objects, counterparts, kl = terms.tolist()
    return {"object_loss": objects, "counterpart_loss": counterparts, "kl": kl, "seconds": seconds}
