"""Training of VAEs: a garment is decoded to itself and to a digit of its class.

(docs/protocol, "Losses"; a VAE in the sense of Kingma and Welling 2014, with two decoders.)
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainables.artifacts.artifact import VaeArtifact
from trainables.artifacts.store import Saved
from trainables.artifacts.workshop import Workshop
from trainables.data.datasets import Images, load
from trainables.data.domains import FASHION_MNIST, MNIST
from trainables.data.splits import labelled_garments, pair_with_digits, split_rows
from trainables.networks.stack import Report, Stack, gather_inputs, stack_equal
from trainables.networks.vae import Vae
from trainables.objectives.losses import bernoulli_reconstruction, gaussian_kl
from trainables.randomness import generator

PAIRED_SHARE = 0.25  # of a batch, where few garments are labelled: the rest are unlabelled ones


@dataclass
class Member:
    """One VAE's own draws: the garments that it sees, those with a label, and their digits."""

    artifact: VaeArtifact
    garments: Images
    digits: Images

    def __post_init__(self) -> None:
        recipe, seed = self.artifact.recipe, self.artifact.seed
        self.rows = split_rows(FASHION_MNIST, seed).of(recipe.garments)
        self.order = generator("order/vae", seed)
        self.pairing = generator("pairing", seed)
        self.noise = generator("latent/vae", seed)
        labelled = labelled_garments(
            recipe.labels, self.artifact.held_out, seed, self.artifact.part
        )
        self.labelled = self.rows if recipe.labels == "all" else labelled
        # "all": each garment is paired once, as published. "small": labelled garments are few
        # but digits are not, so each epoch pairs anew.
        self.digit_of_row = (
            pair_with_digits(self.garments.labels, self.digits, self.pairing)
            if recipe.labels == "all"
            else None
        )

    def epoch(self, batch: int, paired: int) -> tuple[Tensor, Tensor]:
        """Rows of an epoch's garments [n] and digits [m], batch after batch.

        The first `paired` garments of each batch have a digit; all have one if paired == batch.
        """
        order = self.rows[torch.randperm(len(self.rows), generator=self.order)]
        if self.digit_of_row is not None:
            return order, self.digit_of_row[order]
        steps = len(order) // batch
        chosen = torch.randint(len(self.labelled), (steps * paired,), generator=self.order)
        labelled = self.labelled[chosen]
        digits = pair_with_digits(self.garments.labels[labelled], self.digits, self.pairing)
        unlabelled = order[: steps * (batch - paired)].view(steps, -1)
        return torch.cat([labelled.view(steps, -1), unlabelled], dim=1).flatten(), digits

    def draw(self, garments: int, digits: int) -> tuple[Tensor, Tensor]:
        """Normal noise for the two samples of z: [garments, latent] and [digits, latent]."""
        size = self.artifact.recipe.latent_size
        noise = torch.randn(garments + digits, size, generator=self.noise)
        return noise[:garments], noise[garments:]


def train_vaes(
    artifacts: Sequence[VaeArtifact], workshop: Workshop, report: Report
) -> list[Saved]:
    """Train VAEs of one recipe as one stack; facts: the last epoch's loss terms, in nats."""
    started, device = time.perf_counter(), workshop.device
    recipe = artifacts[0].recipe
    garments, digits = load(FASHION_MNIST).train, load(MNIST).train
    members = [Member(artifact, garments, digits) for artifact in artifacts]
    models = [Vae(recipe, generator("init/vae", artifact.seed)) for artifact in artifacts]
    rates = [artifact.recipe.schedule.learning_rate for artifact in artifacts]
    stack = Stack(models, rates, device)
    garment_pixels = [garments.pixels.to(device)] * len(members)
    digit_pixels = [digits.pixels.to(device)] * len(members)

    schedule = recipe.schedule
    batch = min(schedule.batch_size, len(members[0].rows))
    paired = batch if recipe.labels == "all" else math.ceil(batch * PAIRED_SHARE)
    terms = torch.zeros(len(members), 3, device=device)
    for epoch in range(schedule.epochs):
        drawn = [member.epoch(batch, paired) for member in members]
        garment_rows = stack_equal([rows for rows, _ in drawn], device).split(batch, dim=1)
        digit_rows = stack_equal([rows for _, rows in drawn], device).split(paired, dim=1)
        terms = torch.zeros(len(members), 3, device=device)
        for step, (x_rows, d_rows) in enumerate(zip(garment_rows, digit_rows, strict=True)):
            x, d = gather_inputs(garment_pixels, x_rows), gather_inputs(digit_pixels, d_rows)
            noises = [member.draw(x.shape[1], d.shape[1]) for member in members]
            x_noise = stack_equal([noise for noise, _ in noises], device)
            d_noise = stack_equal([noise for _, noise in noises], device)
            losses = elbo_terms(stack, x, d, x_noise, d_noise)
            stack.step(losses.sum(-1))
            terms += losses.detach()
            if step % 50 == 0:
                report((epoch + step / len(garment_rows)) / schedule.epochs)
        terms /= len(garment_rows)
    seconds = time.perf_counter() - started
    return [
        Saved(stack.member(i), _facts(terms[i], seconds / len(members)))
        for i in range(len(members))
    ]


def elbo_terms(
    stack: Stack, garments: Tensor, digits: Tensor, garment_noise: Tensor, digit_noise: Tensor
) -> Tensor:
    """Garment reconstruction, digit reconstruction, KL: [N, 3]; their sum is the loss."""
    garment_logits, digit_logits, latent = stack(garments, garment_noise, digit_noise)
    return torch.stack(
        [
            bernoulli_reconstruction(garment_logits, garments),
            bernoulli_reconstruction(digit_logits, digits),
            gaussian_kl(latent.mean, latent.std),
        ],
        dim=-1,
    )


def _facts(terms: Tensor, seconds: float) -> dict[str, float]:
    garment, digit, kl = terms.tolist()
    return {"garment_loss": garment, "digit_loss": digit, "kl": kl, "seconds": seconds}
