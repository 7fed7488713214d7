"""The verdict on each reported setting, at its own run, so that runs can be filtered by it.

`tags.verdict = 'better'` finds them; `metrics.verdict/difference` and the others can be sorted by.
"""

import math
import time
from collections.abc import Sequence

from mlflow import MlflowClient
from mlflow.entities import Metric, RunTag

from analysis.evidence.family import Family
from analysis.evidence.rows import Row
from analysis.evidence.verdicts import Verdict
from records.runs import runs
from records.schema import SETTING_KEY, VERDICT

DIFFERENCE = f"{VERDICT}/difference"


def write_verdicts(client: MlflowClient, experiment: str, rows: Sequence[Row]) -> int:
    """Bring the runs of a study's settings up to date; how many there were to write.

    A verdict that no longer holds (a seed failed, say) is taken away.
    """
    family, by_key = Family(rows), {row.planned.key: row for row in rows}
    written = 0
    for run in runs(client, experiment):
        row = by_key.get(run.tags.get(SETTING_KEY, ""))
        verdict = family.verdict(row) if row else None
        tags, metrics = _said(verdict)
        known = {name: value for name, value in run.tags.items() if name.startswith(VERDICT)}
        measured = {name: run.metrics.get(name) for name in metrics}
        if known == tags and measured == metrics:
            continue
        now, step = int(time.time() * 1000), row.summary(row.test).n if row else 0
        for name in known.keys() - tags.keys():
            client.delete_tag(run.run_id, name)
        client.log_batch(
            run.run_id,
            metrics=[Metric(name, value, now, step) for name, value in metrics.items()],
            tags=[RunTag(name, value) for name, value in tags.items()],
        )
        written += 1
    return written


def _said(verdict: Verdict | None) -> tuple[dict[str, str], dict[str, float]]:
    """The tags and the metrics of a verdict: in the primary measure, and what it is made of."""
    if verdict is None or not verdict.word:
        return {}, {}
    found = verdict.found
    metrics = {
        DIFFERENCE: found.mean,
        f"{VERDICT}/low": found.low,
        f"{VERDICT}/high": found.high,
        f"{VERDICT}/margin": verdict.margin,
        f"{VERDICT}/p_holm": verdict.p,
        f"{VERDICT}/probability_of_gain": verdict.probability_of_gain,
        f"{VERDICT}/probability_within_margin": verdict.probability_within,
        f"{VERDICT}/probability_beyond_margin": verdict.probability_of_more,
    }
    finite = {name: float(value) for name, value in metrics.items() if math.isfinite(value)}
    return {VERDICT: str(verdict.word)}, finite
