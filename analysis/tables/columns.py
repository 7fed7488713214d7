"""The table as numbers: one line a setting, every figure that is shown anywhere, by plain names.

For a measure such as accuracy: `accuracy`, `accuracy_std`, `accuracy_low`, `accuracy_high` (the
mean's 95 % interval), and against the student alone at equal seeds `accuracy_difference`, its
`_low`, `_high`, `_p` (paired t), `_signed_rank_p`, `_effect` (g_z), `_better`; and of what the
study's family tests `_verdict`, `_matters` (δ), `_p_holm`, `_more_seeds`, and the probabilities
`_gains` (> 0), `_within` (±δ), `_gains_more` (> δ).
"""

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from analysis.evidence.differences import metric_difference
from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.statistics import Summary
from analysis.evidence.texts import NONE
from records.schema import NUMBERS
from trainables.data.domain import Described

CALIBRATION = "test/calibration_error"


def measures(target: Described) -> dict[str, str]:
    """Column → recorded metric, of what each setting is summarised by."""
    found = {"validation": f"validation/{target.main.name}"}
    found |= {measure.name: f"test/{measure.name}" for measure in target.measures}
    found["integral"] = f"test/{target.curve.name}_integral"
    return found | ({"calibration_error": CALIBRATION} if target.is_classification else {})


def compared(target: Described) -> dict[str, bool]:
    """Column → is higher better?, of what is compared with the student alone."""
    return {one.name: one.higher_is_better for one in target.compared} | {"integral": False}


def facts(target: Described) -> dict[str, str]:
    """Column → recorded metric, of what has a mean alone."""
    main = target.main.name
    found = {name: f"{name}/test_{main}" for name in ("teacher", "through_link")}
    if not target.is_classification:
        found["constant"] = f"constant/test_{main}"
    return {f"{name}_{main}": metric for name, metric in found.items()} | {"seconds": "seconds"}


def build(rows: Iterable[Row]) -> pd.DataFrame:
    """The whole table, in the order in which it is read.

    What was chosen and trained anew first; then by validation where there is any, else as in the
    published table, protocols one after the other.
    """
    rows = [row for row in rows if not row.is_candidate]
    family = Family(rows)
    table = pd.DataFrame([_line(row) | _verdicts(row, family) for row in rows])
    if table.empty:
        return table
    order = _order(rows, table)
    return table.iloc[order].reset_index(drop=True)


def _order(rows: list[Row], table: pd.DataFrame) -> list[int]:
    sign = rows[0].domain.main.sign
    validated = bool(table["validation"].notna().any())
    validation = (sign * table["validation"]).fillna(-math.inf).tolist()

    def place(index: int) -> tuple[float | str, ...]:
        row = rows[index]
        if row.is_anew:  # what was chosen, and its student alone
            return -math.inf, row.planned.place
        if validated:
            return -validation[index], row.planned.place
        amount, _ = row.amount or (0, "")
        return row["protocol"], row.place, amount, row["vae_labels"], row.planned.place

    return sorted(range(len(rows)), key=place)


def _line(row: Row) -> dict[str, Any]:
    line: dict[str, Any] = {"setting": row.planned.key, "name": row.planned.name}
    line |= {
        name: _number(value) if name in NUMBERS else value
        for name, value in row.planned.parameters.items()
    }
    line |= {
        "n": len(row.finished),
        "planned": max(len(row.planned_seeds), len(row.finished) + len(row.failed)),
        "failed": len(row.failed),
        "lack": row.lack(),
    }
    metrics = measures(row.domain)
    for measure, metric in metrics.items():
        line |= _summary(measure, row, metric)
    for measure, higher_is_better in compared(row.domain).items():
        line |= _difference(measure, row, metrics[measure], higher_is_better)
    # Grabovoy's signed form: I(student alone) - I(this student); positive = it helped.
    # Of areas over as many epochs alone: a longer one is larger, however good the student.
    same = row.alone is not None and row["epochs"] == row.alone["epochs"]
    difference, low, high = (
        line[f"integral_difference{end}"] if same else math.nan for end in ("", "_low", "_high")
    )
    line |= {"S": -difference, "S_low": -high, "S_high": -low}
    for measure in (one.name for one in row.domain.compared):
        printed = getattr(row.printed, measure, math.nan)
        line[f"printed_{measure}"] = printed
        line[f"{measure}_minus_printed"] = line[measure] - printed
    line |= {name: row.mean(metric) for name, metric in facts(row.domain).items()}
    return line


def _number(text: str) -> float | int:
    if text == NONE:
        return math.nan
    return int(text) if text.isdigit() else float(text)


def _summary(measure: str, row: Row, metric: str) -> dict[str, float]:
    found = row.summary(metric)
    if not row.corrected:  # the drift of one network: n is no number of independent runs
        found = Summary(found.n, found.mean, found.std, math.nan, math.nan)
    return {
        measure: found.mean,
        f"{measure}_std": found.std,
        f"{measure}_low": found.low,
        f"{measure}_high": found.high,
    }


def _difference(measure: str, row: Row, metric: str, higher_is_better: bool) -> dict[str, float]:
    found = metric_difference(row, metric, higher_is_better=higher_is_better)
    name = f"{measure}_difference"
    line = {name: found.mean, f"{name}_low": found.low, f"{name}_high": found.high}
    line |= {f"{name}_{field}": getattr(found, field) for field in ("p", "signed_rank_p")}
    return line | {f"{name}_effect": found.effect, f"{name}_better": found.better}


def _verdicts(row: Row, family: Family) -> dict[str, Any]:
    line: dict[str, Any] = {}
    for measure in row.domain.compared:
        name, verdict = f"{measure.name}_difference", family.verdict(row, measure)
        line[f"{name}_verdict"] = str(verdict.word) or None if verdict else None
        line[f"{name}_matters"] = verdict.margin if verdict else math.nan
        line[f"{name}_p_holm"] = verdict.p if verdict else math.nan
        more = verdict.more_seeds if verdict else None
        line[f"{name}_more_seeds"] = math.nan if more is None else more
        line[f"{name}_gains"] = verdict.probability_of_gain if verdict else math.nan
        line[f"{name}_within"] = verdict.probability_within if verdict else math.nan
        line[f"{name}_gains_more"] = verdict.probability_of_more if verdict else math.nan
    return line
