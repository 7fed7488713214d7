"""How a study was run, from its records: code, versions, hardware, and the cost of each stage."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from analysis.evidence.family import Family
from analysis.evidence.rows import Row, seeds_option
from records.schema import ARTIFACT, COMMIT, Record, Study

STAGES = {
    "vae": "VAEs",
    "colours": "colour statistics",
    "paired": "links from pairs",
    "teacher": "teachers",
    "logits": "teachers' logits",
}
SHOWN = {
    COMMIT: "commit",
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
        machines = "1 machine" if len(hosts) == 1 else f"{len(hosts)} machines"
        processes = "1 process" if len(workers) == 1 else f"{len(workers)} processes"
        lines.append(("workers", f"{processes} on {machines}"))
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


def counts(study: Study, rows: Sequence[Row]) -> str:
    """How many settings are reported, tried and scored again, and how many trials there are."""
    reported = [row for row in rows if not row.is_candidate]
    scored = [row for row in rows if row.is_candidate]
    oracles = [row for row in scored if row["rule"] == "oracle"]
    again = [row for row in scored if row.planned.again and row not in oracles]
    tried = len(scored) - len(oracles) - len(again)
    each = f"{study.seeds} seed{'' if study.seeds == 1 else 's'} each"
    if study.looks:
        ended = [len(row.finished) + len(row.failed) for row in reported]
        each = f"{min(ended)} to {max(ended)} seeds each, more where it was not decided"
    family = Family(rows)
    compared = sum(family.verdict(row) is not None for row in reported)
    against = f", {compared:,} of them against a student alone" if compared and not tried else ""
    said = [f"{_settings(len(reported))} reported{against}, {each}"]
    if tried:
        more = f", {len(again)} of them once more with fresh seeds" if again else ""
        said.append(f"{_settings(tried)} tried to choose some of them{more}")
    if oracles:
        said.append(f"{_settings(len(oracles))} scored by the test set too, which chooses nothing")
    failed = sum(trial.status == "FAILED" for trial in study.trials)
    said.append(
        f"{len(study.trials):,} trials recorded" + (f", {failed} failed" if failed else "")
    )
    return "; ".join(said) + "."


def _settings(number: int) -> str:
    return f"{number:,} setting{'' if number == 1 else 's'}"


def commands(study: Study) -> str:
    """How to repeat a study, line by line."""
    commits = {trial.commit for trial in study.trials}
    lines = [f"git checkout {commits.pop()}"] if len(commits) == 1 else []
    lines += [
        f"make study SPACE={study.space}",
        f"python -m study.launch --space {study.space} {seeds_option(study)}".strip(),
        f"python -m analysis.table --space {study.space}",
        f"python -m analysis.figures --space {study.space}",
        f"python -m analysis.report --space {study.space}",
    ]
    return "\n".join(lines)
