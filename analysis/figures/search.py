"""A search's history and the importances of what it searched."""

import json
import warnings
from collections.abc import Iterator, Sequence

import numpy as np

from analysis.evidence.rows import Row
from analysis.evidence.searched import path_labels, values_text
from analysis.evidence.selection import best_among, tuned
from analysis.figures.figure import COLOURS, QUIET, Drawn, Left, new_figure, style
from analysis.figures.maps import score
from analysis.figures.svg import hover

FEWEST = 8  # settings, for importances to mean anything


def draw(rows: Sequence[Row]) -> Iterator[Drawn | Left]:
    """Both, for each search of a space."""
    searches: dict[str, list[Row]] = {}
    for row in rows:
        is_oracle, apart = row["rule"] == "oracle", row.within is not None
        if row.planned.asked is not None and not is_oracle and not apart:
            searches.setdefault(row.planned.search or "search", []).append(row)
    for name, asked in searches.items():
        asked.sort(key=lambda row: row.planned.asked or 0)
        scored = [row for row in asked if row.values(row.validation)]
        if len(scored) < FEWEST:
            lack = next((row.lack() for row in asked if row.lack()), "")
            reason = f"{len(scored)} settings have a score, {FEWEST} are needed. {lack}".strip()
            yield Left(f"search_{name}", f"The history of the {name}", reason)
        else:
            yield _figure(name, scored, best_among(scored, tuned(rows)))


def importances(rows: Sequence[Row]) -> dict[str, float]:
    """The share of each searched path in what makes a good score, sum 1 (conditional PED-ANOVA).

    Watanabe et al. 2023, and for paths that only some settings have arXiv:2601.20800.
    """
    import optuna  # half a second, and only searches need it
    from optuna.distributions import json_to_distribution

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    upwards = rows[0].domain.main.higher_is_better
    study = optuna.create_study(direction="maximize" if upwards else "minimize")
    for row in rows:
        searched = row.planned.searched
        ranges = {p: json_to_distribution(json.dumps(one)) for p, one in searched.ranges.items()}
        trial = optuna.create_trial(
            params=dict(searched.chosen), distributions=ranges, value=score(row)
        )
        study.add_trial(trial)
    with warnings.catch_warnings():  # that a choice was made once says little, which it warns of
        warnings.simplefilter("ignore", UserWarning)
        return dict(optuna.importance.get_param_importances(study))


def _figure(name: str, rows: Sequence[Row], best: Row | None) -> Drawn:
    numbers = [row.planned.asked or 0 for row in rows]
    scores = [score(row) for row in rows]
    weights = importances(rows)
    labels = path_labels(weights)
    main = rows[0].domain.main
    accumulate = np.maximum.accumulate if main.higher_is_better else np.minimum.accumulate
    with style(f"search_{name}"):
        figure = new_figure(2.9)
        history, shares = figure.subplots(1, 2, width_ratios=(2.4, 1))
        kept = [(n, s) for n, s, row in zip(numbers, scores, rows, strict=True) if not row.pruned]
        dropped = [(n, s) for n, s, row in zip(numbers, scores, rows, strict=True) if row.pruned]
        (points,) = history.plot(
            *zip(*kept, strict=True), "o", color=COLOURS[0], ms=4, label="a setting"
        )
        hover(points, *(_told(row) for row in rows if not row.pruned))
        if dropped:
            grey = {"color": QUIET, "ms": 4, "label": "pruned (score when it was)"}
            history.plot(*zip(*dropped, strict=True), "x", **grey)
        history.plot(
            [number for number, _ in kept],
            accumulate([score for _, score in kept]), color=COLOURS[1], lw=1.4, ls="--",
            label="best so far", drawstyle="steps-post",
        )  # fmt: skip
        if best:
            history.plot(
                best.planned.asked or 0, score(best), "o", mfc="none", mec=COLOURS[1], mew=1.8,
                ms=11, label="chosen",
            )  # fmt: skip
        history.set(
            xlabel="setting, in the order asked", ylabel=f"mean validation {main.with_unit}"
        )
        history.grid(axis="y")
        history.legend(loc="lower right" if main.higher_is_better else "upper right")
        names = sorted(weights, key=weights.__getitem__)
        shares.barh(
            [labels[name] for name in names], [weights[n] for n in names], color=COLOURS[0]
        )
        shares.set(xlabel="share of importance", xlim=(0, 1))
        shares.grid(axis="x")
    seeds = max(len(row.finished) for row in rows)
    first = max(kept, key=lambda one: main.sign * one[1])[0]
    top = max(weights, key=weights.__getitem__, default="")
    title = f"The best of {len(rows)} settings was asked as number {first + 1}"
    title += f"; {labels[top]} matters most" if len(weights) > 1 else ""
    caption = (
        f"Each point is a setting's mean validation {main.title} over n = {seeds} seeds, which is "
        f"all that the search is told. Importances: PED-ANOVA over {len(rows)} settings."
    )
    return Drawn(f"search_{name}", f"{name}: {title}", caption, figure)


def _told(row: Row) -> str:
    """Of a point: which setting, and its score."""
    chosen = values_text(row.planned.searched.chosen)
    return f"setting {(row.planned.asked or 0) + 1}: {chosen}: {row.domain.main.text(score(row))}"
