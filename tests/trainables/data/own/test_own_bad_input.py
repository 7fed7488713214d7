"""Each mistake in a user's data is one line: what was given, what is allowed, what to do."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from own_data import arrays, check_line, people, pictures, some
from PIL import Image

from trainables.data.own import FromFunction, ImageFolder, TorchvisionSet
from trainables.errors import BadInputError


def photos(tmp, **given):
    return ImageFolder(pictures(tmp / "photos"), **({"test_size": 4} | given))


def harmed(tmp, harm, **given):
    """A folder of pictures that something was done to."""
    pictures(tmp / "photos")
    harm(tmp / "photos")
    return ImageFolder(tmp / "photos", **({"test_size": 4} | given))


def returned(found):
    def function():
        return found

    function.__qualname__ = "function"
    return FromFunction(function, test_size=4)


def cut(path):
    path.write_bytes(path.read_bytes()[:60])


def sixteen_bits(path):
    Image.fromarray(np.full((5, 4), 999, dtype=np.uint16)).save(path)


def empty(folder):
    for path in folder.iterdir():
        path.unlink()


def remove(folder):
    empty(folder)
    folder.rmdir()


def parts(folder, train, test):
    pictures(folder / "train", classes=train)
    pictures(folder / "test", classes=test)


FOLDERS = {
    "no folder": (
        lambda tmp: ImageFolder(tmp / "phots", test_size=4),
        "{tmp}/phots cannot be read as a folder: No such file or directory",
    ),
    "a file as a folder": (
        lambda tmp: ImageFolder(arrays(tmp / "some.npz"), test_size=4, name="some"),
        "{tmp}/some.npz cannot be read as a folder: Not a directory",
    ),
    "no path": (lambda tmp: ImageFolder("", test_size=4), "ImageFolder: '' is no path: give one"),
    "no sub-folders": (
        lambda tmp: harmed(tmp, lambda at: [remove(at / "cat"), remove(at / "dog")]),
        "{tmp}/photos has no sub-folders: give a sub-folder with pictures for each class, two or "
        "more",
    ),
    "one class": (
        lambda tmp: harmed(tmp, lambda at: remove(at / "cat")),
        "{tmp}/photos has ['dog']: give a sub-folder with pictures for each class, two or more",
    ),
    "an empty class": (
        lambda tmp: harmed(tmp, lambda at: empty(at / "cat")),
        "{tmp}/photos/cat holds 0 pictures: put in 2 at least (.png, .jpg, ...), or take it away",
    ),
    "several sizes": (
        lambda tmp: harmed(tmp, lambda at: pictures(at, classes=("eel",), size=(6, 4))),
        "{tmp}/photos/eel/000.png is 6×4, and {tmp}/photos/cat/000.png is 5×4 (height × width): "
        "give size=(height, width), to which all are resized",
    ),
    "a damaged picture": (
        lambda tmp: harmed(tmp, lambda at: cut(at / "dog" / "003.png")),
        "{tmp}/photos/dog/003.png is damaged, or no picture that Pillow reads: mend it or take it "
        "away",
    ),
    "sixteen bits": (
        lambda tmp: harmed(tmp, lambda at: sixteen_bits(at / "dog" / "003.png")),
        "{tmp}/photos/dog/003.png has more than 8 bits a channel: save it with 8, so that its "
        "range is yours",
    ),
    "a folder beside train and test": (
        lambda tmp: harmed(tmp, lambda at: parts(at, ("a", "b"), ("a", "b"))),
        "{tmp}/photos holds cat, dog, test, train: beside train and test there may be nothing",
    ),
    "other classes in test": (
        lambda tmp: (parts(tmp / "p", ("a", "b"), ("a", "c")), ImageFolder(tmp / "p")),
        "{tmp}/p: the classes in train are a, b, those in test a, c: they must be the same",
    ),
    "a size that is none": (
        lambda tmp: photos(tmp, size=32),
        "ImageFolder.size is 32: give (height, width), (32, 32) say",
    ),
    "a name that is none": (
        lambda tmp: ImageFolder(pictures(tmp / "my photos"), test_size=4),
        "ImageFolder.name, the data's own if not given, is 1 to 60 letters, digits, _ or -; given "
        "was 'my photos'",
    ),
}
SPLITS = {
    "no test set": (
        lambda tmp: photos(tmp, test_size=None),
        "photos has no test set of its own: give test_size=0.2, say, or a number of its 20 images",
    ),
    "two test sets": (
        lambda tmp: some(tmp, x_test=np.zeros((4, 3, 4), np.uint8), y_test=[0, 1, 0, 1]),
        "some has a test set of its own, of 4 images: leave test_size=4 away",
    ),
    "a test set that is too large": (
        lambda tmp: photos(tmp, test_size=20),
        "test_size=20 is too many: photos has 20 images",
    ),
    "a small split that is too large": (
        lambda tmp: photos(tmp, small=500),
        "small=500 leaves nothing for Big: photos has 20 images, less 4 of Test; give less",
    ),
    "nothing left for Big": (
        lambda tmp: photos(tmp, small=16, called="photographs"),
        "small=16 leaves nothing for Big: photos has 20 photographs, less 4 of Test; give less",
    ),
    "groups that are too large": (
        lambda tmp: some(tmp, groups=[k // 10 for k in range(20)]),
        "small=4 leaves nothing for Big: some has 20 images, less 4 of Test and 18 that may be "
        "left out lest a group be divided; give less",
    ),
    "fewer objects than classes": (
        lambda tmp: some(tmp, y=[k % 5 for k in range(20)], given={"small": 0.2}),
        "Small of some has 3 images, and 5 classes need as many at least: change small=0.2 or "
        "test_size=4",
    ),
    "a share that is none": (
        lambda tmp: people(tmp, small=0.01),
        "Small of people has 0 rows, and it needs one at least: change small=0.01 or test_size=4",
    ),
    "a size that is neither number nor share": (
        lambda tmp: photos(tmp, small=1.5),
        "ImageFolder.small is 1.5: give a number of objects, 200 say, or a share of them, 0.2 say",
    ),
    "stratified numbers": (
        lambda tmp: people(tmp, stratified=True),
        "stratified=True is for classes, and people has numbers: leave it away",
    ),
    "stratified groups": (
        lambda tmp: some(tmp, groups=[*range(20)], given={"stratified": True}),
        "stratified=True and groups do not go together: leave one away of some",
    ),
}
OTHERS = {
    "an unknown set of torchvision's": (
        lambda tmp: TorchvisionSet("CIFAR11", test_size=4),
        "unknown data set of torchvision 'CIFAR11': did you mean 'CIFAR10'? known are *",
    ),
    "objects that have no class": (
        lambda tmp: TorchvisionSet("FakeData", options={"size": 5, "transform": np.array}),
        "torchvision's FakeData has ndarray and int as objects: a picture and a class (a whole "
        "number) are needed",
    ),
    "a set that is not there": (
        lambda tmp: TorchvisionSet("CIFAR10"),
        "torchvision's CIFAR10 cannot be had (STUDY_OFFLINE is set): Dataset not found or "
        "corrupted. You can use download=True to download it; change parts= or options=, or put "
        "its files into {tmp}/data/torchvision/CIFAR10",
    ),
    "a function that has no name": (
        lambda tmp: FromFunction(lambda: 1, test_size=4),
        "FromFunction: <function * at *> is no function at the top of a file: give one, which "
        "workers can call, too",
    ),
    "a function that returns something else": (
        lambda tmp: returned([1, 2]),
        "function() returns list: return (x, y) or (x, y, groups), or a mapping of x, y, x_test, "
        "y_test, groups",
    ),
    "a function that returns NaN": (
        lambda tmp: returned((torch.full((20, 2), torch.nan), torch.zeros(20))),
        "what function() returns: x[0, 0] is nan: fill in what is missing, or leave the object "
        "away",
    ),
    "a digest of other data": (
        lambda tmp: replace(photos(tmp), sha256="abc"),
        "{tmp}/photos has the digest *, and sha256='abc' was given: give the data that it is of, "
        "or leave it away",
    ),
}
CASES = FOLDERS | SPLITS | OTHERS


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_in_folders_splits_and_functions_is_one_line(case, tmp_path, monkeypatch):
    monkeypatch.setenv("STUDY_OFFLINE", "1")
    check_line(*CASES[case], tmp_path)


def test_a_data_folder_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("STUDY_DATA", str(tmp_path / "file"))
    with pytest.raises(BadInputError) as error:
        photos(tmp_path)
    assert str(error.value) == (
        f"cannot write the data folder {tmp_path}/file: Not a directory; set STUDY_DATA to a "
        "folder that you may write"
    )
