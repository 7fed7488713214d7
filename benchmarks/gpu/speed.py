"""How many are trained in a second, by cohort size, against the rivals and against the limits."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch

from benchmarks.gpu.frame.budget import Budget, Measured, OutOfTimeError, measured
from benchmarks.gpu.frame.device import peak_bytes, reset_peak
from benchmarks.gpu.frame.table import Section, number
from benchmarks.gpu.rivals.plain import Trained
from benchmarks.gpu.work import SEEDS, Kind, prepared
from trainables.networks.stack import Report


@dataclass(frozen=True)
class Limits:
    """Of the device: operations a second of its best products, bytes a second of its memory."""

    operations: float
    bytes: float

    def shares(self, kind: Kind, rate: float) -> tuple[float, float]:
        """What of each limit so many members a second are."""
        return rate * kind.gigaflops * 1e9 / self.operations, (
            rate * kind.gigabytes * 1e9 / self.bytes
        )


@dataclass(frozen=True, kw_only=True)
class Row:
    """A cohort's size: members a second, and what they take.

    seconds: of the whole cohort, each repeat. rate: by their median. mib: the peak of memory, a
    member. score: the members' mean. failed: why there is no time. mapped: the rate by vmap.
    """

    members: int
    seconds: list[float]
    rate: float | None = None
    mib: float | None = None
    score: float | None = None
    mapped: float | None = None
    of_operations: float | None = None
    of_bytes: float | None = None
    failed: str = ""


def in_turn(rival: Trained, device: torch.device, budget: Budget, count: int) -> Measured:
    """One network after the other: seconds of each, after a first one that is not counted."""
    rival(0, budget.check)
    seeds = iter(range(1, count + 1))
    return measured(lambda report: rival(next(seeds), report), budget, count, device)


def sized(
    prepare: Callable[[int], Callable[[Report], Any]],
    counts: tuple[int, ...],
    budget: Budget,
    repeats: int,
    device: torch.device,
) -> dict[int, Measured | str]:
    """Medians by size, from the smallest on, or why there is none: no time, no memory, a fault.

    prepare: makes the run of a size, which is not timed. A size is left out where it would not fit
    the time if each member took as long as one of the size before, which is more than it takes.
    """
    found: dict[int, Measured | str] = {}
    each = 0.0
    for count in counts:
        if each * count > budget.left:
            found[count] = f"not run: up to {each * count:.0f} s, {budget.left:.0f} s were left"
            continue
        try:
            found[count] = one = measured(prepare(count), budget, repeats, device)
            each = one.median / count
        except OutOfTimeError:
            found[count] = "stopped: its share of the time was over"
        except torch.OutOfMemoryError:
            found[count] = "does not fit into the memory"
            break
    for count in counts:
        found.setdefault(count, "not run: a smaller one did not fit into the memory")
    return found


def cohorts(
    kind: Kind,
    counts: tuple[int, ...],
    device: torch.device,
    budget: Budget,
    repeats: int,
    limits: Limits,
    *,
    scored: bool,
) -> list[Row]:
    """The study's own cohorts of growing size; scored: whether what they reach means anything."""
    workshop = prepared(kind.members(min(max(counts), SEEDS)), device)
    peaks: dict[int, int | None] = {}
    kind.train(kind.members(counts[0]), workshop, budget.check)  # kernels, the test set

    def prepare(count: int) -> Callable[[Report], Any]:
        members = kind.members(count)

        def run(report: Report) -> Any:
            reset_peak(device)
            results = kind.train(members, workshop, report)
            peaks[count] = peak_bytes(device)
            return results

        return run

    rows = []
    for count, one in sized(prepare, counts, budget, repeats, device).items():
        if isinstance(one, str):
            rows.append(Row(members=count, seconds=[], failed=one))
            continue
        rate, peak = count / one.median, peaks[count]
        operations, moved = limits.shares(kind, rate)
        rows.append(
            Row(
                members=count,
                seconds=one.seconds,
                rate=rate,
                mib=None if peak is None else peak / 2**20 / count,
                score=kind.mean(one.result) if scored else None,
                of_operations=operations,
                of_bytes=moved,
            )
        )
    return rows


def section(kind: Kind, rows: list[Row], alone: Measured, others: dict[str, float]) -> Section:
    """The rows as text. others: networks a second of ways that know no cohorts, by name."""
    ways = {"in turn": 1 / alone.median, **others}
    with_mapped = any(row.mapped for row in rows)
    headings = [
        kind.name,
        "a second",
        *(f"x {name}" for name in ways),
        *(["x vmap"] if with_mapped else []),
        "MiB each",
        "of ops",
        "of bytes",
        kind.score.replace("/", "_").split("_")[-1],
        "n",
    ]
    table = []
    for row in rows:
        if row.rate is None:
            continue
        ratios = [number(row.rate / rate) for rate in ways.values()]
        if with_mapped:
            ratios.append(number(row.rate / row.mapped) if row.mapped else "-")
        assert row.of_operations is not None
        assert row.of_bytes is not None
        table.append(
            [
                number(row.members, 6),
                number(row.rate),
                *ratios,
                number(row.mib),
                f"{row.of_operations:.1%}",
                f"{row.of_bytes:.1%}",
                number(row.score),
                str(len(row.seconds)),
            ]
        )
    said = ", ".join(f"{name} {number(rate)}" for name, rate in ways.items())
    notes = [f"a second: {said} (in turn: n = {len(alone.seconds)})"]
    notes += [f"{row.members} {kind.name}: {row.failed}" for row in rows if row.failed]
    return Section(f"{kind.name} a second, medians", headings, table, notes)


def record(rows: list[Row], alone: Measured, others: dict[str, float]) -> dict[str, Any]:
    """The same for JSON."""
    return {
        "cohorts": [asdict(row) for row in rows],
        "in turn": {"seconds": alone.seconds, "rate": 1 / alone.median},
        **others,
    }
