"""A study's trials in pandas: one row a trial with typed columns, and curves on demand."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from analysis.evidence.setting import RecordedSetting
from analysis.evidence.texts import NONE
from analysis.side_by_side.names import names_of
from records.reader import Reader
from records.runs import histories
from records.schema import Record, Study
from trainables.errors import unknown

TRUTHS = {"True": True, "False": False}
FIRST = ("name", "role", "seed", "status")
LAST = ("failure", "pruned", "ended", "setting", "trial", "run")
ROLES = ("reported", "candidate")


def trials_of(study: Study) -> pd.DataFrame:
    """One row a trial that has ended, in the order of the space, then by seed.

    name (one for each setting), role, seed, status; the setting's columns as they were recorded;
    the final metrics; failure, pruned, ended (UTC), setting, trial (both keys), run. role is
    "candidate" for what a search only scored, else "reported". Numbers are numbers, booleans
    booleans, what a setting has not is missing.
    """
    planned, names = {one.key: one for one in study.settings}, names_of(study.settings)
    ended = [record for record in study.trials if record.setting in planned]
    ended.sort(key=lambda record: (planned[record.setting].place, record.seed))
    parameters = pd.DataFrame([record.parameters for record in ended]).drop(
        columns=[*FIRST, *LAST], errors="ignore"
    )
    typed = {name: typed_column(values) for name, values in parameters.items()}
    metrics = pd.DataFrame([record.metrics for record in ended], dtype=float)
    own = pd.DataFrame(
        {
            "name": [names[record.setting] for record in ended],
            "role": [
                ROLES[RecordedSetting(planned[record.setting]).is_candidate] for record in ended
            ],
            "seed": pd.Series([record.seed for record in ended], dtype="int64"),
            "status": [record.status for record in ended],
            "failure": pd.Series([record.failure for record in ended], dtype="str"),
            "pruned": pd.Series([record.pruned for record in ended], dtype="str"),
            "ended": pd.to_datetime([record.ended for record in ended], unit="ms", utc=True),
            "setting": [record.setting for record in ended],
            "trial": [record.key for record in ended],
            "run": [record.run_id for record in ended],
        }
    )
    shown = metrics.reindex(columns=sorted(metrics))
    return pd.concat([own[[*FIRST]], pd.DataFrame(typed), shown, own[[*LAST]]], axis="columns")


def typed_column(values: Iterable[Any]) -> pd.Series:
    """Recorded texts as what they are: whole numbers, numbers, booleans, else texts.

    A dash, and what was not recorded, is missing.
    """
    texts = [None if pd.isna(value) or value == NONE else str(value) for value in values]
    known = [text for text in texts if text is not None]
    if known and all(text in TRUTHS for text in known):
        truths = [None if text is None else TRUTHS[text] for text in texts]
        return pd.Series(truths, dtype="boolean" if None in truths else "bool")
    try:
        numbers = pd.Series(pd.to_numeric(pd.Series(texts, dtype=object)))
    except (ValueError, TypeError):
        return pd.Series(texts, dtype="str")
    if not known:
        return pd.Series(texts, dtype="str")
    if all(text.lstrip("-").isdigit() for text in known):
        return numbers.astype("Int64" if len(known) < len(texts) else "int64")
    return numbers.astype(float)


def curves_of(reader: Reader, study: Study, metrics: Sequence[str] = ()) -> pd.DataFrame:
    """One row a point of all trials that have ended: name, setting, seed, metric, epoch, value.

    epoch: after which it was measured, from 1; of "part/..." scores the part held out.
    metrics: as they are recorded; none: that which the target's first measure has on the test set.
    Raises BadInputError for one that no trial of the study has.
    """
    there = {metric for record in study.trials for metric in record.metrics}
    wanted = metrics or sorted({RecordedSetting(one).test for one in study.settings} & there)
    for metric in wanted:
        if metric not in there:
            raise unknown(f"metric of {study.space}", metric, there)
    names = names_of(study.settings)
    ended = [record for record in study.trials if record.setting in names]
    ended.sort(key=lambda record: (names[record.setting], record.seed))
    points = [
        (names[record.setting], *point)
        for record in ended
        for point in _points(reader, record, wanted)
    ]
    columns = ["name", "setting", "seed", "metric", "epoch", "value"]
    return pd.DataFrame(points, columns=columns)


def _points(reader: Reader, record: Record, metrics: Sequence[str]) -> list[tuple[Any, ...]]:
    mine = [metric for metric in metrics if metric in record.metrics]
    found = histories(reader, record.run_id, mine) if mine else {}
    of = record.setting, record.seed
    return [
        (*of, metric, point.step + 1, point.value) for metric in mine for point in found[metric]
    ]
