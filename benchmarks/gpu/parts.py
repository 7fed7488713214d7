"""The parts of the command, in their order, each with its share of the time."""

import statistics
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from benchmarks.gpu import checks, children, graphs, sharing, speed
from benchmarks.gpu.bench import Bench
from benchmarks.gpu.checks import Check
from benchmarks.gpu.frame.budget import Measured, OutOfTimeError
from benchmarks.gpu.frame.device import copy_rate, give_back, product_rate
from benchmarks.gpu.frame.table import Section, number
from benchmarks.gpu.rivals.mapped import train_mapped
from benchmarks.gpu.rivals.plain import rivals
from benchmarks.gpu.speed import Limits
from benchmarks.gpu.work import BATCH, Kind, kinds
from trainables.networks.stack import Report
from trainables.schedule import Schedule


def check_all(bench: Bench) -> None:
    """Every kind of network against a CPU, a student in company; whatever time allows."""
    found, device, budget = checks.rounding(bench.device), bench.device, bench.budget
    short, left_out = bench.short_students(), []

    def of_kind(kind: Kind) -> Callable[[], list[Check]]:
        return lambda: checks.against_cpu(kind, device, budget)

    sizes = replace(bench.sizes, epochs=1, network_epochs=1)
    once = kinds(bench.domain, replace(sizes, teacher_split="Small", vae_split="Small"))
    todo = {name: of_kind(kind) for name, kind in once.items()}
    todo["a whole student"] = lambda: [checks.whole_student(short, device, budget)]
    todo["company"] = lambda: checks.in_company(short, device, bench.sizes, budget)
    for name, run in todo.items():
        try:
            found += run()
        except OutOfTimeError:
            left_out.append(name)
    rows = [
        [each.name, number(each.found), number(each.within), "" if each.passed else "WRONG"]
        for each in found
    ]
    notes = [f"no time was left for: {', '.join(left_out)}"] if left_out else []
    headings = ["", "differs by", "at most", ""]
    bench.say(Section(f"checks: {device} against a CPU", headings, rows, notes))
    bench.found["checks"] = bench.note(found)
    bench.found["unchecked"] = left_out


def measure_limits(bench: Bench) -> None:
    """What shares of the limits are shares of."""
    operations = product_rate(bench.device, bench.sizes.matrix)
    copied = copy_rate(bench.device, bench.sizes.copied)
    bench.limits = Limits(operations, copied)
    text = f"limits: {operations / 1e12:.3g} TFLOP/s of fp32 products, {copied / 1e9:.4g} GB/s"
    bench.say(Section(text))
    bench.found["limits"] = asdict(bench.limits)


def time_students(bench: Bench) -> None:
    """Cohorts of students against all rivals."""
    rows, alone = _cohorts(bench, "students", bench.sizes.students)
    mapped = _mapped(bench)
    others = _processes(bench)
    rows = [
        replace(row, mapped=row.members / each.median)
        if isinstance(each := mapped[row.members], Measured)
        else row
        for row in rows
    ]
    section = speed.section(bench.kinds["students"], rows, alone, others)
    count = bench.sizes.processes
    ways = (
        f"{count} new: a process for each student, {count} at a time, start included; "
        f"{count} kept: the same processes, once they are warm, one student after the other"
    )
    none = "several processes: not run, their share of the time was over"
    section.notes.append(ways if others else none)
    section.notes += [f"{n} by vmap: {why}" for n, why in mapped.items() if isinstance(why, str)]
    bench.say(section)
    seconds = {n: each.seconds for n, each in mapped.items() if isinstance(each, Measured)}
    bench.found["students"] = speed.record(rows, alone, others) | {"vmap": seconds}


def _cohorts(bench: Bench, name: str, counts: tuple[int, ...]) -> tuple[list[speed.Row], Measured]:
    """Of a kind its cohorts, and its rival one after the other."""
    device, budget, sizes = bench.device, bench.budget, bench.sizes
    rival = rivals(bench.domain, device, sizes)[name]
    alone = speed.in_turn(rival(), device, budget, sizes.in_turn)
    give_back(device)
    kind = bench.kinds[name]
    scored = not bench.random
    rows = speed.cohorts(kind, counts, device, budget, sizes.repeats, bench.limits, scored=scored)
    return rows, alone


def _mapped(bench: Bench) -> dict[int, Measured | str]:
    """By the number of students, what torch.func takes for them."""
    device, budget, sizes = bench.device, bench.budget, bench.sizes
    budget.begin("students by vmap")
    give_back(device)
    schedule = Schedule(epochs=sizes.epochs, batch_size=BATCH)

    def prepare(count: int) -> Callable[[Report], float]:
        return lambda report: train_mapped(count, bench.domain, device, schedule, report)

    try:
        prepare(sizes.students[0])(budget.check)  # kernels
    except OutOfTimeError:
        return dict.fromkeys(sizes.students, "not run: its share of the time was over")
    return speed.sized(prepare, sizes.students, budget, sizes.repeats, device)


def _processes(bench: Bench) -> dict[str, float]:
    """Students a second of several processes: a new one for each, and the same ones again."""
    sizes, count = bench.sizes, bench.sizes.processes
    bench.budget.begin("students by processes")
    give_back(bench.device)
    try:
        found, until_ready = children.started(
            [bench.task(last=sizes.in_turn)] * count, bench.budget
        )
        try:
            seconds, _ = children.together(found)
        finally:
            children.close(found)
    except OutOfTimeError:
        return {}
    return {f"{count} new": count / until_ready, f"{count} kept": count * sizes.in_turn / seconds}


def time_networks(name: str) -> Callable[[Bench], None]:
    """Cohorts of a kind against one after the other."""

    def run(bench: Bench) -> None:
        rows, alone = _cohorts(bench, name, bench.sizes.networks)
        bench.say(speed.section(bench.kinds[name], rows, alone, {}))
        bench.found[name] = speed.record(rows, alone, {})

    return run


def share_device(bench: Bench) -> None:
    """A cohort in one process against its halves in two, on the same device."""
    rows: list[list[str]] = []
    notes, found = [], []
    for count in bench.sizes.halved:
        try:
            one = sharing.two_processes(bench.task(of=count), bench.sizes.repeats, bench.budget)
        except OutOfTimeError:
            notes.append(f"{count} students: stopped, its share of the time was over")
            continue
        found.append(one)
        seconds = (statistics.median(one[name]) for name in ("one", "two"))
        rows.append([str(count), *map(number, seconds), number(one["gain"]), str(len(one["one"]))])
    headings = ["students", "s by one process", "s by two, half each", "gain", "n"]
    bench.say(Section("several cohorts on one device", headings, rows, notes))
    bench.found["two processes"] = found


def capture_steps(bench: Bench) -> None:
    """Every kind with its steps captured as graphs, against the same told kernel by kernel."""
    device, budget, sizes = bench.device, bench.budget, bench.sizes
    found, rows, notes = [], [], []
    times: dict[str, Any] = {}
    counts = dict.fromkeys(bench.kinds, sizes.networks[1:2]) | {"students": sizes.captured}
    for name, kind in bench.kinds.items():
        for count in counts[name]:
            try:
                check, both = graphs.compared(kind, count, device, budget, sizes.repeats)
            except OutOfTimeError:
                notes.append(f"{count} {name}: stopped, its share of the time was over")
                continue
            found.append(check)
            seconds = {way: one.median for way, one in both.items()}
            ratio = seconds["one by one"] / seconds["captured"]
            times[f"{count} {name}"] = {way: one.seconds for way, one in both.items()}
            gained = [*map(number, seconds.values()), number(ratio)]
            verdict = "" if check.passed else "WRONG"
            rows.append([f"{count} {name}", *gained, number(check.found), verdict])
    if device.type == "cpu":
        notes.append("a CPU captures nothing: both are the same")
    headings = ["", "s one by one", "s captured", "gain", "differs by", ""]
    bench.say(Section("steps as graphs", headings, rows, notes))
    bench.found["graphs"] = {"seconds": times, "checks": bench.note(found)}


def refuse_memory(bench: Bench) -> None:
    """A cohort that does not fit, for real: only a GPU's memory can be limited."""
    if bench.device.type == "cpu":
        bench.say(Section("memory refused: not on a CPU"))
        bench.found["memory refused"] = "not on a CPU"
        return
    kind, count = bench.short_students(), bench.sizes.unfitting
    found, about = sharing.memory_refused(kind, count, bench.device, bench.budget)
    peak, allowed = (about[name] / 2**20 for name in ("peak", "allowed"))
    text = (
        f"memory refused: {count} students, which take {peak:,.0f} MiB, within {allowed:,.0f}: "
        f"trained as {about['cohorts']} cohorts"
    )
    rows = [[each.name, number(each.found), number(each.within)] for each in found]
    bench.say(Section(text, ["", "differs by", "at most"], rows))
    bench.found["memory refused"] = about | {"checks": bench.note(found)}


PARTS: dict[str, Callable[[Bench], None]] = {
    "checks": check_all,
    "limits": measure_limits,
    "students": time_students,
    "teachers": time_networks("teachers"),
    "VAEs": time_networks("VAEs"),
    "ConvNets": time_networks("ConvNets"),
    "graphs": capture_steps,
    "two processes": share_device,
    "memory refused": refuse_memory,
}
SHARES = {
    "checks": 0.12,
    "limits": 0.02,
    "students": 0.17,
    "students by vmap": 0.12,
    "students by processes": 0.1,
    "teachers": 0.07,
    "VAEs": 0.07,
    "ConvNets": 0.1,
    "graphs": 0.08,
    "two processes": 0.1,
    "memory refused": 0.05,
}
"""Of the whole time; what one leaves is the next one's. The rest is for what nobody foresaw."""
