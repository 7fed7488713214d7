"""Who leads a study, and how far it says it is: a tag of the study's experiment.

So wherever the records are read, a launch is seen: its stage, its rate, what each worker does.
"""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psutil

from records.reader import Reader
from trainables.errors import BadInputError, harmless_all, one_line

LEADER = "leader"  # the tag
MOST_WORKERS = 16  # are told of: MLflow takes 5,000 characters in a tag
LONGEST_TITLE = 80
MOST = 2**31 - 1  # of any number: a process, a count, seconds


@dataclass(frozen=True)
class Standing:
    """What a launch says of itself.

    stage: what it does, in words; share: how much of the predicted work is done, 0 to 1.
    left: seconds that the rest is likely to take; None where nobody can say.
    per_minute: trials that ended, over the last minute.
    workers: for each what it trains, and how much of that is done; the first MOST_WORKERS.
    more_workers: how many there are beside these.
    door: the port behind which Ray's dashboard opens without a token; None where there is none.
    """

    stage: str = ""
    done: int = 0
    total: int = 0
    failed: int = 0
    share: float = 0.0
    left: float | None = None
    per_minute: float = 0.0
    workers: Sequence[tuple[str, float]] = ()
    more_workers: int = 0
    door: int | None = None

    @property
    def says(self) -> str:
        """The stage, how much is done, and how long the rest takes."""
        return ", ".join(
            part for part in (self.stage, f"{self.share:.0%}", self.time_left) if part
        )

    @property
    def time_left(self) -> str:
        """How long the rest takes: "about 0:03:12 left"; empty where nobody can say."""
        return "" if self.left is None else f"about {timedelta(seconds=round(self.left))} left"


@dataclass(frozen=True)
class Leader:
    """Who launched a study, by a name of its own; `beat` counts while it lives, 0 at its end.

    says: how far it is, in a line; standing: the same in numbers.
    """

    host: str
    pid: int
    token: str
    beat: int
    says: str = ""
    standing: Standing = Standing()

    @property
    def is_here(self) -> bool:
        """True on its own machine."""
        return self.host == platform.node()

    @property
    def gone(self) -> bool:
        """True if it said that it has ended, or its process on this machine has exited."""
        # Of another machine's processes nothing is seen. This process's own number means an
        # earlier process that had it: in a container, say, every launch may be process 1.
        return self.beat == 0 or (
            self.is_here and (self.pid == os.getpid() or not psutil.pid_exists(self.pid))
        )


def leader_of(client: Reader, experiment: str) -> Leader | None:
    """Who leads, or led last."""
    text = client.get_experiment(experiment).tags.get(LEADER)
    return leader_from(text) if text else None


def leader_from(text: str) -> Leader:
    """Out of the tag's text.

    Raises BadInputError where no launch wrote it.
    """
    try:
        plain: dict[str, Any] = harmless_all(json.loads(text))
        standing = Standing(**plain.pop("standing", {}))
        leader = Leader(**plain, standing=standing)
        _check(leader)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadInputError(
            f"the tag {LEADER!r} of the records is damaged, or no launch wrote it "
            f"({one_line(error)}): delete it there"
        ) from None
    return leader


def _check(leader: Leader) -> None:
    """Raise ValueError or TypeError where its numbers are none, or its texts."""
    now = leader.standing
    texts = (
        leader.host,
        leader.token,
        leader.says,
        now.stage,
        *(title for title, _ in now.workers),
    )
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("its texts are none")
    numbers = (
        leader.pid, leader.beat, now.door or 0, now.done, now.total, now.failed, now.share,
        now.left or 0, now.per_minute, now.more_workers, *(share for _, share in now.workers),
    )  # fmt: skip
    if not all(0 <= number <= MOST for number in numbers):
        raise ValueError(f"its numbers are not from 0 to {MOST:,}")
