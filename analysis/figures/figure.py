"""What a drawn figure is, how all of them look, and how they are written."""

import io
import os
import re
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

# Okabe and Ito's eight colours, told apart by every kind of colour vision; styles and markers
# tell them apart in grey print.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), "-")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
INK, QUIET = "#1b1f24", "#57606a"
WIDTH = 7.2  # inches: a printed page's text
DOTS_PER_INCH = 180
FONTS = "'DejaVu Sans', Verdana, sans-serif"  # Verdana has the same widths
STYLE: dict[str, Any] = {
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9,
    "legend.fontsize": 8.5,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "figure.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": QUIET,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "grid.color": "#d5dae0",
    "grid.linewidth": 0.6,
    "image.cmap": "cividis",
    "svg.fonttype": "none",
}


@dataclass
class Drawn:
    """A figure; its title says what is seen, its caption the units, n and how to read it."""

    name: str
    title: str
    caption: str
    figure: Figure


@dataclass
class Left:
    """A figure that cannot be drawn, why, and the command that would make it possible."""

    name: str
    title: str
    reason: str


def style(name: str = "study") -> AbstractContextManager[None]:
    """The look of all figures; name: the salt of an SVG's ids, so that they stay the same."""
    settings: Any = {**STYLE, "svg.hashsalt": name}
    return mpl.rc_context(settings)


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure, in inches; call within `style`."""
    return Figure(figsize=(width, height), layout="constrained")


def svg_text(drawn: Drawn) -> str:
    """The figure as one <svg> element for an HTML page; the same figure gives the same text."""
    buffer = io.StringIO()
    with style(drawn.name):
        drawn.figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    text = re.sub(r' id="[A-Za-z0-9]+_\d+"', "", text[text.index("<svg") :])
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    return text.replace("'DejaVu Sans'", FONTS)


def save(drawn: Iterable[Drawn], folder: Path) -> list[Path]:
    """Each figure as PNG and SVG in a folder; written under a temporary name, then renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for one in drawn:
        with style(one.name):
            title = fill(one.title, width=80)
            one.figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
            for kind in ("png", "svg"):
                path = folder / f"{one.name}.{kind}"
                temporary = folder / f".{one.name}.{os.getpid()}.{kind}"
                dateless = {"Date": None} if kind == "svg" else None
                one.figure.savefig(temporary, dpi=DOTS_PER_INCH, metadata=dateless)
                one.figure.set_layout_engine("none")  # laid out: the second kind is as the first
                paths.append(temporary.replace(path))
    return paths
