"""Whether a line of an export is one: its types, its names, where it leads.

What a text says is carried as it is, and made harmless where it is read (`parsed`).
"""

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from records.schema import experiment_names
from trainables.checks import check_name

RUN = {"in", "origin", "status", "start", "end", "tags", "parameters", "metrics", "inputs"}
KINDS = ({"format", "space"}, {"experiment", "tags"}, RUN, {"runs"})
STATES = ("FINISHED", "FAILED", "KILLED", "SCHEDULED")
KEY = re.compile(r"[/\w.\- :]{1,250}")  # MLflow's own: files are named by them, in some stores
MOST = 2**63  # of a whole number in a database


class Checked:
    """The lines of one export, checked in turn."""

    def __init__(self) -> None:
        self.allowed: tuple[str, ...] = ()
        self.experiments: set[str] = set()

    def check(self, line: Any) -> None:
        """Raise ValueError, with the reason, where a line is none of an export."""
        _need(isinstance(line, dict) and any(kind <= line.keys() for kind in KINDS), "its fields")
        if "format" in line:
            _need(_is_text(line["space"]), "the space")
            check_name("a space's name", line["space"])
            self.allowed = experiment_names(line["space"])
        elif "experiment" in line:
            _need(line["experiment"] in self.allowed, "the experiment's name")
            _need(_are_texts(line["tags"]), "the experiment's tags")
            self.experiments.add(line["experiment"])
        elif "in" in line:
            self._check_run(line)

    def _check_run(self, line: Mapping[str, Any]) -> None:
        _need(line["in"] in self.experiments, "the run's experiment")
        _need(_is_text(line["origin"]), "the run's origin")
        _need(line["status"] in STATES, "the run's status")
        times = line["start"], line["end"]
        _need(all(time is None or _is_whole(time) for time in times), "the run's times")
        _need(_are_texts(line["tags"]) and _are_texts(line["parameters"]), "the run's texts")
        metrics, inputs = line["metrics"], line["inputs"]
        _need(isinstance(metrics, dict) and all(map(_is_key, metrics)), "the names of metrics")
        for points in metrics.values():
            _need(isinstance(points, list) and bool(points), "a metric's values")
            _need(all(map(_is_point, points)), "a metric's values")
        _need(isinstance(inputs, list) and all(map(_is_input, inputs)), "the run's inputs")


def _need(right: bool, what: str) -> None:
    if not right:
        raise ValueError(f"{what} cannot be")


def _is_text(value: Any) -> bool:
    """False too for halves of characters, and for NUL, which databases refuse."""
    return isinstance(value, str) and "\0" not in value and _is_unicode(value)


def _is_unicode(text: str) -> bool:
    try:
        return bool(text.encode()) or not text
    except UnicodeEncodeError:
        return False


def _is_key(name: Any) -> bool:
    """As MLflow allows it: no path that leads out of a folder."""
    plain = isinstance(name, str) and KEY.fullmatch(name) and posixpath.normpath(name) == name
    return bool(plain) and not name.startswith(("/", ".."))


def _are_texts(values: Any) -> bool:
    if not isinstance(values, dict):
        return False
    return all(_is_key(name) and _is_text(text) for name, text in values.items())


def _is_whole(value: Any) -> bool:
    return type(value) is int and -MOST <= value < MOST


def _is_point(point: Any) -> bool:
    """Of a metric: step, value, time."""
    if not isinstance(point, list) or len(point) != 3:
        return False
    step, value, time = point
    return _is_whole(step) and _is_whole(time) and (type(value) is float or _is_whole(value))


def _is_input(one: Any) -> bool:
    if not isinstance(one, dict) or not {"name", "digest", "source_type", "source"} <= one.keys():
        return False
    texts = {name: text for name, text in one.items() if name != "tags"}
    return _are_texts(texts) and _are_texts(one.get("tags"))
