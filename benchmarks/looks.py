"""How often a study until decided is wrong, and how many seeds it needs: simulated studies.

A study of nine comparisons with one student alone, their deviations 22-fold apart (as those of
`paper_table` are), true gains given. Each look goes by the product's rule, written out anew here
over all simulated studies at once: a test compares the two. Beside it stand studies of a fixed
number of seeds, judged once by the same tests.

    python -m benchmarks.looks [--studies 100000] [--figure looks.png] [--json looks.json]
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
from rich.box import SIMPLE
from rich.console import Console, JustifyMethod
from rich.table import Table
from scipy import special
from statsmodels.stats.proportion import proportion_confint

from study.planning.seeds import LOOKS

ALPHA, MARGIN = 0.05, 0.005
SPREADS = np.geomspace(0.0012, 0.0264, 9)  # standard deviations of differences in accuracy
SHARED = 0.3  # of a difference's variance: the student alone's, which all comparisons share
FIXED = (5, 10, 20, 30, 80)
SEQUENCES = {
    "until decided": LOOKS,
    "twice as many": (10, 20, 40, 80, 160, 320),
    "from 5 on": (5, 7, *LOOKS),
}
"""What a study does, and two other sequences of looks."""


@dataclass(frozen=True)
class Outcome:
    """What became of simulated studies, [studies, comparisons] each.

    claimed: a difference was; equivalent: within ±δ; seeds: at the last look.
    """

    claimed: np.ndarray
    equivalent: np.ndarray
    seeds: np.ndarray

    @property
    def decided(self) -> np.ndarray:
        """Whether either was said."""
        return np.asarray(self.claimed | self.equivalent)


def draw(
    studies: int,
    gains: Sequence[float],
    seeds: int,
    generator: np.random.Generator,
    tails: float = 0.0,
) -> np.ndarray:
    """Differences at equal seeds, [studies, comparisons, seeds], in accuracy.

    tails: degrees of freedom of a t distribution of the same variance; 0 for a normal one.
    """

    def noise(*shape: int) -> np.ndarray:
        if not tails:
            return np.asarray(generator.standard_normal(shape))
        return np.asarray(generator.standard_t(tails, shape) / np.sqrt(tails / (tails - 2)))

    own, alone = noise(studies, len(gains), seeds), noise(studies, 1, seeds)
    mixed = np.sqrt(SHARED) * alone + np.sqrt(1 - SHARED) * own
    return np.asarray(np.asarray(gains)[None, :, None] + SPREADS[: len(gains), None] * mixed)


def holm(p: np.ndarray) -> np.ndarray:
    """Holm's adjusted p over the last axis."""
    order = np.argsort(p, axis=-1)
    rising = np.take_along_axis(p, order, -1) * np.arange(p.shape[-1], 0, -1)
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, np.maximum.accumulate(rising, -1), -1)
    return np.asarray(np.minimum(adjusted, 1))


def go_through(gaps: np.ndarray, looks: Sequence[int], planned: int) -> Outcome:
    """Studies that look so often; what is decided gets no more seeds.

    planned: how many looks share the 5 %, those after the last of these among them.
    """
    shape = gaps.shape[:2]
    differs, beyond = np.ones(shape), np.ones(shape)
    seeds = np.full(shape, looks[0])
    said = Outcome(np.zeros(shape, bool), np.zeros(shape, bool), seeds)
    for n in looks:
        goes_on = ~said.decided
        seeds[goes_on] = n
        mean = gaps[..., :n].mean(-1)
        error = gaps[..., :n].std(-1, ddof=1) / np.sqrt(n)
        p = planned * 2 * special.stdtr(n - 1, -abs(mean) / error)
        q = planned * special.stdtr(n - 1, (abs(mean) - MARGIN) / error)
        differs = np.where(goes_on, np.minimum(differs, p), differs)
        beyond = np.where(goes_on, np.minimum(beyond, q), beyond)
        equivalent = holm(beyond) < ALPHA
        said = Outcome((holm(differs) < ALPHA) & ~equivalent, equivalent, seeds)
    return said


CASES = {
    "no gain": (0.0,) * 9,
    "gain of δ/2": (MARGIN / 2,) * 9,
    "gain of δ": (MARGIN,) * 9,
    "gain of 2δ": (2 * MARGIN,) * 9,
    "gain of 4δ": (4 * MARGIN,) * 9,
    "three of 2δ": (0.0, 0.0, 2 * MARGIN) * 3,
}


def wrong(said: Outcome, gains: Sequence[float]) -> np.ndarray:
    """Studies with a false claim: a difference where none is, or one of δ called equivalent."""
    gain = abs(np.asarray(gains))
    false = (said.claimed & (gain == 0)) | (said.equivalent & (gain >= MARGIN))
    return np.asarray(false.any(-1))


class Measured(NamedTuple):
    """A case gone through by a plan, over all its simulated studies.

    false: the share of studies with a false claim, in 95 % between low and high.
    differs, equivalent: the shares of comparisons of which that was said. seeds: their mean.
    """

    case: str
    plan: str
    false: float
    low: float
    high: float
    differs: float
    equivalent: float
    seeds: float


def measure(studies: int, most: int, tails: float, block: int = 2_000) -> list[Measured]:
    """Each case by looks and by fixed numbers of seeds."""
    found = []
    plans = {name: (looks, len(looks)) for name, looks in SEQUENCES.items()}
    plans |= {f"n = {n}": ((n,), 1) for n in FIXED}
    for case, gains in CASES.items():
        generator = np.random.default_rng(0)
        sums = {name: np.zeros(4) for name in plans}
        for start in range(0, studies, block):
            gaps = draw(min(block, studies - start), gains, most, generator, tails)
            for name, (looks, planned) in plans.items():
                said = go_through(gaps, [n for n in looks if n <= most], planned)
                each = (wrong(said, gains), said.claimed, said.equivalent, said.seeds)
                sums[name] += [one.sum() for one in each]
        cells = studies * len(gains)
        for name, (false, differs, equivalent, seeds) in sums.items():
            low, high = proportion_confint(int(false), studies, method="beta")
            shares = (differs / cells, equivalent / cells, seeds / cells)
            found.append(Measured(case, name, *map(float, (false / studies, low, high, *shares))))
    return found


def draw_figure(found: Sequence[Measured], path: Path) -> None:
    """Share of comparisons decided against seeds spent, a panel a case."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import NullLocator

    figure, panels = plt.subplots(2, 3, figsize=(10, 6), sharex=True, sharey=True)
    for panel, case in zip(panels.flat, CASES, strict=True):
        mine = {one.plan: one for one in found if one.case == case}
        fixed = [mine[f"n = {n}"] for n in FIXED]
        decided = [one.differs + one.equivalent for one in fixed]
        panel.plot([one.seeds for one in fixed], decided, "s-", color="0.6", label="fixed n")
        looks = mine["until decided"]
        panel.plot(looks.seeds, looks.differs + looks.equivalent, "o", ms=9, label=looks.plan)
        panel.set_title(case)
        panel.set_xscale("log")
        panel.set_xticks(FIXED, [str(n) for n in FIXED])
        panel.xaxis.set_minor_locator(NullLocator())
        panel.set_ylim(-0.03, 1.03)
    panels[0, 0].legend(loc="lower right")
    figure.supxlabel("seeds of a comparison, mean (log)")
    figure.supylabel("share of comparisons that is decided")
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main(
    studies: Annotated[int, typer.Option(min=1, help="Simulated studies a case.")] = 100_000,
    most: Annotated[int, typer.Option(help="--max-seeds of them.")] = 80,
    tails: Annotated[
        float, typer.Option(help="Degrees of freedom of the differences; 0: normal.")
    ] = 0.0,
    figure: Annotated[Path | None, typer.Option(help="A PNG of it.")] = None,
    json_: Annotated[Path | None, typer.Option("--json", help="All figures as JSON.")] = None,
) -> None:
    """Simulate studies, and say how often they are wrong and what they need."""
    found = measure(studies, most, tails)
    title = f"{studies:,} studies a case, nine comparisons each, at most {most} seeds"
    table = Table(title=title, box=SIMPLE, padding=(0, 1, 0, 0))
    for heading in ("case", "plan", "false % [95 %]", "differs", "equivalent", "seeds"):
        side: JustifyMethod = "left" if heading in ("case", "plan") else "right"
        table.add_column(heading, justify=side, no_wrap=True)
    for one in found:
        interval = f"[{100 * one.low:.2f}, {100 * one.high:.2f}]"
        table.add_row(
            one.case,
            one.plan,
            f"{100 * one.false:.2f} {interval}",
            f"{one.differs:.1%}",
            f"{one.equivalent:.1%}",
            f"{one.seeds:.1f}",
        )
    Console().print(table)
    if json_:
        json_.write_text(json.dumps([one._asdict() for one in found], indent=1), encoding="utf-8")
    if figure:
        draw_figure(found, figure)


if __name__ == "__main__":
    typer.run(main)
