"""A user's data for tests: little pictures, arrays and tables."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainables.data.own import Arrays, TableFile
from trainables.errors import BadInputError

AN_HOUR_AGO = 3600.0
PEOPLE = ["age,city,income", *(f"{k},{'ABC'[k % 3]},{k * 2.5}" for k in range(30))]


def pictures(root, classes=("cat", "dog"), each=10, size=(5, 4), mode="RGB", suffix="png"):
    """A folder of random pictures of (height, width), as many in each class's sub-folder."""
    draw = np.random.default_rng(sum(map(ord, str(classes))))
    depth = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
    for name in classes:
        (root / name).mkdir(parents=True)
        for number in range(each):
            values = draw.integers(0, 256, (*size, *depth), dtype=np.uint8)
            Image.fromarray(values).save(root / name / f"{number:03}.{suffix}")
    return root


def arrays(path, n=40, shape=(3, 4), classes=2, **others):
    """An .npz of random pictures with the classes in turn; others: further or other arrays."""
    draw = np.random.default_rng(n)
    x = draw.integers(0, 256, (n, *shape), dtype=np.uint8)
    given = {"x": x, "y": np.arange(n) % classes} | others
    np.savez(path, **{name: value for name, value in given.items() if value is not None})
    return path


def table(path, lines):
    """A CSV of these lines."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def some(tmp, *, given=None, **others):
    """A file of arrays, of which some are others; given: fields of the domain."""
    arrays(tmp / "some.npz", **({"n": 20} | others))
    return Arrays(tmp / "some.npz", **({"test_size": 4, "small": 4} | (given or {})))


def people(tmp, lines=None, name="people.csv", **given):
    """A table of people, or of these lines."""
    path = table(tmp / name, PEOPLE if lines is None else lines)
    return TableFile(path, **({"target": "income", "test_size": 4} | given))


def check_line(make, line, folder):
    """Something raises BadInputError with this line: {tmp} is the folder, * is anything."""
    with pytest.raises(BadInputError) as error:
        make(folder)
    wanted = re.escape(line.replace("{tmp}", str(folder))).replace(r"\*", ".*")
    assert re.fullmatch(wanted, str(error.value)), str(error.value)


def age(path):
    """Make a file, or all of a folder, as old as data usually are."""
    for each in [path, *Path(path).rglob("*")]:
        then = each.stat().st_mtime - AN_HOUR_AGO
        os.utime(each, (then, then))
    return path
