"""Writing the records: one writer, in batches, off the training path.

Runs are flat (MLflow's UI folds nested ones away and then draws no charts). What ends goes to
the spool on disk at once, and from there into MLflow, in its own time: a tracking server that
goes away, a locked database, a full disk are waited for. A run that was being written when that
happened, or when the launch was killed, is closed as KILLED and written anew.
"""

import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from queue import SimpleQueue
from typing import TypeVar

from mlflow import MlflowClient
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential

from records.client import is_database, may_pass
from records.jsonl import Line
from records.read import read
from records.schema import TRIAL_KEY, Record, experiment_names
from records.write import write_runs
from search_spaces.base.space import Space
from study.planning.search_state import Expected
from study.planning.trial_index import TrialIndex
from study.recording.setting_runs import SettingRuns
from study.recording.spool import Spool
from study.recording.trial_runs import line_of, record_of
from trainables.errors import StudyError
from trainables.results import TrialResult

BATCH = 100  # runs written at a time: a tenth of a second
LONGEST_WAIT = 15  # seconds between two tries
LEAVE_SECONDS = 3.0

Say = Callable[[str], None]
T = TypeVar("T")


class Recorder:
    """Writes what ends to the two experiments of a study, and to the trial_index."""

    def __init__(
        self,
        client: MlflowClient,
        space: Space,
        seeds: int,
        trial_index: TrialIndex,
        spool: Spool,
        experiments: tuple[str, str],
        say: Say = print,
    ) -> None:
        self.client, self.trial_index, self.spool, self.say = client, trial_index, spool, say
        settings_experiment, self.trials_experiment = experiments
        self.trials_name = experiment_names(space.name)[1]
        self._close_stale_runs()
        selection = {search.name: search.selection_seeds for search in space.searches}
        self.settings = SettingRuns(client, settings_experiment, seeds, selection)
        self._by_setting: dict[str, dict[int, Record]] = defaultdict(dict)
        for record in trial_index.records.values():
            self._by_setting[record.setting][record.seed] = record
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._spooling = threading.Lock()  # the spool is cleared when the queue is seen empty
        self._broken: Exception | None = None
        self._waiting_since: float | None = None
        self._patience = math.inf
        self._left = False
        self._thread = threading.Thread(target=self._write_all, name="recorder", daemon=True)
        self._thread.start()
        if kept := spool.read():
            recorded = {record.key for record in read(client, space.name)}
            left = [line for line in kept if line["tags"][TRIAL_KEY] not in recorded]
            self.say(f"{len(left)} results of an earlier launch are recorded now")
            self._take(left)

    def expect(self, expected: Iterable[Expected]) -> None:
        """These settings are to be trained."""
        self._put(self._write_settings, list(expected))

    def add(self, results: Iterable[TrialResult]) -> None:
        """Take results: on the disk and in the trial_index at once, recorded soon."""
        if self._broken:  # better to stop than to train for hours what nobody records
            raise self._broken
        # What is done already was trained again as company of one that was missing.
        new = [one for one in results if not self.trial_index.is_done(one.trial)]
        lines = [line_of(one, self.trials_name) for one in new]
        with self._spooling:
            try:
                self.spool.add(lines)
            except OSError as error:
                self.say(f"cannot keep results in {self.spool.path}: {error.strerror}")
            self._take(lines)

    def close(self, patience: float = 0.0) -> None:
        """Write what is left; an outage is waited for until it has lasted so many seconds.

        Raises StudyError where something is not recorded then; what that is stays on the disk.
        """
        self._patience = patience
        self._queue.put(None)
        self._thread.join()
        if self._broken:
            raise self._broken

    def leave(self) -> None:
        """Stop after the run that is being written; the rest stays on the disk."""
        self._left = True
        self._queue.put(None)
        self._thread.join(timeout=LEAVE_SECONDS)

    def _take(self, lines: Sequence[Line]) -> None:
        new = []
        for line in lines:
            record = record_of(line)
            if record.key not in self.trial_index.records:
                self.trial_index.add(record)
                new.append((line, record))
        self._put(self._write_trials, new)

    def _put(self, write: Callable[[list[T]], None], what: list[T]) -> None:
        """To be written in batches.

        A server is told of one at a time: nobody waits long for the one that is being written.
        """
        size = BATCH if is_database(self.client.tracking_uri) else 1
        for start in range(0, len(what), size):
            self._queue.put(partial(write, what[start : start + size]))

    # ---- the writer's thread ----

    def _write_all(self) -> None:
        try:
            while (write := self._queue.get()) and not self._left:
                self._insist(write)
                self._clear_if_all_is_written()
            self._clear_if_all_is_written()
        except Exception as error:  # raised by add() or close(): a thread has nobody to raise to
            self._broken = error

    def _clear_if_all_is_written(self) -> None:
        with self._spooling:
            if self._queue.empty() and not self._left:
                self.spool.clear()

    def _insist(self, write: Callable[[], None]) -> None:
        """Do it; again with back-off where waiting can help."""
        for attempt in Retrying(
            retry=retry_if_exception(may_pass),
            wait=wait_exponential(min=0.5, max=LONGEST_WAIT),
            stop=self._is_over,
            before_sleep=self._wait,
            retry_error_callback=self._give_up,
        ):
            with attempt:
                if attempt.retry_state.attempt_number > 1:
                    self._close_stale_runs()
                    self.settings.refresh()
                write()
        if self._waiting_since is not None:
            self.say("the records answer again")
            self._waiting_since = None

    def _is_over(self, state: RetryCallState) -> bool:
        since = self._waiting_since
        waited = 0.0 if since is None else time.monotonic() - since
        return self._left or waited >= self._patience

    def _wait(self, state: RetryCallState) -> None:
        if self._waiting_since is None:
            self._waiting_since = time.monotonic()
            error = state.outcome.exception() if state.outcome else None
            self.say(f"the records do not answer: {_reason(error)}; waiting, results are kept")

    def _give_up(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        raise StudyError(
            f"not all is recorded: {_reason(error)}; finished results are kept in "
            f"{self.spool.path}, the same command records them and goes on"
        )

    def _write_settings(self, expected: Sequence[Expected]) -> None:
        self.settings.expect(expected)
        for one in expected:  # a killed launch may have left a summary out
            key = one.setting.key
            self.settings.summarise(key, self._by_setting[key].values())

    def _write_trials(self, ended: Sequence[tuple[Line, Record]]) -> None:
        left = [line for line, record in ended if not self._is_written(record)]
        write_runs(self.client, self.trials_experiment, left)
        for _, record in ended:
            self._by_setting[record.setting][record.seed] = record
        for key in dict.fromkeys(record.setting for _, record in ended):
            self.settings.summarise(key, self._by_setting[key].values())

    def _is_written(self, record: Record) -> bool:
        """True where an answer was lost on its way: the run is there, whole."""
        if self._waiting_since is None:
            return False
        there = self.client.search_runs(
            [self.trials_experiment],
            f"tags.`{TRIAL_KEY}` = '{record.key}' and status = '{record.status}'",
        )
        return bool(there)

    def _close_stale_runs(self) -> None:
        for run in self.client.search_runs([self.trials_experiment], "status = 'RUNNING'"):
            self.client.set_terminated(run.info.run_id, "KILLED")


def _reason(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
