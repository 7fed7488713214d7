"""The numbers that a setting of a population was trained by, and from whom it took its weights.

A population has no setting that says what became of it: its best student is the end of a line of
numbers. That line can be trained again, as the course of a setting; this is what is reported.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from trainables.settings.course import Course
from trainables.settings.setting import Setting


class Stage(NamedTuple):
    """Numbers by path that held after so many epochs; the key of whose weights went on by them."""

    after: int
    numbers: dict[str, float]
    setting: str


Lineage = Sequence[Stage]
"""From the first epoch on, through all the settings whose weights were taken."""


def reported(setting: Setting, lineage: Lineage) -> Setting:
    """What is trained anew where this candidate is chosen: by its lineage, and without a rule."""
    plain = replace(setting, rule=None)
    if not lineage:
        return plain
    first, *later = lineage
    course = Course({stage.after: stage.numbers for stage in later}) if later else None
    return replace(plain.with_numbers(first.numbers), course=course)


def written(lineage: Lineage) -> str:
    """As it is recorded: JSON, each number exactly."""
    return json.dumps(lineage, ensure_ascii=False)


def read(text: str) -> Lineage:
    """What was written."""
    return [Stage(after, numbers, setting) for after, numbers, setting in json.loads(text)]
