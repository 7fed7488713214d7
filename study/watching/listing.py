"""All studies that are recorded at one address, a line each."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from records.experiments import recorded_spaces
from records.read import recorded_looks, recorded_settings
from records.reader import Reader
from records.runs import ends
from records.schema import experiment_names
from records.terminal import Field, Sheet
from study.watching.leader import LEADER, leader_from
from trainables.errors import harmless


class Listed(NamedTuple):
    """A study, as its records say.

    experiment: of its settings, the id. missing: trials that its last launch planned and that
    have not ended, by the last word of that launch; of a launch that said nothing, the seeds of
    the recorded settings. running: whether a launch leads it now. changed: when a trial ended
    last, ms since 1970, UTC; 0 where none has.
    """

    space: str
    experiment: str
    done: int
    missing: int
    failed: int
    running: bool
    changed: int


def recorded_studies(client: Reader) -> list[Listed]:
    """All of them, the one that changed last first."""
    found = (_listed(client, space) for space in recorded_spaces(client))
    return sorted(found, key=lambda one: one.changed, reverse=True)


def _listed(client: Reader, space: str) -> Listed:
    settings, trials = map(client.get_experiment_by_name, experiment_names(space))
    ended = ends(client, trials.experiment_id)
    count = Counter(one.status for one in ended)
    leader = leader_from(settings.tags[LEADER]) if settings and LEADER in settings.tags else None
    if leader and leader.standing.total:
        missing = leader.standing.total - leader.standing.done
    else:
        seeds, _ = recorded_looks(client, space)
        asked = recorded_settings(client, space)
        missing = max(0, sum(len(one.seeds or range(seeds)) for one in asked) - len(ended))
    return Listed(
        space=harmless(space),
        experiment=settings.experiment_id if settings else "",
        done=count["FINISHED"],
        missing=missing,
        failed=count["FAILED"],
        running=leader is not None and not leader.gone,
        changed=max((one.ended for one in ended), default=0),
    )


def as_table(studies: Sequence[Listed]) -> Sheet:
    """A line a study."""

    def figures(of: Callable[[Listed], int]) -> list[str]:
        return [str(of(one) or "") for one in studies]

    return Sheet(
        "",
        [
            Field("study", [one.space for one in studies], is_words=True, is_key=True),
            Field("done", figures(lambda one: one.done)),
            Field("missing", figures(lambda one: one.missing)),
            Field("failed", figures(lambda one: one.failed)),
            Field("last change", [when(one.changed) for one in studies], leaves=1),
            Field("", ["running" if one.running else "" for one in studies], is_words=True),
        ],
        rest="on a wider terminal",
        box=None,
    )


def when(changed: int) -> str:
    """Local time: "2026-01-31 17:05"; empty where nothing has ended."""
    return f"{datetime.fromtimestamp(changed / 1000):%Y-%m-%d %H:%M}" if changed else ""
