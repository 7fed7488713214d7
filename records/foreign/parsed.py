"""Runs and experiments as what they say, whoever wrote them.

Texts become harmless to show here, and what is no record of ours is refused in one line.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from records.foreign.packed import check_packed
from records.runs import RunRow
from records.schema import (
    AGAIN,
    ASKED,
    CONTRASTS,
    DEFINITION,
    FINALISTS,
    LOOKS,
    MATTERS,
    NUMBERS,
    PLACE,
    SEARCH,
    SEARCHED,
    SEED,
    SEEDS_PLANNED,
    SELECTION_SEEDS,
    SETTING_KEY,
    SETTING_NAME,
    TARGET,
    TRIAL_KEY,
    PlannedSetting,
    Record,
    Searched,
)
from trainables.data.domain import TRAINING_SPLITS, Described
from trainables.errors import LONGEST, BadInputError, harmless, harmless_all, one_line
from trainables.settings.columns import NONE

MOST_SEEDS = 100_000  # of a setting: they are counted one by one
MOST_DIGITS = 20  # of a measure, after the decimal point
NOT_NONE = dict.fromkeys(("link", "objective"), dict)
PARTS = NOT_NONE | dict.fromkeys(("teacher", "method", "rule"), dict | None)  # of a definition
Read = TypeVar("Read")
DAMAGED = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


def checked(make: Callable[[Any], Read], raw: Any) -> Read:
    """What is made of a run or an experiment.

    Raises BadInputError, one line that names it, where it is none of ours.
    """
    try:
        return make(raw)
    except DAMAGED as error:
        run, name = (getattr(raw, field, "") for field in ("run_id", "name"))
        raise BadInputError(
            f"{f'run {run}' if run else f'the experiment {name!r}'} is damaged in the records, or "
            f"no launch wrote it ({type(error).__name__}: {one_line(error)}): mend it or delete "
            "it there"
        ) from None


def record(run: RunRow) -> Record | None:
    """An ended trial; None for any other run."""
    tags = run.tags
    if run.status not in ("FINISHED", "FAILED") or TRIAL_KEY not in tags:
        return None
    if not math.isfinite(run.metrics.get("epochs_trained", 0)):
        raise ValueError("epochs_trained is no number")
    check_packed(tags)
    return Record(
        key=harmless(tags[TRIAL_KEY]),
        setting=harmless(tags[SETTING_KEY]),
        setting_name=harmless(tags.get(SETTING_NAME, tags[SETTING_KEY])),
        seed=int(tags[SEED]),
        status=run.status,
        metrics={name: math.nan if math.isinf(x) else x for name, x in run.metrics.items()},
        parameters=_texts(run.params, LONGEST),
        tags=_texts(tags),
        run_id=run.run_id,
        ended=run.ended or 0,
    )


def _texts(given: dict[str, str], most: int | None = None) -> dict[str, str]:
    """All of them harmless, their names too; a study has hundreds of thousands, nearly all so."""
    short = most is None or max(map(len, given.values()), default=0) <= most
    if short and all(map(str.isprintable, (*given, *given.values()))):
        return given
    return {harmless(name): harmless(text, most or len(text)) for name, text in given.items()}


def planned(run: RunRow, smallest: Mapping[str, float]) -> PlannedSetting:
    """A setting; smallest: differences that matter, by measures' names."""
    tags = run.tags
    return PlannedSetting(
        key=harmless(tags[SETTING_KEY]),
        name=harmless(tags.get(SETTING_NAME, tags.get("mlflow.runName", tags[SETTING_KEY]))),
        parameters=_parameters(_texts(run.params, LONGEST)),
        place=int(tags[PLACE]),
        asked=int(tags[ASKED]) if ASKED in tags else None,
        definition=_definition(json.loads(tags[DEFINITION])),
        target=_target(harmless_all(json.loads(tags[TARGET]))).with_matters(smallest),
        search=harmless(tags[SEARCH]) if SEARCH in tags else None,
        seeds=_seeds(tags),
        searched=Searched(**harmless_all(json.loads(tags.get(SEARCHED, "{}")))),
        again=harmless(tags[AGAIN]) if AGAIN in tags else None,
    )


def matters(experiment: Any) -> dict[str, float]:
    """The space's own smallest differences that matter, by measures' names."""
    plain = json.loads(experiment.tags.get(MATTERS, "{}"))
    return {name: float(smallest) for name, smallest in plain.items()}


def looks(experiment: Any) -> tuple[int, tuple[int, ...]]:
    """How many seeds were planned for each setting; and the seeds at each look, if any."""
    tags = experiment.tags
    counts = (tags.get(SEEDS_PLANNED, "0"), *tags.get(LOOKS, "").split())
    seeds, *at = (_counted(int(count)) for count in counts)
    return seeds, tuple(at)


def beside(experiment: Any) -> tuple[dict[str, int], dict[str, Sequence[str]]]:
    """How many of each search are scored again; and the contrasts that a space asks for."""
    most, others = (
        harmless_all(json.loads(experiment.tags.get(tag, "{}"))) for tag in (FINALISTS, CONTRASTS)
    )
    if not all(isinstance(one, int) for one in most.values()):
        raise TypeError(f"{FINALISTS} are {most}")
    if not all(isinstance(one, list) for one in others.values()):
        raise TypeError(f"{CONTRASTS} are {others}")
    return most, others


def _counted(seeds: int) -> int:
    if not 0 <= seeds <= MOST_SEEDS:
        raise ValueError(f"{seeds} seeds: 0 to {MOST_SEEDS:,} are read")
    return seeds


def _seeds(tags: Mapping[str, str]) -> Sequence[int] | None:
    if SELECTION_SEEDS not in tags:
        return None
    text = tags[SELECTION_SEEDS]
    if ":" not in text:
        return tuple(map(int, text.split(",")))
    found = range(*map(int, text.split(":")))
    _counted(len(found))
    return found


def _parameters(given: dict[str, str]) -> dict[str, str]:
    for name in NUMBERS:
        if given.get(name, NONE) != NONE and not math.isfinite(float(given[name])):
            raise ValueError(f"{name} is {given[name]}")
    return given


def _definition(plain: dict[str, Any]) -> dict[str, Any]:
    """As it is: a key is its hash. Its parts are parts, and none is anything else."""
    for part, kinds in PARTS.items():
        if not isinstance(plain.get(part, {}), kinds):
            raise TypeError(f"{part} of {DEFINITION} is {plain[part]!r}")
    if plain.get("student_split", TRAINING_SPLITS[0]) not in TRAINING_SPLITS:
        raise ValueError(f"student_split is {plain['student_split']!r}")
    return plain


def _target(plain: dict[str, Any]) -> Described:
    found = Described.from_plain(plain)
    if not all(0 <= one.digits <= MOST_DIGITS for one in (*found.measures, found.curve)):
        raise ValueError(f"a measure has no number of digits from 0 to {MOST_DIGITS}")
    sizes = [found.split_sizes[split] for split in TRAINING_SPLITS]
    if not all(isinstance(size, int) for size in (*found.shape, *sizes)):
        raise TypeError(f"its objects are {found.shape}, its splits {found.split_sizes}")
    if len(found.compared) < 2 or not isinstance(found.name, str):
        raise ValueError("it has no name, or no two measures")
    return found
