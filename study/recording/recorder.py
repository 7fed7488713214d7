"""Writing the records: one writer, in batches, off the training path.

What ends goes to a file on the disk first, the spool, and from there into MLflow in a thread's
own time. So a launch that is killed loses nothing that has ended, and a tracking server that goes
away stops no training. A run that was being written at that moment is closed as KILLED and
written anew.

Runs are flat: MLflow's UI folds nested ones away and then draws no charts of them.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from mlflow import MlflowClient

from records.client import is_database
from records.jsonl import Line
from records.read import read
from records.schema import TRIAL_KEY, Record, experiment_names
from records.write import write_runs
from search_spaces.base.space import Space
from study.planning.expected import Expected
from study.planning.trial_index import TrialIndex
from study.recording.setting_runs import SettingRuns
from study.recording.spool import Spool
from study.recording.trial_runs import line_of, record_of
from study.recording.writer import Writer
from trainables.errors import Say
from trainables.results import TrialResult

BATCH = 100  # runs written at a time: a tenth of a second

T = TypeVar("T")


class Recorder:
    """Writes what ends to the two experiments of a study, and to the index of its trials.

    seeds: of each setting; experiments: the ids of the settings' and of the trials'.
    """

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
        self.client, self.trial_index, self.spool, self._say = client, trial_index, spool, say
        settings_experiment, self.trials_experiment = experiments
        self.trials_name = experiment_names(space.name)[1]
        self._close_stale_runs()
        self.settings = SettingRuns(client, settings_experiment, seeds)
        self._by_setting: dict[str, dict[int, Record]] = defaultdict(dict)
        self._sort_in(trial_index.records.values())
        # Held by add() from the file to the queue, and while the file is removed: else a result
        # could be removed from the disk by the writer that has not heard of it yet.
        self._spooling = threading.Lock()
        rest = f"finished results are kept in {spool.path}, the same command records them"
        self._writer = Writer(self._mend, self._clear_spool, f"{rest} and goes on", say)
        if lines := spool.read():
            recorded = {record.key for record in read(client, space.name)}
            left = [line for line in lines if line["tags"][TRIAL_KEY] not in recorded]
            say(f"{len(left)} results of an earlier launch are recorded now")
            self._take(left)

    def expect(self, expected: Iterable[Expected]) -> None:
        """These settings are to be trained."""
        self._put(self._write_settings, list(expected))

    def add(self, results: Iterable[TrialResult]) -> None:
        """Take results: on the disk and in the index at once, recorded soon.

        Raises what the writer failed by: better to stop than to train what nobody records.
        """
        self._writer.check()
        # What is done is recorded already; it was retrained because its pruning group was
        # incomplete.
        new = [one for one in results if not self.trial_index.is_done(one.trial)]
        lines = [line_of(one, self.trials_name) for one in new]
        with self._spooling:
            try:
                self.spool.add(lines)
            except OSError as error:  # they are recorded all the same, unless the launch dies now
                self._say(f"cannot keep results in {self.spool.path}: {error.strerror}")
            self._take(lines)

    def close(self, patience: float = 0.0) -> None:
        """Write what is left; an outage is waited for until it has lasted so many seconds.

        Raises StudyError where something is not recorded then; what that is stays on the disk.
        """
        self._writer.close(patience)

    def leave(self) -> None:
        """Stop after the runs that are being written; the rest stays on the disk."""
        self._writer.leave()

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
            self._writer.put(partial(write, what[start : start + size]))

    # ---- in the writer's thread ----

    def _write_settings(self, expected: Sequence[Expected]) -> None:
        self.settings.expect(expected)
        # A launch that was killed may have left a summary out, though all its trials are there.
        self._summarise(one.setting.key for one in expected)

    def _write_trials(self, ended: Sequence[tuple[Line, Record]]) -> None:
        left = [line for line, record in ended if not self._is_written(record)]
        write_runs(self.client, self.trials_experiment, left)
        self._sort_in(record for _, record in ended)
        self._summarise(dict.fromkeys(record.setting for _, record in ended))

    def _sort_in(self, records: Iterable[Record]) -> None:
        for record in records:
            self._by_setting[record.setting][record.seed] = record

    def _summarise(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.settings.summarise(key, self._by_setting[key].values())

    def _is_written(self, record: Record) -> bool:
        """True where an answer was lost on its way: the run is there, whole."""
        if not self._writer.is_retrying:
            return False
        there = self.client.search_runs(
            [self.trials_experiment],
            f"tags.`{TRIAL_KEY}` = '{record.key}' and status = '{record.status}'",
        )
        return bool(there)

    def _mend(self) -> None:
        """Before a second try: what the first has left half written is out of the way."""
        self._close_stale_runs()
        self.settings.refresh()

    def _close_stale_runs(self) -> None:
        # One launch leads a study at a time, so nobody else is writing a run of it.
        for run in self.client.search_runs([self.trials_experiment], "status = 'RUNNING'"):
            self.client.set_terminated(run.info.run_id, "KILLED")

    def _clear_spool(self) -> None:
        with self._spooling:
            if self._writer.is_idle:
                self.spool.clear()
