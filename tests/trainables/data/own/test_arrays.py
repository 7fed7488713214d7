import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from own_data import arrays

from trainables.data.domain import IMAGES, TABLE
from trainables.data.own import Arrays
from trainables.data.task import Classes, Numbers
from trainables.errors import BadInputError


def saved(path, **given):
    np.savez(path, **given)
    return path


@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 1), (6, 5, 3), (6, 5, 7)])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64", "float16"])
def test_images_of_any_height_width_and_channels(tmp_path, shape, dtype):
    x = np.random.default_rng(0).integers(0, 256, (20, *shape), dtype=np.uint8)
    stored = x if dtype == "uint8" else (x / 255).astype(dtype)
    domain = Arrays(
        saved(tmp_path / "some.npz", x=stored, y=np.arange(20) % 4), test_size=5, small=5
    )
    assert (domain.shape, domain.kind) == ((shape[2] if shape[2:] else 1, 6, 5), IMAGES)
    pixels = domain.load().train.pixels
    assert pixels.dtype == torch.uint8
    wanted = torch.from_numpy(x).view(20, 6, 5, -1)
    assert torch.equal(pixels.view(20, *domain.shape).permute(0, 2, 3, 1), wanted)
    assert not domain.standardised


def test_two_files_of_arrays(tmp_path, capsys):
    x, y = np.random.default_rng(0).random((20, 4, 4)), np.arange(20) % 2
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    domain = Arrays(tmp_path / "x.npy", labels=tmp_path / "y.npy", test_size=4, name="two")
    one = Arrays(saved(tmp_path / "one.npz", x=x, y=y), test_size=4, name="two")
    assert torch.equal(domain.load().train.pixels, one.load().train.pixels)
    assert torch.equal(domain.load().train.labels, one.load().train.labels)
    np.save(tmp_path / "z.npy", 1 - y)
    others = Arrays(tmp_path / "x.npy", labels=tmp_path / "z.npy", test_size=4, name="two")
    assert others.sha256 != domain.sha256
    assert not capsys.readouterr().err  # nothing has changed: these are other labels
    np.save(tmp_path / "y.npy", 1 - y)
    after = Arrays(tmp_path / "x.npy", labels=tmp_path / "y.npy", test_size=4, name="two")
    assert after == others
    assert f"{tmp_path}/y.npy has changed since" in capsys.readouterr().err


def test_a_matrix_is_a_table(tmp_path):
    x = np.random.default_rng(0).normal(size=(30, 4)) * 100
    y = x @ [1.0, 2, 3, 4]
    domain = Arrays(saved(tmp_path / "some.npz", x=x, y=y), test_size=0.2, unit="m")
    assert (domain.shape, domain.kind, domain.standardised) == ((4,), TABLE, True)
    assert domain.load().train.pixels.dtype == domain.load().train.labels.dtype == torch.float32
    assert torch.equal(domain.load().train.pixels, torch.from_numpy(x).float())
    assert torch.equal(domain.load().train.labels, torch.from_numpy(y).float())
    assert domain.task.unit == "m"


@pytest.mark.parametrize(
    ("y", "names", "labels", "task"),
    [
        ([0, 1, 2] * 4, (), [0, 1, 2] * 4, ("0", "1", "2")),
        ([True, False] * 6, (), [1, 0] * 6, ("0", "1")),
        (["b", "c", "a"] * 4, (), [1, 2, 0] * 4, ("a", "b", "c")),
        (["b", "c", "a"] * 4, ("c", "b", "a"), [1, 0, 2] * 4, ("c", "b", "a")),
        ([1, 0] * 6, ("no", "yes"), [1, 0] * 6, ("no", "yes")),
        ([1.0, 0.0] * 6, ("no", "yes"), [1, 0] * 6, ("no", "yes")),
        (np.array([1, 0] * 6, dtype=np.uint8), (), [1, 0] * 6, ("0", "1")),
    ],
)
def test_labels_are_classes(tmp_path, y, names, labels, task):
    path = arrays(tmp_path / "some.npz", n=12, y=y)
    domain = Arrays(path, names=names, test_size=4, small=3)
    assert domain.load().train.labels.tolist() == labels
    assert domain.load().train.labels.dtype == torch.int64
    assert domain.task == Classes(names=task)


def test_names_hold_for_the_test_set_too(tmp_path):
    x_test = np.zeros((3, 3, 4), dtype=np.uint8)
    given = {"y": ["b", "a"] * 10, "x_test": x_test, "y_test": ["b", "b", "a"]}
    domain = Arrays(arrays(tmp_path / "some.npz", n=20, **given), small=4)
    assert domain.test(0).labels.tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("spread", "digits"),
    # four figures, of the squared and of the absolute error: bike sharing's spread is 181
    [(1.0, (3, 3)), (181.0, (0, 1)), (0.02, (7, 5)), (3e6, (0, 0))],
)
def test_errors_are_shown_with_as_many_digits_as_matter(tmp_path, spread, digits):
    y = np.array([-spread, spread] * 10) * (1 + 1e-6) + 5
    path = saved(tmp_path / "some.npz", x=np.eye(20), y=y)
    assert Arrays(path, test_size=4, unit="kg").task == Numbers(unit="kg", digits=digits)


def test_groups_may_be_named(tmp_path):
    names = [f"person {k // 2}" for k in range(20)]
    for groups in (names, [k // 2 for k in range(20)]):
        domain = Arrays(arrays(tmp_path / "some.npz", n=20, groups=groups), small=4, test_size=4)
        assert domain.facts.largest_group == 2
        found = domain.load().groups
        assert torch.equal(found[::2], found[1::2])
        assert len(found.unique()) == 10


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary() | st.binary().map(lambda rest: b"PK\3\4" + rest),
    suffix=st.sampled_from(["npz", "npy"]),
)
def test_whatever_is_given_as_a_file_of_arrays(tmp_path, content, suffix):
    """One line."""
    np.save(tmp_path / "y.npy", np.arange(3))
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(content)
    with pytest.raises(BadInputError) as error:
        Arrays(path, labels=tmp_path / "y.npy" if suffix == "npy" else None, test_size=1)
    assert len(str(error.value).splitlines()) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 1000), value=st.integers(0, 255))
def test_a_damaged_file_of_arrays(tmp_path, place, value):
    """Its arrays, whole, or one line."""
    arrays(tmp_path / "whole.npz", n=20)
    content = bytearray((tmp_path / "whole.npz").read_bytes())
    content[place % len(content)] = value
    (tmp_path / "some.npz").write_bytes(content)
    try:
        found = Arrays(tmp_path / "some.npz", test_size=4).load().train.pixels
    except BadInputError:
        return
    whole = np.load(tmp_path / "whole.npz")["x"]
    assert torch.equal(found, torch.from_numpy(whole).flatten(1))
