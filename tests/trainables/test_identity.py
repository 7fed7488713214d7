import subprocess
import sys
from dataclasses import dataclass, field, make_dataclass, replace

import pytest

from search_spaces.paper_table import SPACE
from search_spaces.rows.garments import ON_BIG, ON_BIG_NOISE
from trainables.identity import canonical, identity
from trainables.links.fixed import Noise
from trainables.recipes import TeacherRecipe
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


def test_independent_of_the_order_of_fields():
    one = make_dataclass("S", [("a", int), ("b", int)], frozen=True)
    two = make_dataclass("S", [("b", int), ("a", int)], frozen=True)
    assert identity(one(a=1, b=2)) == identity(two(a=1, b=2))
    assert identity(one(a=1, b=2)) != identity(two(a=2, b=1))


def test_independent_of_defaults_being_spelled_out():
    spelled = Setting(teacher=TeacherRecipe(), temperature=1.0, loss="lambda", link=Noise(std=0.1))
    assert spelled.key == Setting(teacher=TeacherRecipe(), link=Noise()).key


def test_independent_of_fields_added_later_with_a_default():
    before = make_dataclass("S", [("a", int)], frozen=True)
    after = make_dataclass("S", [("a", int), ("b", str, field(default="as before"))], frozen=True)
    assert identity(before(a=1)) == identity(after(a=1))
    assert identity(before(a=1)) != identity(after(a=1, b="new"))


def test_whole_and_real_numbers_of_equal_value_are_one_setting():
    assert replace(ON_BIG, hard_label_weight=1).key == replace(ON_BIG, hard_label_weight=1.0).key


def test_independent_of_the_python_process():
    code = (
        "from search_spaces.rows.garments import ON_BIG_NOISE;"
        "from trainables.settings.trial import Trial;"
        "print(Trial(setting=ON_BIG_NOISE, seed=3).key)"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "12345", "PYTHONPATH": ":".join(sys.path)},
    )
    assert other.stdout.strip() == Trial(setting=ON_BIG_NOISE, seed=3).key


def test_frozen_values():
    """Recorded studies are found by these: a change here orphans every record there is."""
    assert [Trial(setting=s, seed=0).key for s in SPACE.settings[:4]] == FROZEN


FROZEN = ["14a6bf6fe3f03513", "50ff41fb2cd4cf16", "843e26e513aeacc3", "441a874f7a5e6dc5"]


def test_every_field_counts():
    settings = [
        ON_BIG,
        ON_BIG_NOISE,
        replace(ON_BIG_NOISE, link=Noise(std=0.2)),
        replace(ON_BIG, temperature=2),
        replace(ON_BIG, hard_label_weight=0.25),
        replace(ON_BIG, protocol="published"),
        replace(ON_BIG, loss="hinton"),
        replace(ON_BIG, held_out=0.2),
        replace(ON_BIG, soft_term_times_t_squared=False),
    ]
    assert len({s.key for s in settings}) == len(settings)
    assert len({Trial(setting=ON_BIG, seed=s).key for s in range(100)}) == 100


def test_what_has_no_spelled_out_meaning_has_no_identity():
    @dataclass(frozen=True)
    class Holder:
        thing: object

    with pytest.raises(TypeError, match="no identity"):
        canonical(Holder(object()))
