"""Artifacts on disk: safetensors and JSON under the hash of what determines them.

They are written atomically (temporary name, then rename; the JSON last, which says that the pair
is whole) and verified on reading. What does not verify is set aside and made again. No pickle is
ever loaded.
"""

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor
from upath import UPath

from trainables.errors import MOST_SHOWN, BadInputError, harmless

FORMAT = 5  # raised when the meaning of the files changes
KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")  # no way out of the store


class UnusableArtifactError(Exception):
    """The artifact is not there, cut short, altered, or of another format."""


@dataclass(frozen=True)
class Saved:
    """An artifact's tensors, and its facts: accuracies, losses, seconds."""

    tensors: dict[str, Tensor]
    facts: dict[str, Any]


def open_folder(place: str | Path) -> Path:
    """A folder of this machine, or of any file system that fsspec knows: s3://BUCKET/FOLDER.

    (UPath has the methods of a Path; for a folder of this machine it is one.)
    """
    return cast(Path, UPath(place))


@dataclass(frozen=True)
class Store:
    """A folder of artifacts, one sub-folder a kind."""

    root: Path

    def path(self, kind: str, key: str) -> Path:
        """Where the JSON of an artifact stands; its tensors stand beside it.

        Raises UnusableArtifactError for a key that is none: records name artifacts, too.
        """
        if not KEY.fullmatch(key):
            raise UnusableArtifactError(f"{kind} {harmless(key, MOST_SHOWN)!r} is not there")
        return self.root / kind / f"{key}.json"

    def has(self, kind: str, key: str) -> bool:
        """True if the artifact was written whole; its content is verified on reading."""
        return self.path(kind, key).exists()

    def save(self, kind: str, key: str, saved: Saved, describes: Any) -> None:
        """Write an artifact; `describes` is the canonical form of what its key hashes."""
        path = self.path(kind, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = save({name: value.contiguous() for name, value in saved.tensors.items()})
        about = {
            "format": FORMAT,
            "kind": kind,
            "key": key,
            "sha256": hashlib.sha256(content).hexdigest(),
            "facts": saved.facts,
            "describes": describes,
        }
        _write(path.with_suffix(".safetensors"), content)
        _write(path, json.dumps(about, indent=1, ensure_ascii=False).encode())

    def load(self, kind: str, key: str) -> Saved:
        """Read and verify an artifact; raises UnusableArtifactError, having set it aside."""
        path = self.path(kind, key)
        try:
            about = json.loads(path.read_bytes())
            content = path.with_suffix(".safetensors").read_bytes()
            if (about["format"], about["key"]) != (FORMAT, key):
                raise ValueError(f"format {about['format']} and key {about['key']}")
            if hashlib.sha256(content).hexdigest() != about["sha256"]:
                raise ValueError("content differs from its hash")
            return Saved(load(content), dict(about["facts"]))
        except FileNotFoundError:
            self._set_aside(path)  # half a pair is no artifact
            raise UnusableArtifactError(f"{kind} {key} is not there") from None
        except (ValueError, KeyError, TypeError, RecursionError, SafetensorError) as error:
            self._set_aside(path)
            raise UnusableArtifactError(f"{kind} {key}: {error}; set aside") from error

    def _set_aside(self, path: Path) -> None:
        for file in (path, path.with_suffix(".safetensors")):
            if file.exists():
                file.rename(file.with_name(f"{file.name}.wrong"))


def _write(path: Path, content: bytes) -> None:
    if not isinstance(path, Path):
        path.write_bytes(content)  # an object store shows an object when it is whole
        return
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def open_store(storage: str | None, results: Path) -> Store:
    """The store of artifacts that a command was given.

    Raises BadInputError for an address of a kind that is not known here.
    """
    try:
        return Store(open_folder(storage or results.absolute() / "artifacts").absolute())
    except (ValueError, ImportError) as error:
        raise BadInputError(f"--storage {storage} cannot be opened: {error}") from None
