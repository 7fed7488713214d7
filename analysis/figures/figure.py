"""What a drawn figure is, how all of them look, and how they are written."""

import os
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from analysis.figures.svg import on_a_page, plain

# Okabe and Ito's eight colours, told apart by every kind of colour vision; styles and markers
# tell them apart in grey print.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), "-")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
INK, QUIET = "#1b1f24", "#57606a"
WIDTH = 7.2  # inches: a printed page's text
DOTS_PER_INCH = 180
NARROW = 4.0  # inches: of a telephone's screen, for what has its own figure there
# Text on a colour of its own, which is the same on a light page and on a dark one.
ON_LIGHT, ON_DARK = "#010101", "#fefefe"
GRID = "#d5dae0"
ON_PAGES = {
    INK: "var(--ink)", "#000000": "var(--ink)", QUIET: "var(--quiet)", "#ffffff": "var(--page)",
    GRID: "var(--line)",
    **{colour.lower(): f"var(--c{place})" for place, colour in enumerate(COLOURS[:-1])},
}  # fmt: skip
"""What a colour is called on a page, which has it in a light and in a dark shade."""
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
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "image.cmap": "cividis",
    "svg.fonttype": "none",
    "text.parse_math": False,  # names may have dollars
}


@dataclass
class Drawn:
    """A figure; its title says what is seen, its caption the units, n and how to read it.

    narrow: the same for a narrow screen, where it is drawn otherwise there.
    """

    name: str
    title: str
    caption: str
    figure: Figure
    narrow: Figure | None = None


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


def svg_text(drawn: Drawn, narrow: bool = False) -> str:
    """The figure as one <svg> element of an HTML page; narrow: as it is on a telephone."""
    figure, name = drawn.figure, drawn.name
    if narrow and drawn.narrow:
        figure, name = drawn.narrow, f"{drawn.name}-narrow"
    with style(name):
        return on_a_page(figure, name, drawn.title, drawn.caption, ON_PAGES)


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
                if kind == "svg":
                    temporary.write_text(plain(one.figure), encoding="utf-8")
                else:
                    one.figure.savefig(temporary, dpi=DOTS_PER_INCH)
                one.figure.set_layout_engine("none")  # laid out: the second kind is as the first
                paths.append(temporary.replace(path))
    return paths
