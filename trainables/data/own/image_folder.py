"""A folder of pictures, its sub-folders the classes."""

import os
from dataclasses import dataclass
from pathlib import Path

import torch

from trainables.checks import check_flag
from trainables.data.domain import DomainData, Objects
from trainables.data.own.content import Content
from trainables.data.own.index import Files
from trainables.data.own.kinds import FileDomain
from trainables.data.own.reading.given import FEWEST
from trainables.data.own.reading.pictures import Size, check_size, read_picture, stacked, suffixes
from trainables.errors import BadInputError, one_line

OWN_PARTS = ("train", "test")


@dataclass(frozen=True, kw_only=True)
class ImageFolder(FileDomain):
    """A folder of pictures, in a sub-folder for each class: photos/cat/1.png, photos/dog/7.jpg.

    Classes are in the order of their names. Where the sub-folders are "train" and "test", those of
    the classes are in them, and "test" is the test set.
    size: (height, width), to which pictures are resized; needed where their sizes differ.
    grey: one channel instead of red, green and blue.

    Hidden files, and those without a suffix of a picture, do not count.
    """

    size: Size | None = None
    grey: bool = False

    def _check(self) -> None:
        super()._check()
        object.__setattr__(self, "size", check_size(self, self.size))
        check_flag(self, "grey")

    @property
    def _own_name(self) -> str:
        return Path(self.path).name

    def _files(self) -> Files:
        """By their paths within the folder."""
        root, files = Path(self.path), {}
        seen: set[Path] = set()
        try:
            for folder, inner, names in os.walk(root, followlinks=True, onerror=_refuse):
                _check_link(root, Path(folder), seen)
                inner[:] = [name for name in inner if not name.startswith(".")]
                for name in names:
                    path = Path(folder, name)
                    if not name.startswith(".") and path.suffix.lower() in suffixes():
                        files[path.relative_to(root).as_posix()] = path
        except OSError as error:
            raise BadInputError(
                f"{error.filename} cannot be read as a folder: {one_line(error.strerror)}"
            ) from None
        return dict(sorted(files.items()))

    def _parts(self) -> dict[str, dict[str, list[Path]]]:
        """The pictures by part, "" or "train" and "test", and class."""
        root = Path(self.path)
        folders = _folders(root)
        if not {*OWN_PARTS} <= {*folders}:
            parts, depth = {"": folders}, 0
        elif len(folders) > len(OWN_PARTS):
            raise BadInputError(
                f"{root} holds {', '.join(folders)}: beside train and test there may be nothing"
            )
        else:
            parts, depth = {part: _folders(root / part) for part in OWN_PARTS}, 1
            if parts["train"] != parts["test"]:
                raise BadInputError(
                    f"{root}: the classes in train are {', '.join(parts['train'])}, those in test "
                    f"{', '.join(parts['test'])}: they must be the same"
                )
        found: dict[str, dict[str, list[Path]]] = {
            part: {name: [] for name in names} for part, names in parts.items()
        }
        for name, path in self._files().items():
            steps = name.split("/")
            if len(steps) > depth + 1:  # else it lies beside the classes' folders
                found[steps[0] if depth else ""][steps[depth]].append(path)
        return found

    def _decode(self) -> Content:
        parts = self._parts()
        for part, classes in parts.items():
            self._check_classes(Path(self.path) / part, classes)
        names = tuple(next(iter(parts.values())))
        labelled = [
            (path, label, part == "test")
            for part, classes in parts.items()
            for label, name in enumerate(names)
            for path in classes[name]
        ]
        paths = (path for path, *_ in labelled)
        pictures = ((path, read_picture(path)) for path in paths)
        rows, shape = stacked(pictures, size=self.size, grey=self.grey)
        labels = torch.tensor([label for _, label, _ in labelled])
        tested = torch.tensor([test for *_, test in labelled])
        test = Objects(rows[tested], labels[tested]) if bool(tested.any()) else None
        return Content(shape, DomainData(Objects(rows[~tested], labels[~tested]), test), names)

    def _check_classes(self, folder: Path, classes: dict[str, list[Path]]) -> None:
        if len(classes) < 2:
            raise BadInputError(
                f"{folder} has {[*classes] or 'no sub-folders'}: give a sub-folder with pictures "
                "for each class, two or more"
            )
        for name, paths in classes.items():
            if len(paths) < FEWEST:
                raise BadInputError(
                    f"{folder / name} holds {len(paths)} pictures: put in {FEWEST} at least "
                    "(.png, .jpg, ...), or take it away"
                )


def _refuse(error: OSError) -> None:
    raise error


def _check_link(root: Path, folder: Path, seen: set[Path]) -> None:
    """Raise BadInputError where a link leads out of the folder, or back into it, without end."""
    there = folder.resolve()
    if not there.is_relative_to(root.resolve()) or there in seen:
        raise BadInputError(
            f"{folder} is a link that leads out of {root}, or to a folder that is in it already: "
            "put the folder itself there"
        )
    seen.add(there)


def _folders(folder: Path) -> list[str]:
    return sorted(
        each.name for each in folder.iterdir() if each.is_dir() and not each.name.startswith(".")
    )
