"""Files that somebody sends to be imported: refused before a run is written, or carried."""

import gzip
import json
import math

import pytest
from tampered import GOLDEN

from records import jsonl
from records.jsonl import read_lines
from records.transfer import load
from trainables.errors import BadInputError

LINES = gzip.decompress(GOLDEN.read_bytes()).decode().splitlines()
HEAD, EXPERIMENT, RUN = (json.loads(line) for line in LINES[:3])
CURVE = "test/accuracy"


def run(**changed):
    return RUN | changed


def metric(name=CURVE, step=1, value=0.5, time=0):
    return run(metrics={name: [[step, value, time]]})


def text(**changed):
    return run(tags=RUN["tags"] | changed)


def input_of(**changed):
    plain = {"name": "n", "digest": "d", "source_type": "s", "source": "s", "tags": {}}
    return run(inputs=[plain | changed])


EXPERIMENTS = {
    "a path for a name": ({"experiment": "../../x"}, "the experiment's name"),
    "an absolute path": ({"experiment": "/etc/x"}, "the experiment's name"),
    "another study's name": ({"experiment": "grid"}, "the experiment's name"),
    "a number for a name": ({"experiment": 3}, "the experiment's name"),
    "a list of tags": ({"tags": [1]}, "the experiment's tags"),
    "a tag that is a number": ({"tags": {"seeds": 3}}, "the experiment's tags"),
}
RUNS = {
    "an experiment that there is not": (run(**{"in": "x"}), "the run's experiment"),
    "an origin that is a list": (run(origin=[]), "the run's origin"),
    "a status of its own": (run(status="DROP"), "the run's status"),
    "a start in words": (run(start="now"), "the run's times"),
    "an end of 30 digits": (run(end=10**30), "the run's times"),
    "a tag with half a character": (text(host="\ud800"), "the run's texts"),
    "a tag with NUL": (text(host="a\0b"), "the run's texts"),
    "a tag named by a path": (text(**{"../../x": "y"}), "the run's texts"),
    "a parameter that is a number": (run(parameters={"lambda": 1}), "the run's texts"),
    "a metric named by a path": (metric("../../x"), "the names of metrics"),
    "a metric at an absolute path": (metric("/etc/x"), "the names of metrics"),
    "a metric with HTML for a name": (metric("<script>"), "the names of metrics"),
    "a value in words": (metric(value="NaN"), "a metric's values"),
    "a value that is true": (metric(value=True), "a metric's values"),
    "a value of 400 digits": (metric(value=10**400), "a metric's values"),
    "a step of 30 digits": (metric(step=10**30), "a metric's values"),
    "a metric without values": (run(metrics={CURVE: []}), "a metric's values"),
    "inputs in words": (run(inputs="x"), "the run's inputs"),
    "an input without a digest": (run(inputs=[{"name": "n"}]), "the run's inputs"),
    "an input that is a number": (input_of(source=3), "the run's inputs"),
}


def written(path, *lines):
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n")
    return path


@pytest.mark.parametrize("case", EXPERIMENTS | RUNS)
def test_a_line_that_no_export_has_is_refused_before_any_is_written(case, tmp_path):
    changed, what = (EXPERIMENTS | RUNS)[case]
    experiment = EXPERIMENT | changed if case in EXPERIMENTS else EXPERIMENT
    path = written(tmp_path / "x.jsonl", HEAD, experiment, changed if case in RUNS else RUN)
    with pytest.raises(BadInputError) as error:
        read_lines(path)
    number = 2 if case in EXPERIMENTS else 3
    assert str(error.value) == (
        f"{path} is no export of records: see line {number}: {what} cannot be"
    )


@pytest.mark.parametrize("space", ["../x", "/etc/x", "..", "a b", "<b>", 3, None])
def test_an_export_of_no_space_is_refused(space, tmp_path):
    path = written(tmp_path / "x.jsonl", HEAD | {"space": space}, EXPERIMENT, {"runs": 0})
    with pytest.raises(BadInputError, match=r"see line 1: .*space"):
        read_lines(path)


def test_what_is_no_number_and_what_is_said_twice(client, tmp_path):
    """NaN and ∞ are carried as MLflow has them; of a key that is there twice the last counts."""
    nan = json.dumps(metric(value=0.5)).replace("0.5", "NaN")
    twice = json.dumps(run(origin="b", tags={"trial": "b"}, metrics={CURVE: [[-3, 0.25, 0]]}))
    twice = twice.replace("0.25", "1e999").replace('"origin": "b"', '"origin": "a", "origin": "b"')
    path = written(tmp_path / "x.jsonl", HEAD, EXPERIMENT, nan, twice, {"runs": 2})
    assert load(client, read_lines(path), str(tmp_path / "files")) == (2, 0)
    experiment = client.get_experiment_by_name("smoke").experiment_id
    values = {
        one.data.tags["imported_from"]: one.data.metrics[CURVE]
        for one in client.search_runs([experiment])
    }
    assert math.isnan(values[RUN["origin"]])
    assert values["b"] == 1.7976931348623157e308
    assert not (tmp_path / "files").exists()


def test_a_line_without_end_is_not_read_to_it(tmp_path, monkeypatch):
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 10_000)
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"format": 1, "space": "' + b"x" * 10**7))
    with pytest.raises(BadInputError, match="damaged or cut short after line 0"):
        read_lines(path)
