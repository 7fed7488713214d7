"""How a VAE's schedule was chosen: python -m benchmarks.vae_recipe

The garments' VAE by several schedules, each with the same selection seeds, compared by the
negative ELBO of test garments and digits of their class (in nats, lower is better), paired seed by
seed with 20 epochs of batch 64 at a constant rate of 1e-3. No student is trained.
"""

import json
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.table import Table
from scipy import stats

from search_spaces.base.search import FIRST_SELECTION_SEED
from search_spaces.rows.garments import VAE
from trainables.artifacts.artifact import VaeArtifact
from trainables.artifacts.vae import Outputs, train_vaes
from trainables.artifacts.workshop import ignore
from trainables.cohorts.kinds import open_workshop
from trainables.data.splits import pair_by_class
from trainables.links.vae_recipe import VaeRecipe
from trainables.networks.stack import Stack
from trainables.randomness import generator
from trainables.schedule import Schedule

BEFORE = Schedule(epochs=20, batch_size=64)
WARM_UP = 0.05
CPU = torch.device("cpu")


def cosine(epochs: int, batch_size: int, learning_rate: float) -> Schedule:
    """Up to this rate in the first steps, then down to 0."""
    return Schedule(
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        rate="cosine",
        warm_up=WARM_UP,
    )


def held_out_loss(recipe: VaeRecipe, weights: dict[str, torch.Tensor]) -> float:
    """The negative ELBO on the test set, nats an object; pairs and noise are always the same."""
    objects, counterparts = recipe.objects.test(0), recipe.counterparts.test(0)
    draw = generator("benchmarks/vae", 0)
    pairs = pair_by_class(objects.labels, counterparts.labels, draw, recipe.class_map)
    x, d = objects.inputs(), counterparts.inputs()[pairs]
    noises = torch.randn(2, 1, len(x), recipe.latent_size, generator=draw)
    model = recipe.build(draw)
    model.load_state_dict(weights)
    with torch.no_grad():
        outputs = Outputs(*Stack([model], [0.0], CPU)(x[None], *noises))
        return float(outputs.elbo_terms(x[None], d[None]).sum())


def main(
    seeds: Annotated[int, typer.Option(help="Selection seeds of each.")] = 2,
    schedules: Annotated[
        str, typer.Option(help="EPOCHSxBATCH@RATE, by commas; each warms up and is cosine.")
    ] = "7x128@7e-3,8x128@5e-3,8x128@7e-3,8x128@9e-3,9x128@6e-3,9x256@7e-3,8x64@2e-3",
) -> None:
    """Train them, print a table and one line of JSON."""
    torch.set_num_threads(1)
    tried = {"20x64@1e-3 constant": BEFORE}
    for text in schedules.split(","):
        epochs, rest = text.split("x")
        batch, rate = rest.split("@")
        tried[text] = cosine(int(epochs), int(batch), float(rate))
    chosen = range(FIRST_SELECTION_SEED, FIRST_SELECTION_SEED + seeds)
    table = Table(title=f"Negative ELBO on the test set, nats; {seeds} seeds")
    for heading in (
        "schedule",
        "seconds of a core",
        "mean",
        "less than the first",
        "95 % interval",
    ):
        table.add_column(heading, justify="right")
    losses: dict[str, list[float]] = {}
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        workshop = open_workshop(Path(folder), CPU)
        for name, schedule in tried.items():
            recipe, started = replace(VAE, schedule=schedule), time.process_time()
            losses[name] = []
            for seed in chosen:
                saved = train_vaes([VaeArtifact(recipe=recipe, seed=seed)], workshop, ignore)
                losses[name].append(held_out_loss(recipe, saved[0].tensors))
            seconds[name] = (time.process_time() - started) / seeds
            print(name, losses[name], f"{seconds[name]:.1f} s", flush=True)
    first = losses[next(iter(tried))]
    for name, found in losses.items():
        gaps = [b - a for a, b in zip(found, first, strict=True)]
        interval = "-"
        if seeds > 1 and any(gaps):
            low, high = stats.ttest_1samp(gaps, 0).confidence_interval()
            interval = f"[{low:+.2f}, {high:+.2f}]"
        table.add_row(
            name, f"{seconds[name]:.1f}", f"{statistics.fmean(found):.2f}",
            f"{statistics.fmean(gaps):+.2f}", interval,
        )  # fmt: skip
    Console().print(table)
    print(json.dumps({"losses": losses, "seconds": seconds}))


if __name__ == "__main__":
    typer.run(main)
