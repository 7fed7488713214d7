"""Reliability diagrams: how often student and teacher are right where they are p-sure."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes

from analysis.evidence.rows import Row
from analysis.evidence.selection import chosen, reported
from analysis.figures.figure import COLOURS, LINES, MARKERS, QUIET, Drawn, new_figure, style
from analysis.figures.forest import name_of

MOST = 8
PANELS_A_LINE = 4
NAMES = ("student", "teacher")


def draw(rows: Sequence[Row]) -> Iterator[Drawn]:
    """The main rows: those of Table 3 for Small, else the chosen setting and the student alone."""
    main = [row for row in rows if row.printed and row.corrected and row.split == "Small"]
    plain = [row for row in rows if not row.is_candidate]
    best = chosen(plain)
    best = best and reported(best, rows)
    if not main:
        main = [best.alone, best] if best and best.alone and best.alone is not best else plain
    known = [row for row in main if not row.failed and pooled(row, "student") is not None][:MOST]
    if known:
        yield _figure(known)


def pooled(row: Row, of: str) -> np.ndarray | None:
    """(objects, confidence, accuracy) by bin over all seeds, [3, bins]; None if not recorded."""
    found = [record.reliability(of) for record in row.finished.values()]
    parts = np.array(
        [[one["objects"], one["confidence"], one["accuracy"]] for one in found if one]
    )
    if not len(parts):
        return None
    objects = parts[:, 0].sum(0)
    weighted = (parts[:, :1] * parts[:, 1:]).sum(0) / np.maximum(objects, 1)
    return np.vstack([objects, weighted])


def calibration_error(bins: np.ndarray) -> float:
    """The expected calibration error of pooled bins."""
    objects, confidence, accuracy = bins
    return float((objects * abs(confidence - accuracy)).sum() / objects.sum())


def _figure(rows: Sequence[Row]) -> Drawn:
    lines = -(-len(rows) // PANELS_A_LINE)
    errors = {}
    with style("reliability"):
        figure = new_figure(0.7 + 2.35 * lines)
        panels = figure.subplots(
            lines, min(len(rows), PANELS_A_LINE), squeeze=False, sharex=True, sharey=True
        )
        for axes, row in zip(panels.flatten(), rows, strict=False):
            axes.plot([0, 1], [0, 1], color=QUIET, lw=0.8)
            for place, of in enumerate(NAMES):
                bins = pooled(row, of)
                if bins is not None:
                    errors[row.label, of] = _line(axes, bins, place, of)
            axes.set_title(
                name_of(row).replace(" ← ", "\n← ").replace(", φ", ",\nφ"), loc="left", fontsize=8
            )
            axes.legend(loc="upper left", fontsize=8, handlelength=1.5, borderaxespad=0.1)
            axes.grid(visible=True)
        for axes in panels.flatten()[len(rows) :]:
            axes.remove()
        figure.supxlabel("confidence", fontsize=9)
        figure.supylabel("share that is right", fontsize=9)
    students = {label: error for (label, of), error in errors.items() if of == "student"}
    best, worst = min(students, key=students.__getitem__), max(students, key=students.__getitem__)
    title = f"Calibration: ECE of the students from {students[best]:.3f} ({best})"
    title += f" to {students[worst]:.3f} ({worst})"
    if best == worst:
        title = f"Calibration: ECE of {best} {students[best]:.3f}"
    caption = (
        "Share of right answers against confidence at T = 1 in 15 bins, on the 10,000 test "
        f"objects, pooled over n = {max(len(row.finished) for row in rows)} seeds; bins of fewer "
        "than 20 answers left out of the lines. On the diagonal a network is as often right as it "
        "says. ECE: expected calibration error, the mean gap."
    )
    return Drawn("reliability", title, caption, figure)


def _line(axes: Axes, bins: np.ndarray, place: int, of: str) -> float:
    objects, confidence, accuracy = bins
    shown = objects >= 20
    error = calibration_error(bins)
    axes.plot(
        confidence[shown], accuracy[shown], color=COLOURS[place], ls=LINES[place], lw=1.4,
        marker=MARKERS[place], ms=3, label=f"{of} {error:.3f}",
    )  # fmt: skip
    return error
