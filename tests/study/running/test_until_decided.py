"""Studies until decided, gone through without Ray: stopped anywhere, they come to the same."""

from dataclasses import replace

import pytest
from formula import NO_RECORDS, Study
from rich.console import Console

from search_spaces.base import Search, Space
from search_spaces.rows.garments import (
    ON_BIG,
    ON_BIG_DILATION,
    ON_BIG_NOISE,
    ON_MNIST,
    SMALL_ALONE,
    TRAIN_ALONE,
)
from search_spaces.rows.searched import WEIGHT_AND_TEMPERATURE
from study.planning.expected import Expected
from study.planning.planned import planned
from study.planning.seeds import LOOKS, check_looks
from study.running.looks import Looks
from study.running.messages import say_plan
from trainables.errors import BadInputError
from trainables.randomness import generator
from trainables.settings.scoring import CrossValidation

FEW = replace(TRAIN_ALONE, seeds=3)  # compared with nothing
SPACE = Space(
    name="looked",
    about="Is it so?",
    settings=(SMALL_ALONE, ON_BIG, ON_BIG_NOISE, ON_BIG_DILATION, ON_MNIST, FEW),
)
GAINS = {
    ON_BIG.key: (0.03, 0.004),
    ON_BIG_NOISE.key: (0, 0.002),
    ON_BIG_DILATION.key: (0.006, 0.01),
    ON_MNIST.key: (0.002, 0.02),
}


def score_of(trial):
    """A gain with its deviation between seeds, by setting."""
    gain, spread = GAINS.get(trial.setting.key, (0.0, 0.001))
    gain += 0.01 * (trial.setting.objective.hard_label_weight < 0.5)
    noise = float(generator(f"looks/{trial.key}", trial.seed).initial_seed() % 10_007) / 10_007
    return 0.8 + gain + spread * 3.46 * (noise - 0.5)


def study(folder, most=56, space=SPACE):
    return Study(folder, space, score_of, until_decided=most)


def seeds_by_setting(found):
    seeds: dict[str, int] = {}
    for record in found.trial_index.records.values():
        seeds[record.setting] = max(seeds.get(record.setting, 0), record.seed + 1)
    return seeds


def verdicts_of(found):
    looks = Looks(found.plan(), NO_RECORDS)
    looks.catch_up()
    return looks.judged


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    found = study(tmp_path_factory.mktemp("whole"))
    found.titles = found.launch()
    return found


def test_what_is_undecided_gets_more_and_nothing_else(whole):
    seeds = seeds_by_setting(whole)
    assert seeds[ON_BIG.key] == seeds[ON_BIG_NOISE.key] == 10
    assert seeds[FEW.key] == 3
    assert 10 < seeds[ON_BIG_DILATION.key] <= 56
    assert seeds[ON_MNIST.key] == seeds[SMALL_ALONE.key] == 56  # never decided
    assert set(seeds.values()) <= {3, *LOOKS}
    assert whole.titles[-1] == "56 seeds of what is undecided"
    assert verdicts_of(whole)[:4] == (4, 3, 0, 1)


@pytest.mark.parametrize("stop", [0, 5, 47, 60, 71, 100])
def test_stopped_anywhere_it_comes_to_the_same(whole, stop, tmp_path):
    stopped = study(tmp_path)
    stopped.launch(stop_after=stop)
    stopped.launch()
    assert sorted(stopped.trained) == sorted(whole.trained)
    assert verdicts_of(stopped) == verdicts_of(whole)


def test_extended_it_comes_to_the_same(whole, tmp_path):
    shorter = study(tmp_path, most=20)
    shorter.launch()
    assert max(seeds_by_setting(shorter).values()) == 20
    shorter.until_decided = 56
    shorter.launch()
    assert sorted(shorter.trained) == sorted(whole.trained)


def test_what_was_trained_before_is_looked_at_as_if_it_were_new(whole, tmp_path):
    """More seeds that lie there from a launch of fixed n change no look before theirs."""
    before = study(tmp_path)
    before.until_decided = None
    before.launch(seeds=14)
    before.until_decided = 56
    before.launch()
    new = set(whole.trained) - set(before.trained)
    assert not new
    assert verdicts_of(before) == verdicts_of(whole)


def test_a_finished_one_trains_nothing(whole):
    assert whole.launch() == []


def test_a_failed_seed_ends_the_looks_at_its_setting(tmp_path):
    found = study(tmp_path)
    trial = found.plan().reported([ON_MNIST])[0]
    found.launch(failing={trial.key})
    assert seeds_by_setting(found)[ON_MNIST.key] == 10


def said_of(found, **options):
    looks, said = Looks(found.plan(), NO_RECORDS, **options), []
    looks.catch_up()
    looks.say(said.append)
    return said[0]


def test_a_failed_comparison_is_not_called_decided(tmp_path):
    found = study(tmp_path, most=10)
    trials = found.plan().reported([ON_MNIST])
    found.launch(failing={trials[0].key})
    line = said_of(found)
    assert line.startswith("2 of 4 comparisons are decided")
    assert line.endswith("; 1 with a failed seed: see --retry-failed")
    assert said_of(study(tmp_path / "none")) == "no look was made: not all trials have ended"


def test_a_look_that_finds_its_seeds_recorded_goes_on(tmp_path):
    """Of a study of fixed n with fewer settings: what is new is looked at beside what is old."""
    few = Space(name="looked", about="", settings=(SMALL_ALONE, ON_MNIST))
    before = Study(tmp_path, few, score_of)
    before.launch(seeds=14)
    before.space, before.until_decided = replace(few, settings=(*few.settings, ON_BIG)), 14
    before.launch()
    assert seeds_by_setting(before) == {SMALL_ALONE.key: 14, ON_MNIST.key: 14, ON_BIG.key: 10}


def test_the_plan_is_of_the_next_look(tmp_path, capsys):
    found = study(tmp_path, most=10)
    found.launch()
    for most, missing in ((10, 0), (40, 12)):
        found.until_decided = most
        plan = found.plan()
        looks = Looks(plan, NO_RECORDS)
        looks.catch_up()
        say_plan(plan, looks, Console(width=200), speed=1)
        assert f"{missing} missing" in capsys.readouterr().out
    empty = study(tmp_path / "empty").plan()
    say_plan(empty, Looks(empty, NO_RECORDS), Console(width=200), speed=1)
    assert "the first look has 10 seeds" in capsys.readouterr().out


def test_what_is_no_longer_planned_gives_nothing_more_seeds(whole, tmp_path):
    """Settings that were in the space once are judged, but get none, nor does the alone for it."""
    settings = [planned(Expected(one), at) for at, one in enumerate(SPACE.settings)]
    fewer = study(tmp_path, space=replace(SPACE, settings=(SMALL_ALONE, ON_BIG)))
    fewer.launch()
    for record in whole.trial_index.records.values():
        if record.setting == ON_MNIST.key and record.seed < 10:
            fewer.trial_index.add(record)
    plan = fewer.plan()
    looks = Looks(plan, NO_RECORDS)
    looks.recorded = settings
    looks.catch_up()
    assert plan.seeds.of(SMALL_ALONE) == 10
    assert looks.judged.of > 1


def test_the_time_may_be_up(tmp_path):
    found = study(tmp_path)
    found.until_decided = 10
    found.launch()
    found.until_decided = 56
    plan = found.plan()
    looks = Looks(plan, NO_RECORDS, minutes=1e-9)
    looks.catch_up()
    said = []
    looks.say(said.append)
    assert plan.seeds.of(ON_MNIST) == 10
    assert said == [f"{looks.judged.decided} of 4 comparisons are decided (the time is up); "
                    "more time or --max-seeds goes on"]  # fmt: skip


def test_what_a_search_chose_is_looked_at_too(tmp_path):
    search = Search(base=ON_BIG, over=WEIGHT_AND_TEMPERATURE, rule=CrossValidation(folds=5),
                    settings=4, round_size=4, seeds=1, oracle=False)  # fmt: skip
    found = study(tmp_path, 20, Space(name="tuned", about="", settings=(SMALL_ALONE, ON_BIG),
                                      searches=(search,)))  # fmt: skip
    titles = found.launch()
    assert "the chosen settings" in titles
    of = verdicts_of(found).of
    # Both rows against the student alone, and the search's choice against what it varied.
    assert of == 3
    (chosen,) = found.plan().searches[0].chosen()
    assert seeds_by_setting(found)[chosen.key] >= 10


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"seeds": 5, "until_decided": True}, "--seeds 5 is a fixed number"),
        ({"max_seeds": 40}, "--max-seeds is for studies until decided"),
        ({"max_minutes": 4.0}, "--max-minutes is for studies until decided"),
        ({"max_seeds": 9, "until_decided": True}, "the first look has 10"),
        ({"max_seeds": 1_000, "until_decided": True}, "the last look has 320"),
        ({"max_minutes": 0.0, "until_decided": True}, "give minutes > 0"),
    ],
)
def test_options_that_make_no_sense(options, said):
    asked = {"seeds": None, "max_seeds": None, "max_minutes": None, "until_decided": False}
    with pytest.raises(BadInputError, match=said):
        check_looks(**asked | options)
