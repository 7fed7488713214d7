"""Arrays in a file of NumPy's."""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from trainables.checks import check_unpacked
from trainables.data.own.content import Content
from trainables.data.own.index import Files
from trainables.data.own.kinds import FileDomain
from trainables.data.own.reading.given import content_of
from trainables.errors import BadInputError, one_line


@dataclass(frozen=True, kw_only=True)
class Arrays(FileDomain):
    """An .npz with x and y, and where there are such x_test, y_test and groups; or two .npy.

    x: images, [n, H, W] or [n, H, W, C], uint8 or real in [0, 1], which is rounded to bytes; or a
        table, [n, D]. y [n]: classes, as text or whole numbers from 0, or real numbers to predict.
    groups [n]: whole numbers or text; objects of one group belong together.
    labels: the .npy with y, where the path is that of an .npy with x.
    names: of the classes, label k is the k-th; unit: of the numbers to predict.
    """

    labels: str | Path | None = field(default=None, compare=False)
    names: tuple[str, ...] = ()
    unit: str = ""

    def _check(self) -> None:
        super()._check()
        object.__setattr__(self, "names", tuple(self.names))
        suffix = Path(self.path).suffix
        if suffix not in (".npz", ".npy") or (suffix == ".npy") != (self.labels is not None):
            raise BadInputError(
                f"{self.path} with labels={self.labels!r}: give an .npz with x and y, or an .npy "
                "with x and labels= the .npy with y"
            )
        if self.labels is not None:
            object.__setattr__(self, "labels", str(Path(self.labels).expanduser().absolute()))

    @property
    def _place(self) -> str:
        return f"{self.path} with {self.labels}" if self.labels else str(self.path)

    def _files(self) -> Files:
        return {"x": Path(self.path)} | ({"y": Path(self.labels)} if self.labels else {})

    def _decode(self) -> Content:
        if self.labels:
            arrays = {name: _read(path) for name, path in self._files().items()}
        else:
            with _read(Path(self.path)) as archive:
                arrays = {name: _member(self._place, archive, name) for name in archive.files}
        return content_of(self._place, arrays, self.names, self.unit)


def _read(path: Path) -> Any:
    """What NumPy finds there: an array, or an archive of some."""
    try:
        if zipfile.is_zipfile(path):
            check_unpacked(path)
        found = np.load(path, allow_pickle=False)
    except BadInputError:
        raise
    except Exception as error:  # of every kind, where it is damaged
        raise _unreadable(str(path), error) from None
    if isinstance(found, np.ndarray) != (path.suffix == ".npy"):
        raise BadInputError(f"{path} is no {path.suffix} file, whatever its name says")
    return found


def _member(where: str, archive: Any, name: str) -> np.ndarray[Any, np.dtype[Any]]:
    try:
        array: np.ndarray[Any, np.dtype[Any]] = archive[name]
    except Exception as error:  # of every kind, where it is damaged
        raise _unreadable(f"{name!r} in {where}", error) from None
    return array


def _unreadable(what: str, error: Exception) -> BadInputError:
    if "allow_pickle" in str(error):
        return BadInputError(
            f"{what} holds Python objects, or is no file of NumPy's: none are unpickled here; "
            "save arrays of numbers or of text"
        )
    return BadInputError(f"{what} cannot be read: {one_line(error)}")
