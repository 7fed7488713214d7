"""Each mistake in a user's arrays is one line: what was given, what is allowed, what to do."""

import numpy as np
import pytest
from own_data import PEOPLE, check_line, some, table

from trainables.data.own import Arrays

ARRAYS = {
    "no file": (
        lambda tmp: Arrays(tmp / "some.npz", test_size=4),
        "{tmp}/some.npz cannot be read: No such file or directory",
    ),
    "another kind of file": (
        lambda tmp: Arrays(table(tmp / "some.csv", PEOPLE), test_size=4),
        "{tmp}/some.csv with labels=None: give an .npz with x and y, or an .npy with x and "
        "labels= the .npy with y",
    ),
    "one .npy": (
        lambda tmp: (np.save(tmp / "x.npy", np.eye(4)), Arrays(tmp / "x.npy", test_size=1)),
        "{tmp}/x.npy with labels=None: give an .npz with x and y, or an .npy with x and labels= "
        "the .npy with y",
    ),
    "a text that is called .npz": (
        lambda tmp: Arrays(table(tmp / "some.npz", PEOPLE), test_size=4),
        "{tmp}/some.npz holds Python objects, or is no file of NumPy's: none are unpickled here; "
        "save arrays of numbers or of text",
    ),
    "Python objects": (
        lambda tmp: some(tmp, y=np.array([{}, []] * 10, dtype=object)),
        "'y' in {tmp}/some.npz holds Python objects, or is no file of NumPy's: none are unpickled "
        "here; save arrays of numbers or of text",
    ),
    "no y": (
        lambda tmp: some(tmp, y=None, groups=[1]),
        "{tmp}/some.npz has no 'y': it needs x and y; there are x, groups",
    ),
    "a misspelt key": (
        lambda tmp: some(tmp, xtest=[1]),
        "unknown array in {tmp}/some.npz 'xtest': did you mean 'x_test'? known are groups, x, "
        "x_test, y, y_test",
    ),
    "half a test set": (
        lambda tmp: some(tmp, x_test=[1]),
        "{tmp}/some.npz: x_test and y_test make a test set together: give both",
    ),
    "another shape in test": (
        lambda tmp: some(tmp, x_test=np.zeros((4, 3, 5), np.uint8), y_test=[0, 1, 0, 1]),
        "{tmp}/some.npz: an object of x_test has the shape (1, 3, 5), one of x (1, 3, 4): they "
        "must agree",
    ),
    "a shape that is none": (
        lambda tmp: some(tmp, x=np.zeros(20)),
        "{tmp}/some.npz: x has the shape (20,): give [n, H, W] or [n, H, W, C] of images, or "
        "[n, D] of a table",
    ),
    "no objects": (
        lambda tmp: some(tmp, x=np.zeros((0, 3, 4)), y=[]),
        "{tmp}/some.npz: x has the shape (0, 3, 4): give [n, H, W] or [n, H, W, C] of images, or "
        "[n, D] of a table",
    ),
    "whole numbers as pixels": (
        lambda tmp: some(tmp, x=np.zeros((20, 3, 4), dtype=np.int32)),
        "{tmp}/some.npz: x holds int32: give uint8 (0 to 255) or floats (0 to 1)",
    ),
    "pixels that are too bright": (
        lambda tmp: some(tmp, x=np.linspace(0, 255, 240).reshape(20, 3, 4)),
        "{tmp}/some.npz: x has values from 0 to 255: give floats from 0 to 1, or uint8 from 0 to "
        "255",
    ),
    "x and y of two lengths": (
        lambda tmp: some(tmp, y=[0, 1] * 9),
        "{tmp}/some.npz: x has 20 objects, and y 18 labels",
    ),
    "one-hot labels": (
        lambda tmp: some(tmp, y=np.zeros((20, 2))),
        "{tmp}/some.npz: y has the shape (20, 2): give one label an object",
    ),
    "labels of no kind": (
        lambda tmp: some(tmp, y=np.zeros(20, dtype=complex)),
        "{tmp}/some.npz: y holds complex128: give whole numbers or text for classes, or floats",
    ),
    "NaN in x": (
        lambda tmp: some(tmp, x=np.where(np.arange(80).reshape(20, 4) == 14, np.nan, 1.0)),
        "{tmp}/some.npz: x[3, 2] is nan: fill in what is missing, or leave the object away",
    ),
    "infinity in y": (
        lambda tmp: some(tmp, y=np.where(np.arange(20) > 6, -np.inf, 1.0)),
        "{tmp}/some.npz: y[7] is -inf: fill in what is missing, or leave the object away",
    ),
    "a number that float32 cannot hold": (
        lambda tmp: some(tmp, x=np.full((20, 2), 1e300)),
        "{tmp}/some.npz: x[0, 0] is inf: fill in what is missing, or leave the object away",
    ),
    "a negative label": (
        lambda tmp: some(tmp, y=[0, 1, 1, -1] * 5),
        "{tmp}/some.npz: y[3] is -1: labels are whole numbers from 0 to 1, one for each class",
    ),
    "a label out of range": (
        lambda tmp: some(tmp, y=[0, 1, 2, 1] * 5, given={"names": ("no", "yes")}),
        "{tmp}/some.npz: y[2] is 2: labels are whole numbers from 0 to 1, one for each class",
    ),
    "a huge label": (
        lambda tmp: some(tmp, y=[0, 1, 2, 10**12] * 5),
        "{tmp}/some.npz: y[3] is 1e+12: labels are whole numbers from 0 to 20, one for each class",
    ),
    "a label that is not whole": (
        lambda tmp: some(tmp, y=[0, 0.5, 1, 1] * 5, given={"names": ("no", "yes")}),
        "{tmp}/some.npz: y[1] is 0.5: labels are whole numbers from 0 to 1, one for each class",
    ),
    "a gap in the labels": (
        lambda tmp: some(tmp, y=[0, 2] * 10),
        "{tmp}/some.npz: class '1' has no object: give it 2 at least, or leave it away",
    ),
    "a class of one object": (
        lambda tmp: some(tmp, y=["cat", *["dog"] * 19]),
        "{tmp}/some.npz: class 'cat' has one object only: give it 2 at least, or leave it away",
    ),
    "all of one class": (
        lambda tmp: some(tmp, y=["cat"] * 20),
        "{tmp}/some.npz: all objects are of one class, 'cat': two are needed",
    ),
    "an unknown class": (
        lambda tmp: some(tmp, y=["cat", "dgo"] * 10, given={"names": ("cat", "dog")}),
        "unknown class in {tmp}/some.npz: y 'dgo': did you mean 'dog'? known are cat, dog",
    ),
    "two classes of one name": (
        lambda tmp: some(tmp, given={"names": ("cat", "cat")}),
        "{tmp}/some.npz: two of the names ['cat', 'cat'] are the same",
    ),
    "two kinds of labels": (
        lambda tmp: some(tmp, x_test=np.zeros((2, 3, 4), np.uint8), y_test=["a", "b"]),
        "{tmp}/some.npz: y and y_test hold different kinds of labels",
    ),
    "a unit of classes": (
        lambda tmp: some(tmp, given={"unit": "kg"}),
        "{tmp}/some.npz: unit='kg' is for real numbers to predict, and y holds classes: leave it "
        "away, or give y as floats",
    ),
    "a constant number": (
        lambda tmp: some(tmp, y=[2.5] * 20),
        "{tmp}/some.npz: y is 2.5 of every object: nothing is to be learnt",
    ),
    "groups of another length": (
        lambda tmp: some(tmp, groups=[1.5] * 20),
        "{tmp}/some.npz: groups holds float64 of the shape (20,): give a whole number or a text "
        "for each of the 20 objects",
    ),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_a_mistake_in_arrays_is_one_line(case, tmp_path):
    check_line(*ARRAYS[case], tmp_path)
