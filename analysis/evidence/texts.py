"""Figures as people read them: one rule for each, shared by tables, sentences and captions."""

import math

from analysis.evidence.statistics import Comparison, Summary
from trainables.data.measures import Measure

NONE = "—"
NO_DIFFERENCE = "the seeds support no difference"


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


def p_text(p: float) -> str:
    """A p-value to two digits: "0.012", "< 0.001"; a dash where there is none."""
    if math.isnan(p):
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.2g}"
