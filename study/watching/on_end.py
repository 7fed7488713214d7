"""A command of the user's own at the end of a launch: a notice, a mail, a message to a room.

It is run once, by the shell, however the launch ends, and is given the end as JSON on its standard
input. Nothing that it does changes how the launch ends.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from records.cli import FAILED, INTERRUPTED
from records.folder import report_path
from study.planning.plan import Plan
from trainables.errors import BadInputError, one_line

if TYPE_CHECKING:
    from study.python.result import StudyResult

LIMIT_SECONDS = 60.0
STATES = {0: "finished", INTERRUPTED: "interrupted"}


class OnEnd:
    """What is to be run at the end of this process's launch; None: nothing.

    unhurried: what holds while it runs: an interrupted launch has little time else.
    Raises BadInputError for an empty command.
    """

    def __init__(
        self,
        command: str | None,
        results: Path,
        unhurried: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        if command is not None and not command.strip():
            raise BadInputError("--on-end is empty: give a command for the shell")
        self.command, self.results, self._unhurried = command, results.absolute(), unhurried
        self._plan: Plan | None = None
        self._over = False
        self._running = threading.RLock()  # a second call returns when the first one has ended

    def begins(self, plan: Plan) -> None:
        """The launch begins its work: from now on it has an end."""
        self._plan = plan

    @contextmanager
    def at_errors(self) -> Iterator[None]:
        """Run the command where the block ends by an error or an interrupt."""
        try:
            yield
        except BadInputError:
            raise
        except KeyboardInterrupt:
            self.run(INTERRUPTED)
            raise
        except BaseException:
            self.run(FAILED)
            raise

    def run(self, code: int, result: "StudyResult | None" = None) -> None:
        """Run it, if the launch has begun and it was not run already; what fails is a line.

        code: how the launch will end. result: what came out, where it came to that.
        """
        with self._running:
            if self.command is None or self._plan is None or self._over:
                return
            self._over = True
            try:
                with self._unhurried():
                    wrong = _ended(self.command, json.dumps(self._state(code, result)))
            except (Exception, KeyboardInterrupt) as error:  # the launch ends as it would
                wrong = f"{self.command!r}: {one_line(error)}"
            if wrong:
                print(f"--on-end: {wrong}", file=sys.stderr, flush=True)

    def _state(self, code: int, result: "StudyResult | None") -> dict[str, Any]:
        assert self._plan is not None
        plan = self._plan
        done, total = plan.trial_counts()
        report = report_path(self.results, plan.space.name)
        return {
            "space": plan.space.name,
            "results": str(self.results),
            "code": code,
            "state": STATES.get(code, "incomplete" if result else "failed"),
            "done": done,
            "missing": total - done,
            "failed": len(plan.trial_index.failed()),
            "seconds": round(time.time() - psutil.Process().create_time(), 1),
            "answers": [*result.answers] if result else [],
            "report": str(report) if report.exists() else None,
        }


def _ended(command: str, state: str) -> str:
    """Run a command; what went wrong, in a line, else nothing.

    Its input and its errors are files: it may read nothing, and leave processes behind.
    """
    with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as errors:
        given.write(state)
        given.seek(0)
        process = subprocess.Popen(
            command,
            shell=True,  # the user's own line, as typed: nothing of a study is put into it
            stdin=given,
            stderr=errors,
            start_new_session=True,  # a second Ctrl-C is for the launch
        )
        try:
            code = process.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            return f"{command!r} was ended after {LIMIT_SECONDS:g} s"
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        errors.seek(0)
        said = errors.read().strip()
    if not code:
        return ""
    why = f": {one_line(said, last=True)}" if said else ""
    return f"{command!r} ended with code {code}{why}"
