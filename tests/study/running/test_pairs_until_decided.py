"""Until decided: pairs beside those with the student alone get seeds of their own."""

from dataclasses import replace

import pytest
from formula import NO_RECORDS, Study
from rich.console import Console
from test_until_decided import seeds_by_setting

from search_spaces.base import Space
from search_spaces.rows.controls import controls_of
from search_spaces.rows.garments import ON_BIG, ON_BIG_DILATION, ON_BIG_NOISE, SMALL_ALONE
from study.running.looks import Looks
from study.running.messages import say_plan
from trainables.methods.data_free.dafl import DataFree
from trainables.methods.data_free.generators import PixelScale
from trainables.objectives import Distillation
from trainables.randomness import generator
from trainables.settings.setting import without_method

METHOD = replace(
    ON_BIG,
    method=DataFree(pixels=PixelScale(0.29, 0.35), small=True),
    objective=Distillation(hard_label_weight=0.5, temperature=4),
)
BARE = without_method(METHOD)
MEANS = controls_of(ON_BIG)[1]
NOISY = (ON_BIG_NOISE, ON_BIG)
VAGUE = {ON_BIG_NOISE.key, METHOD.key, MEANS.key}


def score_of(trial):
    """All are far above the student alone; some of them so vaguely that only that is decided."""
    noise = float(generator(f"pairs/{trial.key}", trial.seed).initial_seed() % 10_007) / 10_007
    gain = 0.15 * (trial.setting.teacher is not None) + 0.1 * (trial.setting == ON_BIG_DILATION)
    spread = 0.02 if trial.setting.key in VAGUE else 0.001
    return 0.7 + gain + spread * 3.46 * (noise - 0.5)


def gone_through(folder, settings, contrasts=(), **options):
    space = Space(name="pairs", about="Is it so?", settings=settings, contrasts=contrasts)
    found = Study(folder, space, score_of, until_decided=20)
    found.launch(**options)
    return found


@pytest.mark.parametrize(
    ("settings", "contrasts", "pair"),
    [
        ((ON_BIG, ON_BIG_NOISE, ON_BIG_DILATION), (NOISY,), NOISY),
        ((ON_BIG_DILATION, METHOD, BARE), (), (METHOD, BARE)),  # with and without it
        ((ON_BIG_DILATION, ON_BIG, MEANS), (), (ON_BIG, MEANS)),  # a rung of a ladder
    ],
    ids=["asked for by the space", "a method's control", "a ladder"],
)  # fmt: skip
def test_an_undecided_pair_gets_more_seeds_for_its_two_settings_alone(
    settings, contrasts, pair, tmp_path
):
    found = gone_through(tmp_path / "whole", (SMALL_ALONE, *settings), contrasts)
    seeds = seeds_by_setting(found)
    others = {one.key for one in (SMALL_ALONE, *settings)} - {one.key for one in pair}
    assert {seeds[key] for key in others} == {10}
    assert [seeds[one.key] for one in pair] == [20, 20]
    looks = Looks(found.plan(), NO_RECORDS)
    looks.catch_up()
    assert looks.judged.open == looks.judged.of - looks.judged.decided > 0
    assert looks.judged.seeds_wanted.keys() == {one.key for one in pair}
    stopped = gone_through(tmp_path / "parts", (SMALL_ALONE, *settings), contrasts, stop_after=49)
    stopped.launch()
    assert sorted(stopped.trained) == sorted(found.trained)


def test_a_pair_that_nobody_asks_for_gets_none(tmp_path):
    found = gone_through(tmp_path, (SMALL_ALONE, ON_BIG, ON_BIG_NOISE, ON_BIG_DILATION))
    assert set(seeds_by_setting(found).values()) == {10}


def test_the_plan_names_what_is_undecided(tmp_path, capsys):
    found = gone_through(tmp_path, (SMALL_ALONE, *NOISY), (NOISY,))
    plan = found.plan()
    looks = Looks(plan, NO_RECORDS)
    looks.catch_up()
    say_plan(plan, looks, Console(width=200), speed=1)
    said = capsys.readouterr().out
    assert "2 of 3 comparisons are decided (at most 20 seeds)" in said
    assert (
        "undecided: Small ← FashionMNIST-Big, φ noise against Small ← FashionMNIST-Big, no φ "
        "(contrasts, n = 20)"
    ) in said
