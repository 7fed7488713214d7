"""Records that somebody changed on the server: refused in one line, or read as what they are."""

import json
import math
import re

import pytest
from tampered import SETTINGS, TRIALS, Server

from records.client import address_of
from records.read import read_study, recorded_looks
from study.watching.leader import LEADER, leader_from
from study.watching.listing import as_table, recorded_studies
from trainables.errors import BadInputError

CODE = "!!python/object/apply:os.mkdir ['went off']"
PICKLE = "gASVFgAAAAAAAACMBXBvc2l4lIwFbWtkaXKUk5SMA3BhdJSFlFKULg=="
DEEP = "[" * 100_000


def without(name):
    return lambda run: run.data.tags.pop(name)


def tag(name, text):
    return lambda run: run.data.tags.update({name: text})


def parameter(name, text):
    return lambda run: run.data.params.update({name: text})


def target(**changed):
    def change(run):
        plain = json.loads(run.data.tags["target"])
        run.data.tags["target"] = json.dumps(plain | changed)

    return change


def digits(number):
    def change(run):
        plain = json.loads(run.data.tags["target"])
        plain["measures"][0]["digits"] = number
        run.data.tags["target"] = json.dumps(plain)

    return change


OF_SETTINGS = {
    "YAML that makes a folder": (tag("definition", CODE), "JSONDecodeError"),
    "a pickle": (tag("searched", PICKLE), "JSONDecodeError"),
    "JSON without end": (tag("target", DEEP), "RecursionError|JSONDecodeError"),
    "a list for a definition": (tag("definition", "[]"), "AttributeError"),
    "a text for a part": (tag("definition", '{"link": "x"}'), "link of definition is 'x'"),
    "an objective that is none": (tag("definition", '{"objective": null}'), "is None"),
    "a split that there is not": (
        tag("definition", '{"student_split": "../x"}'),
        "student_split is '../x'",
    ),
    "no definition": (without("definition"), "KeyError: 'definition'"),
    "a measure of 10⁹ digits": (digits(10**9), "no number of digits from 0 to 20"),
    "a measure of -1 digits": (digits(-1), "no number of digits from 0 to 20"),
    "no measures": (target(measures=3), "TypeError"),
    "one measure": (target(measures=[]), "no two measures"),
    "no splits": (target(split_sizes={}), "KeyError: 'Train'"),
    "a list for a name": (target(name=[]), "it has no name"),
    "a field that there is not": (target(__class__="x"), "TypeError"),
    "splits that are texts": (target(split_sizes={"Small": "x"}), "KeyError"),
    "a place that is no number": (tag("place", "../.."), "invalid literal for int"),
    "10¹² seeds": (tag("selection_seeds", "0:1000000000000"), "0 to 100,000 are read"),
    "seeds that are none": (tag("selection_seeds", "a,b"), "invalid literal for int"),
    "what a search chose, a list": (tag("searched", "[1]"), "TypeError"),
    "what a search chose, unknown": (tag("searched", '{"x": 1}'), "unexpected keyword"),
    "λ NaN": (parameter("lambda", "NaN"), "lambda is NaN"),
    "a rate of 1e999": (parameter("learning_rate", "1e999"), "learning_rate is 1e999"),
    "epochs in words": (parameter("epochs", "many"), "could not convert string to float"),
}
OF_TRIALS = {
    "no setting": (without("setting"), "KeyError: 'setting'"),
    "no seed": (without("seed"), "KeyError: 'seed'"),
    "a seed in words": (tag("seed", "one"), "invalid literal for int"),
    "NaN epochs": (
        lambda run: run.data.metrics.update(epochs_trained=math.nan),
        "epochs_trained is no number",
    ),
    "answers that fill memory": (tag("answers", "99999999999:AAAA"), "answers are not packed"),
    "answers that are code": (tag("answers", "8:" + CODE), "answers are not packed"),
    "a reliability of texts": (tag("reliability.student", '{"count": ["x"]}'), "TypeError"),
    "a lineage that is none": (tag("lineage", '[[1, "x", 2]]'), "TypeError|ValueError"),
}
OF_EXPERIMENTS = {
    "-1 seeds": ({"seeds": "-1"}, "0 to 100,000 are read"),
    "10⁹ seeds": ({"seeds": "1000000000"}, "0 to 100,000 are read"),
    "looks in words": ({"looks": "ten"}, "invalid literal for int"),
    "finalists in a list": ({"finalists": "[]"}, "AttributeError"),
    "finalists in words": ({"finalists": '{"search": "all"}'}, "TypeError"),
    "a contrast with a number": ({"contrasts": '{"a": 1}'}, "TypeError"),
    "what matters, in words": ({"matters": '{"accuracy": "much"}'}, "could not convert"),
    "code for what matters": ({"matters": CODE}, "JSONDecodeError"),
}


def refused(server):
    with pytest.raises(BadInputError) as error:
        read_study(server, SETTINGS)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 500
    return str(error.value)


@pytest.mark.parametrize(("place", "case"), [
    *((SETTINGS, case) for case in OF_SETTINGS), *((TRIALS, case) for case in OF_TRIALS)
])  # fmt: skip
def test_a_run_that_no_launch_wrote_is_named(place, case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    server = Server()
    run = server.runs[place][3]
    change, says = (OF_SETTINGS | OF_TRIALS)[case]
    change(run)
    said = refused(server)
    assert said.startswith(f"run {run.info.run_id} is damaged in the records, or no launch")
    assert re.search(says, said), said
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("case", OF_EXPERIMENTS)
def test_an_experiment_that_no_launch_wrote_is_named(case):
    server = Server()
    tags, says = OF_EXPERIMENTS[case]
    server.tags[SETTINGS] = server.tags[SETTINGS] | tags
    said = refused(server)
    assert said.startswith("the experiment 'smoke' is damaged in the records")
    assert re.search(says, said), said
    if tags.keys() & {"seeds", "looks"}:
        with pytest.raises(BadInputError, match="damaged"):
            recorded_looks(server, SETTINGS)


def test_negative_epochs_and_a_missing_column_are_read_as_they_are():
    server = Server()
    server.runs[SETTINGS][3].data.params["epochs"] = "-5"
    del server.runs[SETTINGS][3].data.params["link"]
    (row,) = [one for one in read_study(server, SETTINGS).settings if one.place == 3]
    assert row.parameters["epochs"] == "-5"


LEADERS = {
    "no JSON": CODE,
    "JSON without end": DEEP,
    "a list": "[1]",
    "an unknown field": {"run": "rm"},
    "a host that is a number": {"host": 3},
    "a process in words": {"pid": "1; rm"},
    "a process of 30 digits": {"pid": 10**30},
    "a door that is no port": {"standing": {"door": -1}},
    "NaN minutes": {"standing": {"left": math.nan}},
    "workers in words": {"standing": {"workers": "many"}},
}


@pytest.mark.parametrize("case", LEADERS)
def test_who_leads_a_study_is_a_launch_or_nobody(case):
    given = LEADERS[case]
    plain = {"host": "h", "pid": 1, "token": "t", "beat": 3}
    text = json.dumps(plain | given) if isinstance(given, dict) else given
    with pytest.raises(BadInputError, match="the tag 'leader' of the records is damaged") as error:
        leader_from(text)
    assert "\n" not in str(error.value)


def test_a_leader_s_name_and_a_study_s_are_shown_escaped():
    plain = {"host": "\x1b[31mh\u202e", "pid": 1, "token": "t", "beat": 0}
    assert leader_from(json.dumps(plain)).host == r"\x1b[31mh\u202e"
    server, evil = Server(), "[link=x]\x1b[2J\u202e"
    ending = TRIALS.removeprefix(SETTINGS)
    server.tags[evil] = server.tags[SETTINGS] | {LEADER: json.dumps(plain)}
    server.tags[evil + ending] = {}
    server.search_experiments = lambda: [server.get_experiment(name) for name in server.tags]
    cell = as_table(recorded_studies(server)).fields[0].cells[1]
    assert cell == r"[link=x]\x1b[2J\u202e"


@pytest.mark.parametrize(
    "name", ["..", "../x", "/etc/passwd", "a/b", "a\\b", "a\0", "a\n", "\u202e", "x" * 61, ""]
)
def test_no_space_s_name_is_a_path(name, tmp_path):
    with pytest.raises(BadInputError, match="a space's name is 1 to 60 letters, digits"):
        address_of(name, None, tmp_path)
