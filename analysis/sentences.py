"""What the evidence supports, in sentences made from the numbers."""

import math
from collections.abc import Sequence

from analysis.columns import difference
from analysis.evidence import Comparison, holm, summarise
from analysis.rows import Row
from analysis.selection import SCORE, chosen

ACCURACY, CROSS_ENTROPY = "test/accuracy", "test/cross_entropy"
NO_DIFFERENCE = "the seeds support no difference"
MANY = 12  # rows: beyond them sentences speak of the chosen one and of counts


def p_text(p: float) -> str:
    """A p-value to two digits: "0.012", "< 0.001", "—" where there is none."""
    if math.isnan(p):
        return "—"
    return "< 0.001" if p < 0.001 else f"{p:.2g}"


def interval_text(found: Comparison) -> str:
    """The mean difference and its interval: "+0.013 [+0.006, +0.021]"."""
    if math.isnan(found.low):
        return f"{found.mean:+.3f}"
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


def against_alone(row: Row, found: Comparison, adjusted: float, measure: str) -> str:
    """One sentence on a row's difference to the student alone; says it when there is none."""
    gap = f"{interval_text(found)} against the student alone"
    if found.n < 2:
        return f"{row.label}: {measure} {gap} (n = {found.n}: no interval, no test)."
    tests = f"95 % interval, paired t, n = {found.n}, p {_p(found.p)}, with Holm's correction "
    tests += f"{_p(adjusted)}; better in {found.better:.0%} of seeds"
    if not found.supported:
        return f"{row.label}: {measure} {gap} ({tests}): {NO_DIFFERENCE}."
    verb = "raises" if found.mean > 0 else "lowers"
    kept = "" if adjusted < 0.05 else ": but not once all comparisons are counted"
    return f"{row.label} {verb} {measure}: {gap} ({tests}){kept}."


def _p(p: float) -> str:
    text = p_text(p)
    return text if text.startswith("<") else f"= {text}"


def evidence(rows: Sequence[Row]) -> list[str]:
    """The sentences of a study: each row against the student alone, or the chosen one."""
    compared = [row for row in rows if row.corrected and not row.from_labels_alone and row.alone]
    lines = choice(rows)
    for metric, measure, higher in (
        (ACCURACY, "test accuracy", True),
        (CROSS_ENTROPY, "test cross-entropy", False),
    ):
        found = [difference(row, metric, higher_is_better=higher) for row in compared]
        adjusted = holm([one.p for one in found])
        if len(compared) > MANY:
            lines += [_count(measure, found, adjusted)]
            continue
        for row, one, p in zip(compared, found, adjusted, strict=True):
            if not math.isnan(one.mean):
                lines.append(against_alone(row, one, p, measure))
    return lines


def _count(measure: str, found: Sequence[Comparison], adjusted: Sequence[float]) -> str:
    up = sum(one.supported and one.mean > 0 for one in found)
    down = sum(one.supported and one.mean < 0 for one in found)
    kept = sum(p < 0.05 for p in adjusted)
    return (
        f"Of {len(found)} settings, {up} differ upwards and {down} downwards from the student "
        f"alone in {measure} by their own 95 % interval; with Holm's correction for {len(found)} "
        f"comparisons {kept} do."
    )


def choice(rows: Sequence[Row]) -> list[str]:
    """What selection by validation gives: the chosen setting, and its gain at equal seeds.

    Empty where nothing was held out. Test selects nothing: it is only read for the choice.
    """
    best = chosen(rows)
    if best is None:
        return []
    about = best.label
    if best.has_teacher:
        about += f", λ {best.number('lambda'):.3g}, T {best.number('temperature'):.3g}"
    score = summarise([*best.values(SCORE).values()])
    test = summarise([*best.values(ACCURACY).values()])
    lines = [
        f"Chosen by validation: {about}: validation accuracy {score.mean:.3f}, "
        f"test accuracy {test.mean:.3f} ± {test.std:.3f} (n = {test.n})."
    ]
    if best.alone and not best.from_labels_alone:
        gain = difference(best, ACCURACY, higher_is_better=True)
        verdict = "" if gain.supported else f": {NO_DIFFERENCE}"
        lines.append(
            f"Its gain over the student alone, at equal seeds: {interval_text(gain)} "
            f"(95 %, paired t, n = {gain.n}, p {_p(gain.p)}){verdict}."
        )
    return lines
