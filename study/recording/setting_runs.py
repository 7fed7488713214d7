"""The runs that one compares: one a setting, there from the moment it is planned or asked for.

SCHEDULED until all its seeds have ended, then FINISHED (or FAILED) with mean, standard deviation
and n. So the records alone say what a study still lacks.
"""

import json
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from mlflow import MlflowClient
from mlflow.entities import Metric

from records.jsonl import Line
from records.runs import runs
from records.schema import (
    AGAIN,
    ASKED,
    DEFINITION,
    PLACE,
    SEARCH,
    SEARCHED,
    SEED,
    SELECTION_SEEDS,
    SETTING_KEY,
    SETTING_NAME,
    TARGET,
    PlannedSetting,
    Record,
)
from records.write import write_runs
from study.planning.expected import Expected
from study.planning.planned import planned
from study.recording.environment import describe
from trainables.data.measures import MEASURES
from trainables.settings.columns import short_name_of
from trainables.settings.setting import Setting

GROUPS = ("test", "validation", "oracle", "oracle_rest")
FINALS = tuple(f"{group}/{name}" for group in GROUPS for name in MEASURES)
INTEGRALS = tuple(f"test/{name}_integral" for name in MEASURES)
SUMMARISED = (*FINALS, *INTEGRALS, "test/calibration_error")


def definition_of(setting: Setting) -> str:
    """The canonical JSON that a setting's key is the hash of."""
    return json.dumps(setting.plain, ensure_ascii=False)


class SettingRuns:
    """The settings' experiment of a study, seen by its one writer.

    What is there is read once, and again after an outage: nobody else writes it meanwhile.
    seeds: of each setting that has none of its own.
    """

    def __init__(self, client: MlflowClient, experiment: str, seeds: int) -> None:
        self.client, self.experiment, self.seeds = client, experiment, range(seeds)
        self._seeds_of: dict[str, Sequence[int]] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read what is there, and delete incomplete runs: those of a launch that was killed."""
        self._run_ids: dict[str, str] = {}
        self._written: dict[str, tuple[int, int]] = {}  # (finished, failed) in a summary
        self._own_seeds: dict[str, str] = {}  # as their tags say
        self._again: set[str] = set()  # those with a tag
        for run in runs(self.client, self.experiment):
            key, metrics = run.tags.get(SETTING_KEY), run.metrics
            if key and (key in self._run_ids or not run.params):
                self.client.delete_run(run.run_id)
            elif key:
                self._run_ids[key] = run.run_id
                if AGAIN in run.tags:
                    self._again.add(key)
                if SELECTION_SEEDS in run.tags:
                    self._own_seeds[key] = run.tags[SELECTION_SEEDS]
                self._written[key] = (int(metrics.get("n", 0)), int(metrics.get("failed", 0)))
                # Filled through a server by a launch that was killed before it could say so.
                if run.status not in ("FINISHED", "FAILED", "SCHEDULED"):
                    self.client.update_run(run.run_id, status="SCHEDULED")

    def expect(self, expected: Iterable[Expected]) -> None:
        """Settings are to be trained: their runs are there from now on."""
        new: dict[str, Line] = {}
        for one in expected:
            key = one.setting.key
            if one.seeds is not None:
                self._seeds_of[key] = one.seeds
            if key not in self._run_ids:
                place = len(self._run_ids) + len(new)
                new.setdefault(key, self._line(planned(one, place), short_name_of(one.setting)))
            elif one.search is None:
                self._change_seeds(key, one.seeds or self.seeds)
                if one.again is None and key in self._again:  # single seeds alone had chosen it
                    self.client.delete_tag(self._run_ids[key], AGAIN)
                    self._again.discard(key)
        ids = write_runs(self.client, self.experiment, list(new.values()))
        self._run_ids |= zip(new, ids, strict=True)
        self._written |= dict.fromkeys(new, (0, 0))

    def _change_seeds(self, key: str, seeds: Sequence[int]) -> None:
        """Note other seeds than were planned before."""
        if self._own_seeds.get(key, _text(self.seeds)) != _text(seeds):
            self.client.set_tag(self._run_ids[key], SELECTION_SEEDS, _text(seeds))
            self._own_seeds[key] = _text(seeds)

    def _line(self, one: PlannedSetting, short_name: str) -> Line:
        tags = {
            SETTING_KEY: one.key,
            PLACE: str(one.place),
            DEFINITION: json.dumps(one.definition, ensure_ascii=False),
            TARGET: json.dumps(asdict(one.target), ensure_ascii=False),
            SETTING_NAME: one.name,
            "mlflow.runName": short_name,
            **describe(),
        }
        if one.search is not None:
            tags |= {SEARCH: one.search, ASKED: str(one.asked)}
            tags[SEARCHED] = json.dumps(asdict(one.searched), ensure_ascii=False)
        if one.seeds is not None:
            tags[SELECTION_SEEDS] = self._own_seeds[one.key] = _text(one.seeds)
        if one.again is not None:
            tags[AGAIN] = one.again
            self._again.add(one.key)
        return {
            "status": "SCHEDULED",
            "start": int(time.time() * 1000),
            "end": None,
            "tags": tags,
            "parameters": one.parameters,
            "metrics": {},
            "inputs": [],
        }

    def summarise(self, key: str, records: Iterable[Record]) -> None:
        """Mean, std (ddof 1) and n of a setting, once all its seeds ended; again as n grows.

        Never an average over survivors: with a failed or a pruned seed, n and failed alone.
        """
        mine = {record.parameters[SEED]: record for record in records}
        complete = all(str(seed) in mine for seed in self._seeds_of.get(key, self.seeds))
        finished = [record for record in mine.values() if record.status == "FINISHED"]
        counts = (len(finished), len(mine) - len(finished))
        if key not in self._run_ids or self._written[key] == counts or not complete:
            return
        values = dict(zip(("n", "failed"), map(float, counts), strict=True))
        if len(finished) == len(mine) and not any(record.pruned for record in finished):
            for metric in SUMMARISED:
                seen = [r.metrics[metric] for r in finished if metric in r.metrics]
                if seen:
                    values[metric] = statistics.fmean(seen)
                if len(seen) > 1:
                    values[f"{metric}_std"] = statistics.stdev(seen)
        now = int(time.time() * 1000)
        run_id = self._run_ids[key]
        self.client.log_batch(
            run_id, [Metric(k, v, now, len(finished)) for k, v in values.items()]
        )
        self.client.set_terminated(run_id, "FAILED" if values["failed"] else "FINISHED")
        self._written[key] = counts


def _text(seeds: Sequence[int]) -> str:
    """Rising seeds: "0:10", or "3,7" where others lie between."""
    first, stop = seeds[0], seeds[-1] + 1
    return f"{first}:{stop}" if stop - first == len(seeds) else ",".join(map(str, seeds))
