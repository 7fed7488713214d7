"""Paths against nested dataclasses.replace."""

from dataclasses import dataclass, field, fields, is_dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.base.paths import ABSENT, heads, paths_of, replace_at, value_at
from search_spaces.rows.garments import ON_BIG, ON_BIG_NOISE, on_mnist_vae
from trainables.errors import BadInputError
from trainables.links import Noise


@dataclass(frozen=True)
class Window:
    """Its fields constrain each other, and one of them is not given."""

    low: float = 0.0
    high: float = 1.0
    width: float = field(init=False, default=0.0)

    def __post_init__(self):
        if not self.low < self.high:
            raise BadInputError("low < high")
        object.__setattr__(self, "width", self.high - self.low)


@dataclass(frozen=True)
class House:
    """A part with a part."""

    window: Window | None = Window()
    door: int = 1


def test_fields_that_constrain_each_other_are_changed_together():
    for changes in (
        {"window.low": 2.0, "window.high": 3.0},
        {"window.high": 3.0, "window.low": 2.0},
    ):
        assert replace_at(House(), changes) == House(Window(2.0, 3.0))
    with pytest.raises(BadInputError):
        replace_at(House(), {"window.low": 2.0})


def test_a_part_comes_before_its_fields():
    changes = {"window.high": 9.0, "window": Window(5.0, 6.0), "door": 2}
    assert replace_at(House(), changes) == House(Window(5.0, 9.0), 2)
    assert value_at(House(), "window.low", changes) == 5.0
    assert value_at(House(), "window.high", changes) == 9.0
    assert value_at(House(), "window.high", {"window": None}) is ABSENT


def test_what_a_setting_has_and_lacks():
    assert value_at(ON_BIG, "objective.temperature") == 1.0
    assert value_at(ON_BIG, "teacher.schedule.epochs") == 10
    assert value_at(ON_BIG, "rule") is None
    for path in ("link.std", "objective.temprature", "rule.folds", "student.hidden.0", "", "."):
        assert value_at(ON_BIG, path) is ABSENT
    assert value_at(House(), "window.width") is ABSENT  # it cannot be given
    assert value_at(ON_BIG, "link.std", {"link": Noise(std=0.3)}) == 0.3
    assert [*heads("a.b.c")] == ["a", "a.b", "a.b.c"]


def nested(part, path, value):
    """The same as replace_at for one path, written out."""
    name, _, rest = path.partition(".")
    inner = nested(getattr(part, name), rest, value) if rest else value
    return replace(part, **{name: inner})


PATHS = [
    ("objective.hard_label_weight", st.floats(0, 1)),
    ("objective.temperature", st.floats(0.5, 20)),
    ("schedule.learning_rate", st.floats(1e-5, 1)),
    ("schedule.epochs", st.integers(1, 99)),
    ("teacher.schedule.batch_size", st.integers(1, 99)),
    ("link.draws", st.integers(1, 99)),
    ("student.hidden", st.tuples(st.integers(1, 9))),
]


@given(
    base=st.sampled_from([ON_BIG_NOISE, on_mnist_vae("all")]),
    changes=st.fixed_dictionaries({}, optional=dict(PATHS)),
)
def test_many_at_once_are_one_after_the_other(base, changes):
    expected = base
    for path, value in changes.items():
        expected = nested(expected, path, value)
    made = replace_at(base, changes)
    assert made == expected
    for path in paths_of(made):
        changed = any(path == one or one.startswith(f"{path}.") for one in changes)
        assert changed or value_at(made, path) == value_at(base, path)


def test_every_path_leads_somewhere():
    found = [*paths_of(ON_BIG_NOISE)]
    assert len(found) == len(set(found))
    assert {"target", "link.std", "teacher.network.hidden", "schedule.weight_decay"} <= {*found}
    assert all(value_at(ON_BIG_NOISE, path) is not ABSENT for path in found)
    parts = [path for path in found if is_dataclass(value_at(ON_BIG_NOISE, path))]
    for path in parts:
        names = {f.name for f in fields(value_at(ON_BIG_NOISE, path)) if f.init}
        assert {f"{path}.{name}" for name in names} <= {*found}
