"""A search's history and the importances of what it searched."""

from collections.abc import Iterator, Sequence

import numpy as np

from analysis.figures.figure import COLOURS, Drawn, Left, new_figure, style
from analysis.figures.maps import score
from analysis.rows import Row
from analysis.selection import SCORE, chosen

FEWEST = 8  # settings, for importances to mean anything
SEARCHED = {"lambda": "λ", "temperature": "T", "learning_rate": "learning rate"}


def draw(rows: Sequence[Row]) -> Iterator[Drawn | Left]:
    """Both, for a space that searches."""
    asked = sorted(
        (row for row in rows if row.planned.asked is not None),
        key=lambda row: row.planned.asked or 0,
    )
    if not asked:
        return
    scored = [row for row in asked if row.values(SCORE)]
    if len(scored) < FEWEST:
        lack = next((row.lack() for row in asked if row.lack()), "")
        reason = f"{len(scored)} settings have a score, {FEWEST} are needed. {lack}".strip()
        yield Left("search", "The search's history", reason)
        return
    yield _figure(scored)


def importances(rows: Sequence[Row]) -> dict[str, float]:
    """Shares of the score's variance by parameter (PED-ANOVA, Watanabe et al. 2023), sum 1."""
    import optuna  # half a second, and only searches need it
    from optuna.distributions import BaseDistribution, FloatDistribution
    from optuna.trial import create_trial

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    values = {name: [row.number(name) for row in rows] for name in SEARCHED}
    varied = {name: found for name, found in values.items() if len(set(found)) > 1}
    spaces: dict[str, BaseDistribution] = {
        name: FloatDistribution(min(found), max(found), log=name != "lambda")
        for name, found in varied.items()
    }
    study = optuna.create_study(direction="maximize")
    for place, row in enumerate(rows):
        parameters = {name: found[place] for name, found in varied.items()}
        study.add_trial(create_trial(params=parameters, distributions=spaces, value=score(row)))
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    total = sum(found.values()) or 1.0
    return {name: found.get(name, 0.0) / total for name in varied}


def _figure(rows: Sequence[Row]) -> Drawn:
    numbers = [row.planned.asked or 0 for row in rows]
    scores = [score(row) for row in rows]
    best = chosen(rows)
    weights = importances(rows)
    with style("search"):
        figure = new_figure(2.9)
        history, shares = figure.subplots(1, 2, width_ratios=(2.4, 1))
        history.plot(numbers, scores, "o", color=COLOURS[0], ms=4, label="a setting")
        history.plot(
            numbers, np.maximum.accumulate(scores), color=COLOURS[1], lw=1.4, ls="--",
            label="best so far", drawstyle="steps-post",
        )  # fmt: skip
        if best:
            history.plot(
                best.planned.asked or 0, score(best), "o", mfc="none", mec=COLOURS[1], mew=1.8,
                ms=11, label="chosen",
            )  # fmt: skip
        history.set(xlabel="setting, in the order asked", ylabel="mean validation accuracy")
        history.grid(axis="y")
        history.legend(loc="lower right")
        names = sorted(weights, key=weights.__getitem__)
        shares.barh(
            [SEARCHED[name] for name in names], [weights[n] for n in names], color=COLOURS[0]
        )
        shares.set(xlabel="share of importance", xlim=(0, 1))
        shares.grid(axis="x")
    seeds = max(len(row.finished) for row in rows)
    first = numbers[scores.index(max(scores))]
    top = max(weights, key=weights.__getitem__, default="")
    title = f"The best of {len(rows)} settings was asked as number {first + 1}"
    title += f"; {SEARCHED[top]} matters most" if top else ""
    caption = (
        f"Each point is a setting's mean validation accuracy over n = {seeds} seeds, which is "
        f"all that the search is told. Importances: PED-ANOVA over {len(rows)} settings."
    )
    return Drawn("search", title, caption, figure)
