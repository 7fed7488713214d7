"""Whether what lies at a path is still what it was: digests of its content, computed once.

An index beside the decoded data holds each path's digest with the names, sizes and times of its
files, so that a second start reads none of them.
"""

import hashlib
import json
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from trainables.data.download import data_root, writable
from trainables.errors import BadInputError

SHOWN = 12  # digits of a digest, where people read it
COARSEST_CLOCK = 2.0  # seconds, of a file system's times (FAT): a younger file may change unseen

Files = Mapping[str, Path]
"""Where files lie, each under the name that counts for their digest."""


def own_folder() -> Path:
    """Where users' decoded data and the index are kept.

    Raises BadInputError where it cannot be written.
    """
    return writable(data_root() / "own")


def write(path: Path, content: bytes) -> None:
    """Write a file so that others see it whole or not at all."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def digest_of_files(files: Files) -> str:
    """Of one file its SHA-256; of several that of their names and digests, in order of names."""
    each = {name: _sha256(path) for name, path in sorted(files.items())}
    if len(each) == 1:
        return next(iter(each.values()))
    lines = "".join(f"{digest}  {name}\n" for name, digest in each.items())
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def current_digest(place: str, files: Files, compute: Callable[[], str]) -> str:
    """The digest of what lies at a place now: the kept one where no file has changed since.

    compute: reads it all. Where a domain was made of what lay there before, the change is said,
    once, on stderr.
    """
    signature = _signature(files)
    known = _entries().get(place)
    if known and signature and known["signature"] == signature:
        return str(known["sha256"])
    digest = compute()
    entry = {
        "sha256": digest,
        "signature": signature,
        "since": datetime.now().astimezone().isoformat(" ", "minutes"),
    }
    with FileLock(own_folder() / "index.lock"):
        content = json.dumps(_entries() | {place: entry}, indent=1, sort_keys=True)
        write(own_folder() / "index.json", content.encode())
    # What has no decoded file was never a domain: it had a mistake.
    before = known["sha256"] if known else digest
    if known and before != digest and any(own_folder().glob(f"{before[:SHOWN]}-*.safetensors")):
        print(
            f"{place} has changed since {known['since']}: it is another domain now, "
            f"{digest[:SHOWN]}; records of the earlier one keep its digest, "
            f"{before[:SHOWN]}",
            file=sys.stderr,
        )
    return digest


def _entries() -> dict[str, Any]:
    try:
        entries = json.loads((own_folder() / "index.json").read_bytes())
        return {
            place: entry
            for place, entry in entries.items()
            if {"sha256", "signature", "since"} <= entry.keys()
        }
    except (OSError, ValueError, AttributeError):
        return {}  # none yet, or damaged: digests are computed anew


def _signature(files: Files) -> str:
    """Of names, sizes and times; empty where a file is so young that it may change unseen."""
    try:
        stats = {name: path.stat() for name, path in sorted(files.items())}
    except OSError as error:
        raise BadInputError(f"{error.filename} cannot be read: {error.strerror}") from None
    if any(stat.st_mtime > time.time() - COARSEST_CLOCK for stat in stats.values()):
        return ""
    plain = json.dumps([(name, s.st_size, s.st_mtime_ns) for name, s in stats.items()])
    return hashlib.sha256(plain.encode()).hexdigest()


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}") from None
