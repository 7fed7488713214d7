"""A study on one screen: who runs it, its rates, its workers, its trials by part, its verdicts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.text import Text

from records.terminal import Field, Sheet, width_of, wrapped
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
    width = width_of(console)
    parts: list[RenderableType] = [
        wrapped(Text.assemble((plan.space.name, "bold"), f": {plan.space.about}"), width),
        *(_running(leader, dashboard, width) if leader else [wrapped(_nobody(plan), width)]),
        *_by_part(plan).parts(width),
    ]
    main = plan.space.target.main
    scores = best_by_link(plan.trial_index, main).items()
    if best := ", ".join(f"{link} {main.text(score)}" for link, score in scores):
        line = f"best validation {main.title}, mean over seeds, by φ: {best}"
        parts.append(wrapped(line, width))
    if not said:
        return Group(*parts)
    most = min(len(said), MOST_VERDICTS)
    if on_one_screen:
        room = console.height - LINES_BELOW - _lines(Group(*parts), console)
        while most > 1 and _lines(_verdicts(said, most, width), console) > room:
            most -= 1
    return Group(*parts, _verdicts(said, most, width))


def _lines(part: RenderableType, console: Console) -> int:
    return len(console.render_lines(part, pad=False))


def _nobody(plan: Plan) -> str:
    if any(one.missing or one.unknown for one in counts(plan)):
        return "no launch is running; the same command as before goes on"
    return "no launch is running; nothing is missing"


def _running(leader: Leader, dashboard: str | None, width: int | None) -> list[RenderableType]:
    """Where it runs, how fast, and what each worker does."""
    now = leader.standing
    stage = f"running on {leader.host} (process {leader.pid}): {now.stage or 'starting'}"
    found: list[RenderableType] = [wrapped(stage, width)]
    if now.total:
        found.append(wrapped(Text(_rates(now), style="cyan"), width))
    if dashboard:
        found.append(Text(f"Ray dashboard: {dashboard}", overflow="fold"))
    if now.workers:
        shown = now.workers[:MOST_WORKERS]
        found += _workers(shown).parts(width)
        if more := len(now.workers) - len(shown) + now.more_workers:
            found.append(Text(f"... and {more} more workers"))
    return found


def _workers(shown: Sequence[tuple[str, float]]) -> Sheet:
    fields = (
        Field("worker", [str(number) for number in range(1, len(shown) + 1)]),
        Field("trains", [title for title, _ in shown], is_words=True),
        Field("done", [f"{share:.0%}" for _, share in shown]),
    )
    return Sheet("", fields, box=None)


def _rates(now: Standing) -> str:
    parts = f"{now.per_minute:.3g} trials a minute", f"{now.share:.0%} done", now.time_left
    return " · ".join(part for part in parts if part)


def _by_part(plan: Plan) -> Sheet:
    parts = counts(plan)
    columns = {
        "done": [one.done for one in parts],
        "failed": [one.failed for one in parts],
        "missing": [one.missing for one in parts],
        "not known yet": [one.unknown for one in parts],
    }
    figures = [
        Field(heading, [str(figure or "") for figure in column])
        for heading, column in columns.items()
    ]
    names = Field("", [one.part for one in parts], is_words=True)
    return Sheet("", (names, *figures), box=None)


def _verdicts(said: Sequence["Said"], most: int, width: int | None) -> Group:
    """The first of them; what is not shown is said."""
    decided = sum(one.is_decided for one in said)
    shown = said[:most]
    names = [f"{one.ours} against {one.against}" if one.against else one.ours for one in shown]
    verdicts = [one.verdict for one in shown]
    fields = (
        Field("", names, is_words=True),
        Field("verdict", verdicts, [word.partition(", +")[0] for word in verdicts], is_words=True),
        Field("Δ, 95 %", [one.difference for one in shown]),
        Field("n", [str(one.n) for one in shown], leaves=1),
    )
    title = f"Verdicts so far: {decided} of {len(said)} decided (against the student alone)"
    parts = [*Sheet(title, fields, rest="on a wider terminal", box=None).parts(width)]
    more = [Text(f"... and {len(said) - most} more")] if len(said) > most else []
    return Group(*parts, *more)
