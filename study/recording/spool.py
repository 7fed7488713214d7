"""Results on their way into the records: on disk from the moment they come.

A launch that dies, or whose tracking server does, loses none of what has ended: the next launch
finds it here and records it.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from records.jsonl import Line


def spool_of(results: Path, space: str) -> Path:
    """Where a study's spool stands."""
    return results / "unrecorded" / f"{space}.jsonl"


class Spool:
    """A file of JSON lines, one for each run that may not be recorded yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, lines: Iterable[Line]) -> None:
        """Append these; they are on the disk when this returns.

        Raises OSError where the disk takes no more; no half line is left then.
        """
        content = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            before = file.tell()
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(before)
                raise

    def read(self) -> list[Line]:
        """All lines; half a line, left by a launch that was killed, is cut off."""
        if not self.path.exists():
            return []
        content = self.path.read_bytes()
        whole = content.rpartition(b"\n")[0]
        if len(whole) + 1 < len(content):
            os.truncate(self.path, len(whole) + 1 if whole else 0)
        return [json.loads(text) for text in whole.splitlines()]

    def clear(self) -> None:
        """All is recorded."""
        self.path.unlink(missing_ok=True)
