"""A study on one screen: who runs it, its rates, its workers, its trials by part, its verdicts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from study.planning.plan import Plan
from study.watching.counts import best_by_link, counts
from study.watching.leader import Leader, Standing

if TYPE_CHECKING:  # pandas, SciPy and statsmodels: a second
    from analysis.publish import Said

MOST_WORKERS = 4  # a line each
MOST_VERDICTS = 25
LINES_BELOW = 2  # of a screen: where the shell asks, and what failed


def overview(
    plan: Plan,
    leader: Leader | None,
    said: Sequence["Said"],
    console: Console,
    *,
    dashboard: str | None = None,
    on_one_screen: bool = False,
) -> Group:
    """All that is seen of a study.

    leader: who leads it now, None where nobody does. said: its comparisons, the decided first.
    dashboard: the address that opens Ray's dashboard. on_one_screen: as many verdicts as there is
    room for on the console.
    """
    parts: list[RenderableType] = [
        Text.assemble((plan.space.name, "bold"), f": {plan.space.about}"),
        *(_running(leader, dashboard) if leader else [Text(_nobody(plan))]),
        _by_part(plan),
    ]
    main = plan.space.target.main
    scores = best_by_link(plan.trial_index, main).items()
    if best := ", ".join(f"{link} {main.text(score)}" for link, score in scores):
        parts.append(Text(f"best validation {main.title}, mean over seeds, by φ: {best}"))
    if not said:
        return Group(*parts)
    most = min(len(said), MOST_VERDICTS)
    if on_one_screen:
        room = console.height - LINES_BELOW - _lines(Group(*parts), console)
        while most > 1 and _lines(_verdicts(said, most), console) > room:
            most -= 1
    return Group(*parts, _verdicts(said, most))


def _lines(part: RenderableType, console: Console) -> int:
    return len(console.render_lines(part, pad=False))


def _nobody(plan: Plan) -> str:
    if any(one.missing or one.unknown for one in counts(plan)):
        return "no launch is running; the same command as before goes on"
    return "no launch is running; nothing is missing"


def _running(leader: Leader, dashboard: str | None) -> list[RenderableType]:
    """Where it runs, how fast, and what each worker does."""
    now = leader.standing
    found: list[RenderableType] = [
        Text(f"running on {leader.host} (process {leader.pid}): {now.stage or 'starting'}"),
    ]
    if now.total:
        found.append(Text(_rates(now), style="cyan"))
    if dashboard:
        found.append(Text(f"Ray dashboard: {dashboard}", overflow="fold"))
    if now.workers:
        workers = Table("worker", "trains", "done", box=None)
        shown = now.workers[:MOST_WORKERS]
        for number, (title, share) in enumerate(shown, start=1):
            workers.add_row(str(number), Text(title), f"{share:.0%}")
        more = len(now.workers) - len(shown) + now.more_workers
        if more:
            workers.add_row("", f"... and {more} more", "")
        found.append(workers)
    return found


def _rates(now: Standing) -> str:
    parts = f"{now.per_minute:.3g} trials a minute", f"{now.share:.0%} done", now.time_left
    return " · ".join(part for part in parts if part)


def _by_part(plan: Plan) -> Table:
    shown = Table("", "done", "failed", "missing", "not known yet", box=None)
    for one in counts(plan):
        figures = (one.done, one.failed, one.missing, one.unknown)
        shown.add_row(one.part, *(str(figure or "") for figure in figures))
    return shown


def _verdicts(said: Sequence["Said"], most: int) -> Group:
    """The first of them; what is not shown is said."""
    decided = sum(one.is_decided for one in said)
    shown = Table(
        title=f"Verdicts so far: {decided} of {len(said)} decided (against the student alone)",
        title_justify="left",
        title_style="bold",
        box=None,
    )
    shown.add_column("", overflow="fold")
    for heading in ("verdict", "Δ, 95 %", "n"):
        shown.add_column(heading, no_wrap=heading == "verdict")
    for one in said[:most]:
        against = f" against {one.against}" if one.against else ""
        shown.add_row(Text(one.ours + against), one.verdict, Text(one.difference), str(one.n))
    more = [Text(f"... and {len(said) - most} more")] if len(said) > most else []
    return Group(shown, *more)
