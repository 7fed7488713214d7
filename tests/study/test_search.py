from dataclasses import replace

import numpy as np
import pytest

from search_spaces.rows import on_mnist_vae
from search_spaces.space import Search
from study.search import Scored, ask
from trainables.errors import BadInputError

SEARCH = Search(base=replace(on_mnist_vae("all"), held_out=0.2), settings=40, round_size=8)


def quality(setting):
    """A smooth stand-in for validation accuracy, best at λ = 0.7, T = 3."""
    return -((setting.hard_label_weight - 0.7) ** 2) - np.log(setting.temperature / 3) ** 2 / 4


def walk(rounds, search=SEARCH, score=quality):
    history = []
    for number in range(rounds):
        asked = ask(search, history, number, search.round_size)
        history += [Scored(setting, score(setting)) for setting in asked]
    return history


def test_a_round_depends_on_search_and_history_alone():
    assert walk(3) == walk(3)
    other = replace(SEARCH, seed=1)
    assert {s.setting.key for s in walk(2)}.isdisjoint(s.setting.key for s in walk(2, other))


def test_fewer_settings_of_a_round_are_its_first():
    history = walk(2)
    assert ask(SEARCH, history, 2, 3) == ask(SEARCH, history, 2, 8)[:3]


def test_settings_are_in_range_and_spread():
    history = walk(5)
    weights = [s.setting.hard_label_weight for s in history]
    temperatures = [s.setting.temperature for s in history]
    assert 0 <= min(weights) <= max(weights) <= 1
    assert 0.5 <= min(temperatures) <= max(temperatures) <= 20
    assert len({s.setting.key for s in history}) == 40


def test_it_learns_from_the_scores():
    """The last rounds are better than the first, random ones."""
    scores = [s.score for s in walk(5)]
    assert np.median(scores[-16:]) > np.median(scores[:16])


def test_failed_settings_count_as_failed():
    history = walk(3, score=lambda s: None if s.temperature > 5 else quality(s))
    assert any(s.score is None for s in history)
    assert len(ask(SEARCH, history, 3, 8)) == 8


def test_a_search_needs_held_out_objects():
    with pytest.raises(BadInputError, match="held_out > 0"):
        Search(base=on_mnist_vae("all"))
    with pytest.raises(BadInputError, match="must be ≥ 0 and ≤ 1"):
        replace(SEARCH, hard_label_weight=(0, 2))
    with pytest.raises(BadInputError, match="must be > 0"):
        replace(SEARCH, temperature=(0, 2))
    with pytest.raises(BadInputError, match="low < high"):
        replace(SEARCH, temperature=(2, 1))
