"""One device for two processes; and a cohort that does not fit into its memory."""

import statistics
from collections.abc import Sequence
from typing import Any

import torch

from benchmarks.gpu import children
from benchmarks.gpu.checks import ACCURACY, Check
from benchmarks.gpu.children import Task
from benchmarks.gpu.frame.budget import Budget
from benchmarks.gpu.frame.device import give_back, synchronize
from benchmarks.gpu.work import SEEDS, Kind, prepared
from trainables.artifacts.workshop import Workshop
from trainables.cohorts.cohort import Cohort
from trainables.networks.stack import Report
from trainables.results import TrialResult

SCARCE = (
    0.6  # of what a cohort takes beside what is there before: too little for all, not for half
)


def two_processes(task: Task, repeats: int, budget: Budget) -> dict[str, Any]:
    """Seconds of a whole cohort in one process, and of its halves in two at once, in turn.

    Raises OutOfTimeError where the part's share of the time does not do.
    """
    middle = task.of // 2
    ends = [(0, task.of), (0, middle), (middle, task.of)]
    tasks = [Task(**vars(task) | {"first": first, "last": last}) for first, last in ends]
    (whole, *halves), _ = children.started(tasks, budget)
    one, two = [], []
    try:
        for _ in range(repeats):
            one.append(children.together([whole])[0])
            two.append(children.together(halves)[0])
            if budget.left < 1.2 * (one[-1] + two[-1]):
                break
    finally:
        children.close([whole, *halves])
    gain = statistics.median(a / b for a, b in zip(one, two, strict=True))
    return {"members": task.of, "one": one, "two": two, "gain": gain}


def in_halves(
    cohort: Cohort, kind: Kind, workshop: Workshop, report: Report
) -> tuple[list[TrialResult], int]:
    """Results, and how many cohorts they took: as the study does where memory is refused.

    (There the launch puts the halves into its queue: study.running.tune.) Raises
    torch.OutOfMemoryError where a single member does not fit.
    """
    try:
        return [*kind.train(cohort.members, workshop, report)], 1  # type: ignore[list-item]  # of trials
    except torch.OutOfMemoryError:
        halves = cohort.halves()
        if not halves:
            raise
    give_back(workshop.device)  # after the error, whose traceback held the tensors
    parts = [in_halves(half, kind, workshop, report) for half in halves]
    return [result for found, _ in parts for result in found], sum(count for _, count in parts)


def memory_refused(
    kind: Kind, count: int, device: torch.device, budget: Budget
) -> tuple[list[Check], dict[str, Any]]:
    """Train a cohort with all of a GPU's memory, then with too little of it: the same results."""
    cohort = Cohort("student", tuple(kind.members(count)))
    workshop = prepared(cohort.members[:SEEDS], device)
    kind.train(cohort.members[:1], workshop, budget.check)  # the test set stays on the device
    synchronize(device)
    give_back(device)
    before = torch.cuda.memory_allocated(device)
    torch.cuda.reset_peak_memory_stats(device)
    unlimited = kind.train(cohort.members, workshop, budget.check)
    peak = torch.cuda.max_memory_allocated(device)
    give_back(device)
    allowed = before + SCARCE * (peak - before)  # so all of them cannot fit
    total = torch.cuda.get_device_properties(device).total_memory
    torch.cuda.set_per_process_memory_fraction(allowed / total, device)
    try:
        limited, cohorts = in_halves(cohort, kind, workshop, budget.check)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0, device)
    checks = [
        Check("memory refused: trained whole, all the same", float(cohorts < 2), 0.0),
        Check("memory refused: accuracies", largest_gap(kind, limited, unlimited), ACCURACY),
    ]
    return checks, {"members": count, "peak": peak, "allowed": allowed, "cohorts": cohorts}


def largest_gap(kind: Kind, mine: Sequence[Any], theirs: Sequence[Any]) -> float:
    """Of the members' scores, in their order; infinite where members are missing."""
    if [result.trial.key for result in mine] != [result.trial.key for result in theirs]:
        return float("inf")
    pairs = zip(kind.scores(mine), kind.scores(theirs), strict=True)
    return max(abs(a - b) for a, b in pairs)
