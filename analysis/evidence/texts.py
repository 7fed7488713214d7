"""Figures as people read them: one rule for each, shared by tables, sentences and captions."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from analysis.evidence.statistics import Comparison, Summary
from analysis.evidence.verdicts import Verdict, Word
from trainables.data.measures import Measure

NONE = "—"


def decimals(value: float, digits: int, sign: str = "") -> str:
    """A value to so many digits; a dash where there is none (NaN)."""
    return NONE if math.isnan(value) else f"{value:{sign},.{digits}f}"


def number(value: float, measure: Measure, sign: str = "") -> str:
    """A value to its measure's digits: "0.804", "5,312"; a dash where there is none."""
    return decimals(value, measure.digits, sign)


def percent(share: float) -> str:
    """A share: "83%"; a dash where there is none."""
    return NONE if math.isnan(share) else f"{share:.0%}"


def mean_std(mean: float, std: float, measure: Measure) -> str:
    """Mean and deviation: "0.804 ± 0.005"; no ± for one seed, a dash where there is no mean."""
    return number(mean, measure) + ("" if math.isnan(std) else f" ± {measure.text(std)}")


def summary_text(found: Summary, measure: Measure) -> str:
    """Mean and deviation of a summary."""
    return mean_std(found.mean, found.std, measure)


def bounds(low: float, high: float, measure: Measure, sign: str = "") -> str:
    """An interval: "[0.798, 0.810]"; empty where there is none."""
    return "" if math.isnan(low) else f"[{measure.text(low, sign)}, {measure.text(high, sign)}]"


def difference_text(mean: float, low: float, high: float, measure: Measure) -> str:
    """A mean difference and its interval, signs shown: "+0.013 [+0.006, +0.021]"."""
    return f"{number(mean, measure, '+')} {bounds(low, high, measure, '+')}".strip()


def interval_text(found: Comparison, measure: Measure) -> str:
    """The mean difference of a comparison and its interval."""
    return difference_text(found.mean, found.low, found.high, measure)


def verdict_text(verdict: Verdict | None) -> str:
    """A verdict in a cell: "better", "undecided, +12" (that many more seeds are likely to settle
    it); a dash where nothing was tested.
    """
    if verdict is None or not verdict.word:
        return NONE
    if verdict.word == Word.UNDECIDED:
        return f"{verdict.word}, +{verdict.more_seeds or 'many'}"
    return str(verdict.word)


def word_text(verdict: Verdict) -> str:
    """A verdict in a word, whatever would settle it: "better", "undecided"; a dash for none."""
    return str(verdict.word) or NONE


def counts_text(verdicts: Iterable[Verdict | None]) -> str:
    """How many verdicts are which: "2 better, 1 undecided"; empty where nothing was tested."""
    counts = Counter(one.word for one in verdicts if one)
    return ", ".join(f"{counts[word]} {word}" for word in Word if word and counts[word])


def verdict_phrase(verdict: Verdict, seconds: float = math.nan) -> str:
    """A verdict in a sentence: "equivalent within ±0.005", "undecided (some 12 more seeds would
    settle it, at 30 s each)". seconds: of one seed, where they are known.
    """
    match verdict.word:
        case Word.EQUIVALENT:
            return f"equivalent within ±{verdict.measure.text(verdict.margin)}"
        case Word.UNDECIDED:
            each = "" if math.isnan(seconds) else f", at {seconds:,.0f} s each"
            more = verdict.more_seeds
            seeds = f"some {more:,} more seeds" if more else "more than 1,000 seeds"
            return f"undecided ({seeds} would settle it{each})"
        case Word.NONE:
            return f"not tested (n = {verdict.found.n})"
    return str(verdict.word)


def left_out(rows: int) -> str:
    """What a note says of so many rows that are not shown."""
    return f"; {rows} more rows left out" if rows > 0 else ""


def level_text(looks: Sequence[object], by: str = "paired t") -> str:
    """What an interval of a difference covers: the true one once, or at all looks together.

    by: how it was made.
    """
    return f"95 %{' at all looks' if looks else ''}, {by}"


def looks_text(looks: Sequence[object]) -> str:
    """What is added to what a family holds for, in a study that looks again and again."""
    return " and all looks" if looks else ""


SURE = "with 95 % for differences, and with 95 % for equivalences"
"""How sure a family's verdicts are: false claims of either kind are held to 5 % by themselves."""


def together_text(looks: Sequence[object]) -> str:
    """What a family's verdicts are right for together."""
    return "all rows and looks together" if looks else "all rows together"


def p_text(p: float) -> str:
    """A p-value to two digits: "0.012", "< 0.001"; a dash where there is none."""
    if math.isnan(p):
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.2g}"


def measured(verdict: Verdict) -> str:
    """The difference behind a verdict, with its tests and probabilities."""
    found, of = verdict.found, verdict.measure
    gap = f"test {of.title} {interval_text(found, of)}"
    if found.n < 2 or math.isnan(found.low):
        return f"{gap} (n = {found.n}: no interval, no test)"
    counted = f", with Holm's correction over {verdict.of}" if verdict.of > 1 else ""
    p = "" if math.isnan(verdict.p) else f", p {_p(verdict.p)}{counted}"
    return (
        f"{gap} ({level_text(found.looks)}, n = {found.n}{p}; P(gain > 0) = "
        f"{verdict.probability_of_gain:.2f}, P(within ±{of.text(verdict.margin)}) = "
        f"{verdict.probability_within:.2f})"
    )


def _p(p: float) -> str:
    text = p_text(p)
    return text if text.startswith("<") else f"= {text}"
