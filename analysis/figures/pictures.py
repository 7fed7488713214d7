"""Garments and digits as they are seen: the paper's Figures 3, 5, 7 and 8."""

import json
from collections.abc import Iterator, Sequence
from functools import partial

import torch
from matplotlib.axes import Axes
from torch import Tensor

from analysis.evidence.rows import Row
from analysis.figures.figure import Drawn, Left, new_figure, style
from records.schema import ARTIFACT
from trainables.artifacts.store import Store, UnusableArtifactError
from trainables.data.datasets import Images, load
from trainables.data.domains import FASHION_MNIST, IMAGES, MNIST
from trainables.data.splits import pair_with_digits, split_rows
from trainables.links.fixed import Dilation, Noise
from trainables.links.link import Link
from trainables.networks.vae import Vae
from trainables.randomness import generator
from trainables.recipes import VaeRecipe

CLASSES = (
    "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
)  # fmt: skip
PLANE = 12  # images along each side of the latent plane
LINKS: dict[int, type[Link]] = {3: Noise, 5: Dilation}  # by the number of the paper's figure


def draw(rows: Sequence[Row], store: Store | None) -> Iterator[Drawn | Left]:
    """Each picture whose link or VAE the study has; none where its objects are no images."""
    if not any(row.domain.kind == IMAGES for row in rows):
        return
    for number, link in LINKS.items():
        row = next((row for row in rows if row["link"] == link.name and row.corrected), None)
        if row:
            fields = {k: v for k, v in row.planned.definition["link"].items() if k}
            yield _under_a_link(number, link(**fields))
    with_vae = [r for r in rows if r["link"] == "VAE" and r.corrected]
    if with_vae:
        labels = sorted(with_vae, key=lambda row: row["vae_labels"])
        yield _or_left("fig07", "Figure 7", partial(_through_the_vae, labels[0], store))
        plane = _or_left("fig08", "Figure 8", partial(_plane, store))
        if isinstance(plane, Drawn) or any(row.printed for row in with_vae):
            yield plane


def _or_left(name: str, title: str, make: "partial[Drawn]") -> Drawn | Left:
    try:
        return make()
    except UnusableArtifactError as error:
        return Left(name, title, str(error))


def one_of_each_class(seed: int = 0) -> Images:
    """A garment of each class, from Small of a seed."""
    garments = load(FASHION_MNIST).train
    rows = split_rows(FASHION_MNIST, seed).small
    labels = garments.labels[rows]
    first = torch.stack([rows[(labels == label).nonzero()[0, 0]] for label in range(10)])
    return garments[first]


def strip(images: Tensor) -> Tensor:
    """Images [n, side · side] side by side: [side, n · side]."""
    side = round(images.shape[1] ** 0.5)
    return images.reshape(-1, side, side).transpose(0, 1).reshape(side, -1)


def _show(axes: Axes, images: Tensor, label: str) -> None:
    picture = strip(images).numpy()
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest", aspect="equal")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.set_ylabel(label, rotation=0, ha="right", va="center")


def _strips(name: str, lines: dict[str, Tensor]) -> Drawn:
    with style(name):
        figure = new_figure(0.78 * len(lines) + 0.3)
        panels = figure.subplots(len(lines), 1)
        for axes, (label, images) in zip(panels, lines.items(), strict=True):
            _show(axes, images, label)
        side = round(next(iter(lines.values())).shape[1] ** 0.5)
        ticks = [side * (k + 0.5) for k in range(10)]
        panels[-1].set_xticks(ticks, CLASSES)
        panels[-1].tick_params(length=0)
    return Drawn(name, "", "", figure)


def _under_a_link(number: int, link: Link) -> Drawn:
    garments = one_of_each_class().inputs()
    changed = link(garments, generator("link/figure", 0), None)
    drawn = _strips(
        f"fig{number:02d}", {"garment": garments, f"under {link.name}": _fitted(changed)}
    )
    side = round(changed.shape[1] ** 0.5)
    gap = (changed - garments).abs().mean() if side == 28 else None
    drawn.title = f"Figure {number}. Garments before and after {link.name} ({link.parameters()})"
    drawn.caption = f"A garment of each class, grey values 0 to 1; after: {side}×{side} pixels"
    drawn.caption += f", changed by {gap:.3f} on average." if gap is not None else "."
    return drawn


def _fitted(images: Tensor) -> Tensor:
    """Smaller images with a margin, so that they stand under those of 28×28."""
    side = round(images.shape[1] ** 0.5)
    margin = (28 - side) // 2
    square = images.reshape(-1, side, side)
    return torch.nn.functional.pad(square, (margin,) * 4, value=1.0).flatten(1)


def _load_vae(store: Store | None, key: str) -> Vae:
    if store is None:
        raise UnusableArtifactError("the artifacts are not at hand: give --results")
    if not store.has("vae", key):
        raise UnusableArtifactError(f"the VAE {key} is not in the store: launch the space again")
    saved = store.load("vae", key)
    about = json.loads(store.path("vae", key).read_bytes())["describes"]
    known = {
        k: v for k, v in about["recipe"].items() if k in ("labels", "latent_size", "hidden_size")
    }
    vae = Vae(VaeRecipe(**known), generator("unused", 0))
    vae.load_state_dict(saved.tensors)
    return vae.requires_grad_(False)


def _through_the_vae(row: Row, store: Store | None) -> Drawn:
    if not row.finished:
        raise UnusableArtifactError(f"{row.label}: {row.lack()}")
    seed, record = min(row.finished.items())
    vae = _load_vae(store, record.tags.get(f"{ARTIFACT}.vae", "unknown"))
    garments, digits = one_of_each_class(seed), load(MNIST).train
    paired = digits[pair_with_digits(garments.labels, digits, generator("pairing/figure", seed))]
    latent = vae.encode(garments.inputs())
    noise = torch.randn(latent.mean.shape, generator=generator("latent/figure", seed))
    z = latent.sample(noise)
    drawn = _strips(
        "fig07",
        {
            "a) garment": garments.inputs(),
            "its paired digit": paired.inputs(),
            "b) VAE's garment": vae.garment_logits(z).sigmoid(),
            "VAE's digit": vae.digit_logits(z).sigmoid(),
        },
    )
    right = f"of seed {seed}, labels known: {row['vae_labels']}"
    drawn.title = f"Figure 7. The synthetic set's pairs, and garments through the VAE ({right})"
    drawn.caption = (
        "a) A garment of each class with a random digit of the same class. b) Both decoders' "
        "means for one sample z of the encoder; the digit is what the teacher is asked about."
    )
    return drawn


def _plane(store: Store | None) -> Drawn:
    vae = _load_vae(store, _two_dimensional(store))
    levels = torch.linspace(0.5 / PLANE, 1 - 0.5 / PLANE, PLANE)
    places = torch.special.ndtri(levels)
    z = torch.cartesian_prod(places.flip(0), places)
    decoded = {"a) digits": vae.digit_logits(z), "b) garments": vae.garment_logits(z)}
    with style("fig08"):
        figure = new_figure(4.0)
        for axes, (label, logits) in zip(figure.subplots(1, 2), decoded.items(), strict=True):
            tiles = logits.sigmoid().reshape(PLANE, PLANE, 28, 28)
            picture = tiles.permute(0, 2, 1, 3).reshape(PLANE * 28, PLANE * 28).numpy()
            extent = (0, PLANE, 0, PLANE)
            axes.imshow(picture, cmap="gray", vmin=0, vmax=1, extent=extent)
            shown = range(1, PLANE, 3)
            names = [f"{places[k]:.1f}" for k in shown]
            axes.set_xticks([k + 0.5 for k in shown], names)
            axes.set_yticks([k + 0.5 for k in shown], names)
            axes.set(xlabel="z₁", ylabel="z₂")
            axes.set_title(label, loc="left")
    title = "Figure 8. The plane of a 2-dimensional latent space, as digits and as garments"
    caption = (
        f"Both decoders' means at {PLANE} × {PLANE} points z, spaced by quantiles of the prior "
        "N(0, I); a VAE of latent size 2, seed 0. The same z gives the digit and the garment."
    )
    return Drawn("fig08", title, caption, figure)


def _two_dimensional(store: Store | None) -> str:
    """The key of a VAE of latent size 2, the one with the most labels first."""
    if store is None:
        raise UnusableArtifactError("the artifacts are not at hand: give --results")
    found = []
    for path in sorted(store.root.glob("vae/*.json")):
        recipe = json.loads(path.read_bytes())["describes"]["recipe"]
        if recipe.get("latent_size") == 2:
            found.append((recipe.get("garments", ""), path.stem))
    if not found:
        raise UnusableArtifactError(
            "no VAE of latent size 2 is in the store: python -m study.launch --space paper_table"
        )
    return min(found)[1]
