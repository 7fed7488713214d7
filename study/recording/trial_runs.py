"""A trial that has ended, as one line of JSON.

The line is what travels: to the spool on the disk, from there into MLflow (`records.write`), and
between MLflow stores (`study.records`).
"""

import json
import math
import time

from records.jsonl import Line
from records.schema import (
    ANSWERS,
    ARTIFACT,
    ARTIFACTS,
    DEFINITION,
    FAILURE,
    LINEAGE,
    PRUNED,
    RELIABILITY,
    REPORTED,
    SEED,
    SETTING_KEY,
    SETTING_NAME,
    TEACHER_ANSWERS,
    TRIAL_KEY,
    Record,
)
from study.planning.planned import parameters_of
from study.recording.environment import describe
from study.recording.setting_runs import definition_of
from trainables.distillation.requirements import all_logits_for, logits_for
from trainables.results import TrialResult
from trainables.settings.columns import columns_of, name_of, short_name_of
from trainables.settings.lineage import reported, written
from trainables.settings.trial import Trial

LONGEST_TAG = 5_000  # characters; MLflow takes no more: the answers on some 29,000 test objects


def line_of(result: TrialResult, experiment: str) -> Line:
    """A trial's run in the experiment of this name, as a line.

    Facts that are no finite numbers are left out.
    """
    trial, ended = result.trial, int(time.time() * 1000)
    facts = {name: value for name, value in result.facts.items() if math.isfinite(value)}
    final = {**result.final, "seconds": result.seconds, **facts}
    curves = {
        name: [[step, value, ended] for step, value in result.curve(name)]
        for name in result.history
    }
    points = {name: [[0, value, ended]] for name, value in final.items() if name not in curves}
    return {
        "in": experiment,
        "origin": "",
        "status": "FAILED" if result.failure else "FINISHED",
        "start": ended - int(result.seconds * 1000),
        "end": ended,
        "tags": _tags(result),
        "parameters": parameters_of(trial.setting) | {SEED: str(trial.seed)},
        "metrics": curves | points,
        "inputs": _inputs(trial),
    }


def record_of(line: Line) -> Record:
    """The same as analysis reads it: a metric is its last value."""
    tags = line["tags"]
    return Record(
        key=tags[TRIAL_KEY],
        setting=tags[SETTING_KEY],
        setting_name=tags[SETTING_NAME],
        seed=int(tags[SEED]),
        status=line["status"],
        metrics={name: points[-1][1] for name, points in line["metrics"].items() if points},
        parameters=line["parameters"],
        tags=tags,
        ended=line["end"],
    )


def _tags(result: TrialResult) -> dict[str, str]:
    trial = result.trial
    tags = {
        TRIAL_KEY: trial.key,
        SETTING_KEY: trial.setting.key,
        SETTING_NAME: name_of(trial.setting),
        SEED: str(trial.seed),
        DEFINITION: definition_of(trial.setting),
        "device": result.device,
        "worker": result.worker,
        "mlflow.runName": f"seed={trial.seed} {short_name_of(trial.setting)}",
        **describe(),
    }
    for name, reliability in result.reliability.items():
        tags[f"{RELIABILITY}.{name}"] = json.dumps(reliability._asdict())
    if logits := logits_for(trial):
        for artifact in (logits, *logits.needs):  # with a rule of several parts: the first's
            tags[f"{ARTIFACT}.{artifact.kind}"] = artifact.key
    behind = {a.key for logits in all_logits_for(trial) for a in logits.and_behind()}
    if behind:
        tags[ARTIFACTS] = " ".join(sorted(behind))
    if result.failure:
        tags[FAILURE] = result.failure
    for name, answers in ((ANSWERS, result.answers), (TEACHER_ANSWERS, result.teacher_answers)):
        if answers and len(answers) <= LONGEST_TAG:
            tags[name] = answers
    if result.pruned:
        tags[PRUNED] = result.pruned
    if result.lineage:
        tags[LINEAGE] = written(result.lineage)
        tags[REPORTED] = reported(trial.setting, result.lineage).key
    return tags


def _inputs(trial: Trial) -> list[Line]:
    row = columns_of(trial.setting)
    used = [(row["student"], "training")]
    if trial.setting.reads_test:
        used.append((f"{row['student'].rpartition('-')[0]}-Test", "testing"))
    if teacher := trial.setting.teacher:
        used.append((teacher.name, "teacher"))
    return [
        {
            "name": name,
            "digest": f"seed-{trial.network_seed}",
            "source_type": "code",
            "source": f"trainables.data.splits, split of seed {trial.network_seed}",
            "tags": {"mlflow.data.context": context},
        }
        for name, context in used
    ]
