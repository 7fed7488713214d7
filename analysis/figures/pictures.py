"""Objects as they are seen, before and after a link: the paper's Figures 3, 5, 7 and 8.

They are drawn of the built-in domains of images, which records name.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields as of
from functools import partial

import torch
from matplotlib.axes import Axes
from torch import Tensor

from analysis.evidence.rows import Row
from analysis.figures.figure import Drawn, Left, new_figure, style
from records.schema import ARTIFACT
from trainables.artifacts.store import Store, UnusableArtifactError
from trainables.data.domain import Domain, Objects
from trainables.data.domains import BUILT_IN
from trainables.data.splits import pair_by_class
from trainables.data.task import Classes
from trainables.links.fixed import Dilation, Noise
from trainables.links.link import Link, apply
from trainables.networks.vae import Vae
from trainables.randomness import generator

PLANE = 12  # images along each side of the latent plane
LINKS: dict[int, type[Link]] = {3: Noise, 5: Dilation}  # by the number of the paper's figure


def draw(rows: Sequence[Row], store: Store | None) -> Iterator[Drawn | Left]:
    """Each picture whose link or VAE the study has; none where its objects are no images."""
    target = BUILT_IN.get(rows[0].domain.name) if rows else None
    if target is None or not rows[0].domain.is_of_images:
        return
    for number, link in LINKS.items():
        row = next((row for row in rows if row["link"] == link.name and row.corrected), None)
        if row:
            stated = row.planned.definition.get("link", {})
            fields = {one.name: stated[one.name] for one in of(link) if one.name in stated}
            yield _under_a_link(number, link(**fields), target)
    with_vae = [r for r in rows if r["link"] == "VAE" and r.corrected]
    if with_vae:
        labels = sorted(with_vae, key=lambda row: row["vae_labels"])
        yield _or_left("fig07", "Figure 7", partial(_through_the_vae, labels[0], store, target))
        plane = _or_left("fig08", "Figure 8", partial(_plane, store))
        if isinstance(plane, Drawn) or any(row.printed for row in with_vae):
            yield plane


def _or_left(name: str, title: str, make: "partial[Drawn]") -> Drawn | Left:
    try:
        return make()
    except UnusableArtifactError as error:
        return Left(name, title, str(error))


def one_of_each_class(domain: Domain, seed: int = 0) -> Objects:
    """An object of each class, from Small of a seed."""
    small = domain.split("Small", seed)
    classes = range(domain.outputs)
    return small[torch.stack([(small.labels == k).nonzero()[0, 0] for k in classes])]


def _one(domain: Domain) -> str:
    """What one of its objects is called."""
    return domain.objects.removesuffix("s")


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


def _strips(name: str, lines: dict[str, Tensor], domain: Domain) -> Drawn:
    with style(name):
        figure = new_figure(0.78 * len(lines) + 0.3)
        panels = figure.subplots(len(lines), 1)
        for axes, (label, images) in zip(panels, lines.items(), strict=True):
            _show(axes, images, label)
        side = round(next(iter(lines.values())).shape[1] ** 0.5)
        assert isinstance(domain.task, Classes)
        ticks = [side * (k + 0.5) for k in range(domain.outputs)]
        panels[-1].set_xticks(ticks, domain.task.names)
        panels[-1].tick_params(length=0)
    return Drawn(name, "", "", figure)


def _under_a_link(number: int, link: Link, domain: Domain) -> Drawn:
    objects = one_of_each_class(domain).inputs()
    changed = apply(link, objects, domain.shape, generator("link/figure", 0))
    lines = {_one(domain): objects, f"under {link.name}": _fitted(changed, domain.shape[-1])}
    drawn = _strips(f"fig{number:02d}", lines, domain)
    called, side = domain.objects.capitalize(), link.shape(domain.shape)[-1]
    drawn.title = f"Figure {number}. {called} before and after {link.name} ({link.parameters()})"
    drawn.caption = f"A {_one(domain)} of each class, grey values 0 to 1; after: "
    drawn.caption += f"{side}×{side} pixels"
    same = changed.shape == objects.shape
    gap = f", changed by {(changed - objects).abs().mean():.3f} on average." if same else "."
    drawn.caption += gap
    return drawn


def _fitted(images: Tensor, full: int) -> Tensor:
    """Smaller images with a margin, so that they stand under those of the full side."""
    side = round(images.shape[1] ** 0.5)
    margin = (full - side) // 2
    square = images.reshape(-1, side, side)
    return torch.nn.functional.pad(square, (margin,) * 4, value=1.0).flatten(1)


def _load_vae(store: Store | None, key: str) -> tuple[Vae, Domain, Domain]:
    """A stored VAE, and the two domains that it stands between."""
    if store is None:
        raise UnusableArtifactError(
            "it shows stored artifacts, which were not at hand: give --results"
        )
    if not store.has("vae", key):
        raise UnusableArtifactError(
            f"the VAE {key} that it shows is not stored here: launch the space again"
        )
    tensors = store.load("vae", key).tensors
    recipe = json.loads(store.path("vae", key).read_bytes())["describes"]["recipe"]
    objects, counterparts = (_domain_of(recipe[side]) for side in ("objects", "counterparts"))
    hidden, latent = tensors["encoder.0.bias"].numel(), tensors["encoder.1.bias"].numel() // 2
    vae = Vae(objects.inputs, counterparts.inputs, hidden, latent, generator("unused", 0))
    vae.load_state_dict(tensors)
    return vae.requires_grad_(False), objects, counterparts


def _domain_of(plain: dict[str, str]) -> Domain:
    """A built-in domain from its canonical form."""
    found = BUILT_IN.get(plain.get("dataset", ""))
    if found is None:
        raise UnusableArtifactError("its VAE is of domains that are not built in")
    return found


def _through_the_vae(row: Row, store: Store | None, domain: Domain) -> Drawn:
    if not row.finished:
        raise UnusableArtifactError(f"{row.label}: {row.lack()}")
    seed, record = min(row.finished.items())
    vae, _, theirs = _load_vae(store, record.tags.get(f"{ARTIFACT}.vae", "unknown"))
    objects, counterparts = one_of_each_class(domain, seed), theirs.load().train
    draw = generator("pairing/figure", seed)
    classes = range(domain.outputs)
    paired = counterparts[pair_by_class(objects.labels, counterparts.labels, draw, classes)]
    latent = vae.encode(objects.inputs())
    noise = torch.randn(latent.mean.shape, generator=generator("latent/figure", seed))
    z, one, other = latent.sample(noise), _one(domain), _one(theirs)
    drawn = _strips(
        "fig07",
        {
            f"a) {one}": objects.inputs(),
            f"its paired {other}": paired.inputs(),
            f"b) VAE's {one}": vae.object_logits(z).sigmoid(),
            f"VAE's {other}": vae.counterpart_logits(z).sigmoid(),
        },
        domain,
    )
    right = f"of seed {seed}, labels known: {row['vae_labels']}"
    drawn.title = (
        f"Figure 7. The synthetic set's pairs, and {domain.objects} through the VAE ({right})"
    )
    drawn.caption = (
        f"a) A {one} of each class with a random {other} of the same class. b) Both decoders' "
        f"means for one sample z of the encoder; the {other} is what the teacher is asked about."
    )
    return drawn


def _plane(store: Store | None) -> Drawn:
    vae, mine, theirs = _load_vae(store, _two_dimensional(store))
    levels = torch.linspace(0.5 / PLANE, 1 - 0.5 / PLANE, PLANE)
    places = torch.special.ndtri(levels)
    z = torch.cartesian_prod(places.flip(0), places)
    decoded = {
        f"a) {theirs.objects}": vae.counterpart_logits(z),
        f"b) {mine.objects}": vae.object_logits(z),
    }
    side = mine.shape[-1]
    with style("fig08"):
        figure = new_figure(4.0)
        for axes, (label, logits) in zip(figure.subplots(1, 2), decoded.items(), strict=True):
            tiles = logits.sigmoid().reshape(PLANE, PLANE, side, side)
            picture = tiles.permute(0, 2, 1, 3).reshape(PLANE * side, PLANE * side).numpy()
            extent = (0, PLANE, 0, PLANE)
            axes.imshow(picture, cmap="gray", vmin=0, vmax=1, extent=extent)
            shown = range(1, PLANE, 3)
            names = [f"{places[k]:.1f}" for k in shown]
            axes.set_xticks([k + 0.5 for k in shown], names)
            axes.set_yticks([k + 0.5 for k in shown], names)
            axes.set(xlabel="z₁", ylabel="z₂")
            axes.set_title(label, loc="left")
    one, other = _one(theirs), _one(mine)
    title = (
        f"Figure 8. The plane of a 2-dimensional latent space, as {theirs.objects} and as "
        f"{mine.objects}"
    )
    caption = (
        f"Both decoders' means at {PLANE} × {PLANE} points z, spaced by quantiles of the prior "
        f"N(0, I); a VAE of latent size 2, seed 0. The same z gives the {one} and the {other}."
    )
    return Drawn("fig08", title, caption, figure)


def _two_dimensional(store: Store | None) -> str:
    """The key of a VAE of latent size 2, the one with the most labels first."""
    if store is None:
        raise UnusableArtifactError(
            "it shows stored artifacts, which were not at hand: give --results"
        )
    found = []
    for path in sorted(store.root.glob("vae/*.json")):
        recipe = json.loads(path.read_bytes())["describes"]["recipe"]
        if recipe.get("latent_size") == 2:
            found.append((recipe.get("split", ""), path.stem))
    if not found:
        raise UnusableArtifactError(
            "it shows a VAE of latent size 2, and none is stored here: "
            "python -m study.launch --space paper_table"
        )
    return min(found)[1]
