"""A thread that writes: one thing after the other, and again where waiting can mend what failed.

Training goes on meanwhile: a tracking server that is restarted, a database that another program
has locked, or a full disk costs a study nothing but the wait for its last records.
"""

import math
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential

from records.client import may_pass
from trainables.errors import Say, StudyError, one_line

LONGEST_WAIT = 15  # seconds between two tries
LEAVE_SECONDS = 3.0

Write = Callable[[], None]


class Writer:
    """Does what it is given in that order, in a thread of its own.

    mend: called before a write is tried again, which an outage may have left half done.
    after_each: called after each write, and at the end.
    kept: what the user reads of the unwritten rest.
    """

    def __init__(self, mend: Write, after_each: Write, kept: str, say: Say) -> None:
        self._mend, self._after_each, self._kept, self._say = mend, after_each, kept, say
        self._queue: SimpleQueue[Write | None] = SimpleQueue()  # None: there is nothing more
        self._broken: Exception | None = None
        self._waiting_since: float | None = None
        self._patience = math.inf  # while a study runs, an outage may last as long as it likes
        self._left = False
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def put(self, write: Write) -> None:
        """To be written after all that was put before."""
        self._queue.put(write)

    def check(self) -> None:
        """Raise what has ended the thread, if it ended by an error."""
        if self._broken:
            raise self._broken

    def close(self, patience: float) -> None:
        """Write what is left; an outage is waited for until it has lasted so many seconds.

        Raises StudyError where something is not written then.
        """
        self._patience = patience
        self._queue.put(None)
        self._thread.join()
        self.check()

    def leave(self) -> None:
        """Stop after what is being written now."""
        self._left = True
        self._queue.put(None)
        self._thread.join(timeout=LEAVE_SECONDS)

    @property
    def is_idle(self) -> bool:
        """True where all that was put is written."""
        return self._queue.empty() and not self._left

    @property
    def is_retrying(self) -> bool:
        """True from a write's first failure on, until it has succeeded."""
        return self._waiting_since is not None

    # ---- in the thread ----

    def _run(self) -> None:
        try:
            while (write := self._queue.get()) and not self._left:
                self._insist(write)
                self._after_each()
            self._after_each()
        except Exception as error:  # raised by check(): a thread has nobody to raise to
            self._broken = error

    def _insist(self, write: Write) -> None:
        """Do it; again, after longer and longer waits, where waiting can help."""
        for attempt in Retrying(
            retry=retry_if_exception(may_pass),
            wait=wait_exponential(min=0.5, max=LONGEST_WAIT),
            stop=self._is_over,
            before_sleep=self._wait,
            retry_error_callback=self._give_up,
        ):
            with attempt:
                if attempt.retry_state.attempt_number > 1:
                    self._mend()
                write()
        if self._waiting_since is not None:
            self._say("the records answer again")
            self._waiting_since = None

    def _is_over(self, state: RetryCallState) -> bool:
        since = self._waiting_since
        waited = 0.0 if since is None else time.monotonic() - since
        return self._left or waited >= self._patience

    def _wait(self, state: RetryCallState) -> None:
        if self._waiting_since is None:  # said once an outage, not at each try
            self._waiting_since = time.monotonic()
            self._say(f"the records do not answer: {_reason(state)}; waiting, results are kept")

    def _give_up(self, state: RetryCallState) -> None:
        raise StudyError(f"not all is recorded: {_reason(state)}; {self._kept}")


def _reason(state: RetryCallState) -> str:
    return one_line(state.outcome.exception() if state.outcome else None)
