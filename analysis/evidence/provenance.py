"""How a study was run, from its records: code, versions, hardware, and the cost of each stage."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from records.schema import ARTIFACT, Record

STAGES = {
    "vae": "VAEs",
    "colours": "colour statistics",
    "paired": "links from pairs",
    "teacher": "teachers",
    "logits": "teachers' logits",
}
SHOWN = {
    "mlflow.source.git.commit": "commit",
    "dirty": "uncommitted changes",
    "version.distillation-study": "this project",
    "python": "Python",
    "version.torch": "torch",
    "version.ray": "ray",
    "version.optuna": "optuna",
    "version.mlflow": "mlflow",
    "host": "launched on",
    "cpu": "processor",
    "device": "device",
}


def facts(trials: Sequence[Record]) -> list[tuple[str, str]]:
    """What the trials' tags say, most frequent first where trials differ; and when they ran."""
    lines = []
    for tag, name in SHOWN.items():
        counts = Counter(trial.tags[tag] for trial in trials if tag in trial.tags)
        if counts:
            lines.append((name, _counted(counts)))
    workers = {trial.tags["worker"] for trial in trials if "worker" in trial.tags}
    if workers:
        hosts = {worker.rpartition(":")[0] for worker in workers}
        lines.append(("workers", f"{len(workers)} processes on {len(hosts)} machines"))
    ended = [trial.ended for trial in trials if trial.ended]
    if ended:
        lines.append(("trials ended", f"{_time(min(ended))} to {_time(max(ended))} UTC"))
    return lines


def _counted(counts: Counter[str]) -> str:
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{value} ({n} trials)" for value, n in counts.most_common(4))


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def stages(trials: Iterable[Record]) -> list[tuple[str, int, float]]:
    """(stage, how many were made, seconds of a worker in all); an artifact counts once.

    A member of a cohort counts with its share of the cohort's time.
    """
    made: dict[str, dict[str, float]] = {kind: {} for kind in STAGES}
    students = [trial.metrics["seconds"] for trial in trials if "seconds" in trial.metrics]
    for trial in trials:
        for kind, artifacts in made.items():
            key, seconds = trial.tags.get(f"{ARTIFACT}.{kind}"), f"{kind}/seconds"
            if key and seconds in trial.metrics:
                artifacts[key] = trial.metrics[seconds]
    lines = [(STAGES[kind], len(found), sum(found.values())) for kind, found in made.items()]
    lines.append(("students", len(students), sum(students)))
    return [line for line in lines if line[1]]
