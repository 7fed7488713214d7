"""A mistake in a user's own data: one line with the space file's line, before anything starts."""

from pathlib import Path

import numpy as np
import pytest
from own_data import arrays, pictures, table

from study.launch import launch

HEAD = """import numpy as np
from trainables.data.own import Arrays, FromFunction, ImageFolder, TableFile, TorchvisionSet
def three(): return 3
def unequal(): return np.zeros((6, 2, 2)), np.arange(5) % 2
def broken(): return {"x": np.zeros((6, 2)), "z": np.zeros(6)}
"""
FOLDERS = [
    ("'nowhere'", "nowhere cannot be read as a folder: No such file or directory"),
    ("'photos/cat/000.png', name='a'", "000.png cannot be read as a folder: Not a directory"),
    ("''", "ImageFolder: '' is no path: give one"),
    ("3", "ImageFolder: 3 is no path: give one"),
    ("'empty'", "empty has no sub-folders: give a sub-folder with pictures for each class"),
    ("'one'", "one has ['cat']: give a sub-folder with pictures for each class, two or more"),
    ("'hollow'", "hollow/dog holds 0 pictures: put in 2 at least (.png, .jpg, ...)"),
    ("'single'", "single/dog holds 1 pictures: put in 2 at least"),
    ("'sizes'", "is 7×7, and {here}/sizes/cat/000.png is 5×4 (height × width): give size=(height"),
    ("'damaged'", "damaged/dog/000.png is damaged, or no picture that Pillow reads"),
    (
        "'parts'",
        "the classes in train are cat, dog, those in test cat, cow: they must be the same",
    ),
    (
        "'photos'",
        "photos has no test set of its own: give test_size=0.2, say, or a number of its 20",
    ),
    ("'photos', test_size=0", "ImageFolder.test_size is 0: give a number of objects"),
    ("'photos', test_size=1.5", "ImageFolder.test_size is 1.5: give a number of objects"),
    ("'photos', test_size=1_000", "test_size=1000 is too many: photos has 20 images"),
    (
        "'photos', test_size=4, small=500",
        "small=500 leaves nothing for Big: photos has 20 images, less 4",
    ),
    ("'photos', test_size=4, small=1", "Small of photos has 1 images, and 2 classes need as many"),
    ("'photos', test_size=4, small='few'", "ImageFolder.small is 'few': give a number of obj"),
    ("'photos', test_size=4, size=32", "ImageFolder.size is 32: give (height, width), (32, 32)"),
    ("'photos', test_size=4, size=(0, 32)", "ImageFolder.size is (0, 32): give (height, width)"),
    (
        "'photos', test_size=4, name='a/b'",
        "ImageFolder.name, the data's own if not given, is 1 to",
    ),
    ("'photos', test_size=4, sha256='0'", "and sha256='0' was given: give the data that it is of"),
    (
        "'photos', test_size=4, gray=True",
        "unknown field of ImageFolder 'gray': did you mean 'grey'",
    ),
]
ARRAYS = [
    ("'nowhere.npz'", "nowhere.npz cannot be read: "),
    ("'prices.csv'", "prices.csv with labels=None: give an .npz with x and y"),
    ("'text.npz'", "text.npz holds Python objects, or is no file of NumPy's: none are unpickled"),
    ("'pickled.npz'", "'y' in {here}/pickled.npz holds Python objects, or is no file of NumPy's"),
    ("'no_y.npz'", "no_y.npz has no 'y': it needs x and y; there are x"),
    ("'extra.npz'", "'weights': known are groups, x, x_test, y, y_test"),
    ("'half.npz'", "half.npz: x_test and y_test make a test set together: give both"),
    ("'lengths.npz'", "lengths.npz: x has 40 objects, and y 39 labels"),
    ("'nan.npz'", "nan.npz: x[3, 1] is nan: fill in what is missing, or leave the object away"),
    ("'bright.npz'", "bright.npz: x has values from 0 to 255: give floats from 0 to 1, or uint8"),
    ("'flat.npz'", "flat.npz: x has the shape (40,): give [n, H, W] or [n, H, W, C] of images"),
    ("'same.npz'", "same.npz: all objects are of one class, '0': two are needed"),
    ("'rare.npz'", "rare.npz: class '2' has one object only: give it 2 at least"),
    ("'good.npz', names=('a',)", "y[1] is 1: labels are whole numbers from 0 to 0, one for each"),
    ("'negative.npz'", "negative.npz: y[0] is -1: labels are whole numbers from 0 to 1"),
    (
        "'good.npz', unit='€', test_size=4",
        "good.npz: unit='€' is for real numbers to predict, and",
    ),
    ("'real.npz', test_size=4, stratified=True", "stratified=True is for classes, and real has"),
    ("'good.npz', tests=4", "unknown field of Arrays 'tests': did you mean 'test_size'"),
]
TABLES = [
    ("'nowhere.csv', target='price'", "nowhere.csv cannot be read: No such file or directory"),
    ("'prices.txt', target='price'", "prices.txt: give a table as .csv or .parquet"),
    (
        "'prices.csv'",
        "TypeError: TableFile.__init__() missing 1 required keyword-only argument: 'ta",
    ),
    (
        "'prices.csv', target='prise'",
        "'prise': did you mean 'price'? known are city, price, rooms",
    ),
    ("'prices.csv', target='price', drop=('citi',)", "'citi': did you mean 'city'"),
    ("'prices.csv', target='price', drop='city'", "drop is 'city': give drop=('city',)"),
    ("'prices.csv', target='price', group='price'", "must be different columns"),
    ("'prices.csv', target='price', classes=True, unit='€'", "classes=True has no unit='€'"),
    (
        "'prices.csv', target='city', unit='€'",
        "'city' is 'Rome' in row 1, and unit='€' is for num",
    ),
    ("'holes.csv', target='price'", "holes.csv: column 'rooms' is empty in row 2: change it, or"),
    ("'halves.csv', target='price', classes=True", "classes=True is for whole numbers"),
    ("'level.csv', target='price'", "y is 7 of every object: nothing is to be learnt"),
    (
        "'dates.csv', target='price'",
        "column 'day' has 300 categories ('day 0', say): give numbers",
    ),
    ("'alone.csv', target='price'", "alone.csv has no column beside the target"),
    ("'twice.csv', target='price'", "twice.csv has two columns 'rooms': rename one"),
    ("'damaged.parquet', target='price'", "damaged.parquet is no Parquet file, or damaged: "),
]
OTHERS = [
    ("TorchvisionSet('CIFAR-10')", "data set of torchvision 'CIFAR-10': did you mean 'CIFAR10'"),
    ("TorchvisionSet('CIFAR10')", "torchvision's CIFAR10 cannot be had (STUDY_OFFLINE is set)"),
    ("FromFunction(lambda: 3)", "is no function at the top of a file: give one"),
    ("FromFunction('three')", "FromFunction: 'three' is no function at the top of a file"),
    ("FromFunction(three)", "three() returns int: return (x, y) or (x, y, groups), or a mapping"),
    ("FromFunction(unequal)", "what unequal() returns: x has 6 objects, and y 5 labels"),
    ("FromFunction(broken)", "what broken() returns has no 'y': it needs x and y; there are x, z"),
]
CASES = [
    *((f"ImageFolder({words})", says) for words, says in FOLDERS),
    *((f"Arrays({words})", says) for words, says in ARRAYS),
    *((f"TableFile({words})", says) for words, says in TABLES),
    *OTHERS,
]


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A folder of data, most of them with a mistake; and none of the user's own data folder."""
    root = tmp_path_factory.mktemp("given")
    _folders(root)
    _arrays(root)
    _tables(root)
    return root


def _folders(root):
    pictures(root / "photos")
    for name in ("empty", "hollow/dog"):
        (root / name).mkdir(parents=True)
    pictures(root / "one", ("cat",))
    pictures(root / "hollow", ("cat",))
    pictures(root / "single", ("cat",))
    pictures(root / "single", ("dog",), each=1)
    pictures(root / "sizes", ("cat",))
    pictures(root / "sizes", ("dog",), size=(7, 7))
    pictures(root / "damaged")
    (root / "damaged" / "dog" / "000.png").write_bytes(b"these are no pixels")
    pictures(root / "parts" / "train")
    pictures(root / "parts" / "test", ("cat", "cow"))


def _arrays(root):
    rows, labels = np.zeros((40, 3)), np.arange(40)
    arrays(root / "good.npz")
    arrays(root / "no_y.npz", y=None)
    arrays(root / "extra.npz", weights=labels)
    arrays(root / "half.npz", x_test=np.zeros((4, 3, 4), dtype=np.uint8))
    arrays(root / "lengths.npz", y=labels[1:])
    arrays(root / "nan.npz", x=np.where(np.arange(120).reshape(40, 3) == 10, np.nan, rows))
    arrays(root / "bright.npz", x=np.linspace(0, 255, 480).reshape(40, 3, 4))
    arrays(root / "flat.npz", x=np.zeros(40))
    arrays(root / "same.npz", classes=1)
    arrays(root / "rare.npz", y=np.where(labels == 7, 2, labels % 2))
    arrays(root / "negative.npz", y=labels % 2 * 2 - 1)
    arrays(root / "real.npz", y=labels / 7)
    arrays(root / "pickled.npz", y=np.array([{}] * 40))
    (root / "text.npz").write_text("these are no arrays")


def _tables(root):
    head, rows = (
        "city,rooms,price",
        [f"{'Rome' if n % 2 else 'Oslo'},{n},{n * n}" for n in range(1, 41)],
    )
    table(root / "prices.csv", [head, *rows])
    table(root / "prices.txt", [head, *rows])
    table(root / "holes.csv", [head, rows[0], "Oslo,,3", *rows[2:]])
    table(root / "halves.csv", [head, *(f"{row}.5" for row in rows)])
    table(root / "level.csv", ["rooms,price", *(f"{n},7" for n in range(40))])
    table(root / "dates.csv", ["day,price", *(f"day {n},{n}" for n in range(300))])
    table(root / "alone.csv", ["price", *map(str, range(40))])
    table(root / "twice.csv", ["rooms,rooms,price", *(f"{n},{n},{n}" for n in range(40))])
    (root / "damaged.parquet").write_bytes(b"PAR1 no more")


@pytest.mark.parametrize(("text", "says"), CASES, ids=[text for text, _ in CASES])
def test_data_that_cannot_be_learnt_from(
    attempt, given, monkeypatch, tmp_path, tmp_path_factory, text, says
):
    for each in given.iterdir():
        (tmp_path / each.name).symlink_to(each)
    monkeypatch.setenv("STUDY_DATA", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setenv("STUDY_OFFLINE", "1")
    Path("own.py").write_text(HEAD + text, encoding="utf-8")
    said = attempt(launch, "--space", "own.py")
    assert said.startswith(f"error: own.py:{HEAD.count(chr(10)) + 1}: ")
    assert says.format(here=tmp_path) in said
