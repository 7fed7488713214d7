"""Does asking in rounds cost the search its quality? On real data, by the real command line:

    python -m benchmarks.samplers

Twenty times over, Optuna's TPE asked eight settings at a time (ours), the same one by one, and
random search look for λ, T and the learning rate of one student on the smallest schedule, by the
same cross-validation and the same number of settings. What counts is the best score found.
"""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table
from scipy import stats

from analysis.evidence.rows import Row, rows_of
from records.cli import run_command
from records.client import open_records
from records.read import read_study
from search_spaces.base import LogUniform, Search, Space
from search_spaces.rows.searched import WEIGHT_AND_TEMPERATURE
from search_spaces.smoke import taught
from trainables.data.domains import FASHION_MNIST
from trainables.settings.scoring import CrossValidation

REPEATS, SETTINGS, MARGIN = 20, 64, 0.005
IN_ROUNDS = Search(
    base=taught(FASHION_MNIST),
    over={**WEIGHT_AND_TEMPERATURE, "schedule.learning_rate": LogUniform(1e-4, 1e-1)},
    rule=CrossValidation(),
    settings=SETTINGS,
    seeds=1,
    oracle=False,
)
KINDS = {
    "in_rounds": IN_ROUNDS,
    "one_by_one": replace(IN_ROUNDS, round_size=1),
    "random": replace(IN_ROUNDS, sampler="random"),
}
SPACE = Space(
    name="samplers",
    about="Does asking Optuna in rounds cost the search its quality?",
    searches=tuple(
        replace(search, name=f"{kind}_{repeat}", seed=repeat)
        for repeat in range(REPEATS)
        for kind, search in KINDS.items()
    ),
    seeds=2,
)


def best_scores(rows: list[Row]) -> dict[str, list[float]]:
    """The best score that each search found, by kind.

    A setting that two searches ask for is recorded once, under the first: none is, but by a
    chance of measure zero, since λ, T and the rate are reals.
    """
    found: dict[str, list[float]] = {}
    for kind in KINDS:
        for repeat in range(REPEATS):
            mine = [row for row in rows if row.planned.search == f"{kind}_{repeat}"]
            found.setdefault(kind, []).append(max(row.mean(row.validation) for row in mine))
    return found


def compare(
    results: Annotated[Path, typer.Option(help="The folder of records.")] = Path("results"),
) -> int:
    """Launch the searches, or what is missing of them, and compare what they found."""
    command = [sys.executable, "-m", "study.launch", "--space", __file__]
    code = subprocess.run([*command, "--results", str(results)], check=False).returncode
    if code:
        return code
    recorded = read_study(open_records(SPACE.name, None, results), SPACE.name)
    found = best_scores(rows_of(recorded))
    shown = Table(title=f"Best cross-validated accuracy of {SETTINGS} settings, {REPEATS} times")
    for heading in ("search", "mean", "std", "worst"):
        shown.add_column(heading)
    for kind, scores in found.items():
        figures = (np.mean(scores), np.std(scores, ddof=1), min(scores))
        shown.add_row(kind, *(f"{figure:.4f}" for figure in figures))
    out = Console(highlight=False)
    out.print(shown)
    ours = np.array(found["in_rounds"])
    above = stats.ttest_ind(
        ours + MARGIN, found["one_by_one"], alternative="greater", equal_var=False
    )
    better = stats.mannwhitneyu(ours, found["random"], alternative="greater")
    out.print(
        f"in rounds is not worse than one by one by {MARGIN}: p = {above.pvalue:.2g} (Welch)"
    )
    out.print(f"in rounds is better than random: p = {better.pvalue:.2g} (Mann-Whitney)")
    return 0


if __name__ == "__main__":
    sys.exit(run_command(compare))
