"""What the seeds support: intervals, paired comparisons, and what so few seeds cannot show.

The choices, for studies of some five seeds:

- A mean's interval is Student's t: with n = 5 a bootstrap's is too narrow (it can reach no
  farther than the five values themselves), and a normal one by a third (2.78 against 1.96).
- Seeds are common random numbers: a seed draws the same split, initialisation and order for
  every setting. So settings are compared seed by seed, by the paired t test.
- The t test takes the differences for normal, which five values can neither show nor refute.
  The exact signed-rank test assumes symmetry alone; it stands beside it, together with the
  smallest p that it can give: 2 / 2ⁿ, which is 0.0625 for n = 5. Five seeds can therefore never
  reach 0.05 by it, however clear the difference.
- Many settings compared with one student alone are a family: Holm's step-down correction keeps
  the chance of a single false claim at 5 % under any dependence between them.
- A p-value says neither how large nor how reliable a gain is: Hedges' g of the differences and
  the share of seeds that gained stand beside it.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import special, stats
from statsmodels.stats.proportion import proportion_confint

LEVEL = 0.95
ALPHA = 1 - LEVEL
ALL_BUT_INFINITE = 1e290  # no figure of ours: its square or a multiple is infinite
NO_SPREAD = 1e-12  # differences closer than this are equal: their spread is float rounding


class Summary(NamedTuple):
    """Mean, standard deviation (ddof 1) and the ends of the mean's 95 % t interval."""

    n: int
    mean: float
    std: float
    low: float
    high: float


def summarise(values: Sequence[float]) -> Summary:
    """Values over seeds; one value has no spread and no interval, none has no mean (NaN)."""
    n = len(values)
    if n < 2:
        return Summary(n, values[0] if values else math.nan, math.nan, math.nan, math.nan)
    try:
        mean = math.fsum(values) / n
        std = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))
    except (OverflowError, ValueError):  # infinite, or nearly: no figures
        return Summary(n, *[math.nan] * 4)
    half = t_quantile(n - 1) * std / math.sqrt(n)
    return Summary(n, mean, std, mean - half, mean + half)


class Comparison(NamedTuple):
    """A setting against another at equal seeds: ours - theirs; NaN for what cannot be said.

    low, high: the 95 % t interval of the mean difference; p: of the paired t test.
    signed_rank_p, smallest_signed_rank_p: of the exact test, and the least it can give at this n.
    effect: Hedges' g_z, of the paired differences. better: the share of seeds that improved, a tie
    as half, with its Clopper-Pearson interval: the probability of improvement.
    error: the standard error of the mean difference.
    looks: where the study looks at it again and again, the same at each look so far, the last one
        among them. Interval and p then hold for all looks together.
    share: the part of 5 % that each look may spend; 1 for a comparison that is looked at once.
    """

    n: int
    mean: float
    low: float = math.nan
    high: float = math.nan
    p: float = math.nan
    signed_rank_p: float = math.nan
    smallest_signed_rank_p: float = math.nan
    effect: float = math.nan
    better: float = math.nan
    better_low: float = math.nan
    better_high: float = math.nan
    error: float = math.nan
    looks: tuple["Comparison", ...] = ()
    share: float = 1.0

    @property
    def clearest(self) -> "Comparison":
        """The look that its p is of; itself where it is looked at once."""
        known = [one for one in self.looks if not math.isnan(one.p)]
        return min(known, key=lambda one: one.p, default=self)

    @property
    def supported(self) -> bool:
        """True if the interval excludes zero."""
        return self.low > 0 or self.high < 0


def compare(
    ours: Mapping[int, float],
    theirs: Mapping[int, float],
    *,
    higher_is_better: bool,
    looks: Sequence[int] = (),
    first_seed: int = 0,
) -> Comparison:
    """Compare two settings over the seeds that both have; both give values by seed.

    looks: how many seeds, from `first_seed` on, each look of a study until decided has; the
    comparison is then that of the last look whose seeds are all there, and before the first one
    it has no interval and no p.

    Fewer than two common seeds: the mean alone, NaN for the rest. Differences that are all
    equal: the interval is the point itself; p is 1 if they are all zero and NaN otherwise, since
    the t test does not know a spread of zero.
    """
    seeds = sorted(set(ours) & set(theirs))
    gaps = tuple(ours[seed] - theirs[seed] for seed in seeds)
    if looks:
        made = looks_made(seeds, looks, first_seed)
        each = [_compared(gaps[:n], higher_is_better) for n in made]
        return at_looks(each, len(looks)) if each else untested(gaps)
    return _compared(gaps, higher_is_better)


def looks_made(seeds: Sequence[int], looks: Sequence[int], first_seed: int = 0) -> list[int]:
    """How many seeds each look had whose seeds are all there; seeds: those there are, rising."""
    return [n for n in looks if len(seeds) >= n and seeds[n - 1] == first_seed + n - 1]


def untested(gaps: Sequence[float]) -> Comparison:
    """The mean difference alone, NaN for all else."""
    mean = math.fsum(gaps) / len(gaps) if len(gaps) else math.nan
    return Comparison(len(gaps), mean)


def at_looks(looks: Sequence[Comparison], planned: int) -> Comparison:
    """The last look, with interval and p that hold at every look of those planned.

    Each look has an equal share of the 5 %, so that its interval is one of 95 % together with all
    others (a repeated confidence interval: Jennison and Turnbull 1989), and the least p times
    their number is a p.
    """
    last = looks[-1]
    half = 0.0 if last.low == last.high else t_quantile(last.n - 1, 1 / planned) * last.error
    return last._replace(
        low=last.mean - half,
        high=last.mean + half,
        p=at_every_look([one.p for one in looks], planned),
        signed_rank_p=at_every_look([one.signed_rank_p for one in looks], planned),
        smallest_signed_rank_p=min(planned * last.smallest_signed_rank_p, 1.0),
        looks=tuple(looks),
        share=1 / planned,
    )


def repeated(found: Comparison) -> list[Comparison]:
    """Each look so far, with the interval and the p that it had; none of one looked at once."""
    planned = round(1 / found.share)
    return [at_looks(found.looks[: at + 1], planned) for at in range(len(found.looks))]


def at_every_look(p_values: Sequence[float], planned: int) -> float:
    """A p over looks; NaN where the last look's is."""
    if math.isnan(p_values[-1]):
        return math.nan
    return min(1.0, planned * min(p for p in p_values if not math.isnan(p)))


@lru_cache(maxsize=1 << 15)  # tables, sentences and figures ask for the same ones
def _compared(gaps: tuple[float, ...], higher_is_better: bool) -> Comparison:
    if len(gaps) < 2:
        return untested(gaps)
    n, mean, std, low, high = summarise(gaps)
    if std < NO_SPREAD:
        low = high = mean
        p, effect = (1.0, 0.0) if abs(mean) < NO_SPREAD else (math.nan, math.nan)
    else:
        p = 2 * float(special.stdtr(n - 1, -abs(mean) / (std / math.sqrt(n))))
        effect = _hedges_correction(n - 1) * mean / std
    gained = np.array(gaps) if higher_is_better else -np.array(gaps)
    wins = float((gained > NO_SPREAD).sum() + 0.5 * (abs(gained) <= NO_SPREAD).sum())
    return Comparison(
        n,
        mean,
        low,
        high,
        p,
        _signed_rank(np.array(gaps)),
        2.0 ** (1 - n),
        effect,
        wins / n,
        *_proportion_interval(wins, n),
        std / math.sqrt(n) if std >= NO_SPREAD else 0.0,
    )


def _hedges_correction(freedom: int) -> float:
    """J(m) = Γ(m/2) / (√(m/2) Γ((m-1)/2)): makes d of few values unbiased (Hedges 1981)."""
    if freedom < 2:
        return math.nan
    half = freedom / 2
    return math.exp(math.lgamma(half) - math.lgamma(half - 0.5)) / math.sqrt(half)


# SciPy spends some 0.3 ms on each test; a study's few seeds give few distinct ones.


@lru_cache(maxsize=1_024)
def t_quantile(freedom: int, share: float = 1.0) -> float:
    """Of a two-sided interval that may miss with this share of 5 %."""
    return float(stats.t.ppf(1 - ALPHA * share / 2, freedom))


@lru_cache(maxsize=1_024)
def _proportion_interval(wins: float, n: int) -> tuple[float, float]:
    low, high = proportion_confint(wins, n, alpha=ALPHA, method="beta")
    return float(low), float(high)


def _signed_rank(gaps: np.ndarray) -> float:
    """Wilcoxon's two-sided signed-rank p, exact; zeros are ranked and dropped (Pratt 1959)."""
    if not (abs(gaps) < ALL_BUT_INFINITE).all():
        return math.nan
    gaps = np.round(gaps, 12)
    doubled = np.rint(2 * stats.rankdata(abs(gaps)))[gaps != 0]
    positive = int(doubled[gaps[gaps != 0] > 0].sum())
    return _exact_p(tuple(sorted(map(int, doubled))), positive)


@lru_cache(maxsize=4_096)
def _exact_p(doubled_ranks: tuple[int, ...], positive: int) -> float:
    """The share of all 2ⁿ signs whose sum of ranks is as far from its mean as this one.

    SciPy's exact distribution knows no ties, and its permutations take a second for 20 seeds.
    """
    total = sum(doubled_ranks)
    chance = np.zeros(total + 1)  # of each sum of the positive ranks, doubled
    chance[0] = 1.0
    for rank in doubled_ranks:
        chance[rank:], chance[:rank] = (chance[rank:] + chance[:-rank]) / 2, chance[:rank] / 2
    least = min(positive, total - positive)
    return min(1.0, 2 * float(chance[: least + 1].sum()))


class Crossed(NamedTuple):
    """The standard error of a mean over seeds × objects, by where it comes from.

    seeds: what other seeds would move it by, on the same objects; objects: what other objects
    would move it by beyond that, with as many of them.
    """

    seeds: float
    objects: float

    @property
    def together(self) -> float:
        """With other seeds and other objects."""
        return math.hypot(self.seeds, self.objects)


def crossed(values: np.ndarray) -> Crossed:
    """The two parts of the error of the mean of values [seeds, objects].

    Crossed random effects, d = μ + seed + object + rest, by the moments of a two-way analysis of
    variance (Searle et al. 1992, ch. 4): σ²(object) = (MS(object) - MS(rest)) / n, 0 at least.
    """
    n, m = values.shape
    by_seed, by_object, mean = values.mean(1), values.mean(0), values.mean()
    rest = values - by_seed[:, None] - by_object + mean
    spread = n * by_object.var(ddof=1) - (rest**2).sum() / ((n - 1) * (m - 1))
    objects = math.sqrt(max(0.0, float(spread)) / n / m)
    return Crossed(float(by_seed.std(ddof=1)) / math.sqrt(n), objects)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p over one family; NaN (no test possible) stays NaN and is not counted.

    (Holm 1979. Written out because statsmodels collects the garbage of the whole process at each
    call, which takes a hundred times as long as the correction.)
    """
    adjusted = np.array(p_values, dtype=float)
    known = np.flatnonzero(~np.isnan(adjusted))
    rising = known[np.argsort(adjusted[known], kind="stable")]
    steps = np.arange(len(rising), 0, -1)
    adjusted[rising] = np.minimum(np.maximum.accumulate(adjusted[rising] * steps), 1)
    return [float(p) for p in adjusted]
