"""What the records consist of: names of experiments and tags, and what is read from them.

A space has two experiments in MLflow: `<space>` with a run for each setting, there from the
moment the setting is planned, and `<space> · trials` with a run for each trial that has ended. A
trial is done when a FINISHED run bears its key.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trainables.data.domain import Described
from trainables.identity import identity

# Tags of runs; RELIABILITY and ARTIFACT are followed by ".student", ".vae" and the like.
TRIAL_KEY, SETTING_KEY, SETTING_NAME, DEFINITION = "trial", "setting", "setting_name", "definition"
TARGET = "target"  # of a setting: what tables need to know of the domain that is learnt
SEED, FAILURE, PRUNED = "seed", "failure", "pruned"
LINEAGE, REPORTED = "lineage", "reported"  # of a candidate in a population; the latter a key
PLACE, ASKED, SEARCH = "place", "asked", "search"
SEARCHED = "searched"  # of a setting that a search asked for: what it chose, as JSON
RELIABILITY, ARTIFACT, ARTIFACTS = "reliability", "artifact", "artifacts"
ANSWERS = "answers"  # of a reported trial: which test objects it has right, packed
TEACHER_ANSWERS = "answers.teacher"  # which of them its teacher has right through the link
SELECTION_SEEDS = "selection_seeds"  # of a setting with seeds of its own: "1000:1002" or "3,7"
COMMIT = "mlflow.source.git.commit"  # MLflow's own name: its pages show it
VERDICT = "verdict"  # of a reported setting: against its student alone, in a word
AGAIN = "again"  # of a finalist, of what is trained anew: the key of the one that was chosen
SEEDS_PLANNED, ABOUT = "seeds", "about"  # tags of the experiments
LOOKS = "looks"  # of the experiment of a study until decided: "10 14 20"
FINALISTS = "finalists"  # of an experiment: how many of each search are scored again, as JSON
MATTERS = "matters"  # of an experiment: the space's smallest differences that matter, as JSON
CONTRASTS = "contrasts"  # of an experiment: keys of settings, and those each is compared with


NUMBERS = (
    "lambda",
    "temperature",
    "epochs",
    "batch_size",
    "learning_rate",
    "held_out",
    "labels",
    "student_objects",
    "teacher_objects",
    "student_parameters",
    "teacher_parameters",
)  # parameters of a setting that are numbers


def procedure_key(search: str) -> str:
    """The key of what a nested search reports: one row, whose setting differs by seed."""
    return identity(["nested", search])


def experiment_names(space: str) -> tuple[str, str]:
    """The experiments of a space: one run a setting, one run a trial."""
    return space, f"{space} · trials"


@dataclass(frozen=True)
class Record:
    """One trial as recorded: its final metrics if FINISHED, its reason if FAILED.

    key, setting: the hashes of the trial and of its setting; status: FINISHED or FAILED.
    """

    key: str
    setting: str
    setting_name: str
    seed: int
    status: str
    metrics: dict[str, float]
    parameters: dict[str, str]
    tags: dict[str, str]
    run_id: str = ""
    ended: int = 0  # ms since 1970, UTC

    @property
    def failure(self) -> str | None:
        """Why it failed, if it did."""
        return self.tags.get(FAILURE)

    @property
    def commit(self) -> str:
        """Of the code that launched it; "unknown" where that was no clone."""
        return self.tags.get(COMMIT, "unknown")

    @property
    def pruned(self) -> str | None:
        """When and why it was dropped before its last epoch, if it was."""
        return self.tags.get(PRUNED)

    @property
    def lineage(self) -> str | None:
        """Of a candidate in a population, the numbers that led to its weights, as JSON."""
        return self.tags.get(LINEAGE)

    @property
    def reported(self) -> str | None:
        """The key of the setting that is trained by its lineage, if it has one."""
        return self.tags.get(REPORTED)

    @property
    def answers(self) -> str | None:
        """Which test objects it has right, packed; None where that is not recorded."""
        return self.tags.get(ANSWERS)

    @property
    def teacher_answers(self) -> str | None:
        """Which test objects its teacher has right through the link; None where not recorded."""
        return self.tags.get(TEACHER_ANSWERS)

    def reliability(self, of: str) -> dict[str, list[float]] | None:
        """The reliability of "student" or "teacher": count, confidence, accuracy by bin."""
        text = self.tags.get(f"{RELIABILITY}.{of}")
        return json.loads(text) if text else None


@dataclass(frozen=True)
class Searched:
    """What a search chose for a setting: by path of a field a number, or the label of a choice.

    base: the key of the setting that was varied; untuned: what that has itself at these paths.
    ranges: what could have been chosen, by path: Optuna's distributions as plain JSON.
    """

    base: str = ""
    chosen: Mapping[str, float | str] = field(default_factory=dict)
    untuned: Mapping[str, float | str] = field(default_factory=dict)
    ranges: Mapping[str, Any] = field(default_factory=dict)


NOTHING_SEARCHED = Searched()


@dataclass(frozen=True)
class PlannedSetting:
    """A setting that a study holds, trained or not.

    place: its place among the study's settings; target: the domain that its student learns.
    search, asked: the search that proposed it, and its index there; None for one that is listed.
    searched: what that search chose for it.
    seeds: those that it is scored or reported with; None for the study's own.
    again: of a finalist, of a listed setting that is trained anew, and of what a nested search
        trains for single seeds, the key of the one that was chosen for it.
    """

    key: str
    name: str
    parameters: dict[str, str]
    place: int
    asked: int | None
    definition: dict[str, Any]
    target: Described
    search: str | None = None
    seeds: Sequence[int] | None = None
    searched: Searched = NOTHING_SEARCHED
    again: str | None = None


@dataclass(frozen=True)
class Study:
    """All that is recorded of a space: its question, what was planned, what ended.

    seeds: how many each setting was planned to have, unless it says so itself.
    looks: of a study until decided, how many seeds a comparison has at each look; empty where it
        was only looked at once.
    finalists: how many of each search's candidates are scored again; none in older records.
    contrasts: by the keys of settings those of others that the space compares them with.
    older: how many settings are recorded as earlier versions did, which are not read.
    """

    space: str
    about: str
    seeds: int
    settings: list[PlannedSetting]
    trials: list[Record]
    older: int = 0
    looks: tuple[int, ...] = ()
    finalists: Mapping[str, int] = field(default_factory=dict)
    contrasts: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def notes(self) -> list[str]:
        """What a reader must know of the records themselves."""
        if not self.older:
            return []
        return [
            f"{self.older} settings are recorded in an older format, which says nothing of "
            "domains and networks: they are left out, and a launch trains them anew"
        ]
