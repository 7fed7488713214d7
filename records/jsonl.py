"""The file of an export: JSON lines, each an experiment or a run, written and read one by one."""

import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from records.foreign.lines import Checked
from trainables.errors import BadInputError, one_line

FORMAT = 1
LONGEST_LINE = 2**28  # bytes; a run of 1,000 epochs has some 2 ** 20

Line = dict[str, Any]


def write_lines(path: Path, lines: Iterable[Line]) -> Line:
    """Write them, compressed where the name ends in .gz; renamed into place when whole.

    The same lines give the same bytes. Returns the last line.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    last: Line = {}
    try:
        with temporary.open("wb") as raw, _packed(raw, path) as file:
            for last in lines:
                file.write(f"{json.dumps(last, ensure_ascii=False)}\n".encode())
        temporary.replace(path)
    except OSError as error:
        raise BadInputError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)
    return last


def _packed(raw: BinaryIO, path: Path) -> BinaryIO:
    if path.suffix != ".gz":
        return raw
    return cast(BinaryIO, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0))


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of an export, one by one, after a first reading that checked them all.

    Raises BadInputError if it is no export, of a newer version, damaged or cut short.
    """
    runs, last, checked = 0, None, Checked()
    for number, last in enumerate(_parsed(path), start=1):
        if number == 1:
            _check_format(path, last)
        try:
            checked.check(last)
        except ValueError as error:
            raise BadInputError(
                f"{path} is no export of records: see line {number}: {one_line(error)}"
            ) from None
        runs += "in" in last
    if last is None:
        raise BadInputError(f"{path} is empty: export it again")
    if last.get("runs") != runs:
        raise BadInputError(f"{path} is cut short after line {number}: export it again")
    return _parsed(path)


def _check_format(path: Path, first: Any) -> None:
    version = first.get("format") if isinstance(first, dict) else None
    if not isinstance(version, int):
        raise BadInputError(f"{path} is no export of records (python -m study.records export)")
    if version > FORMAT:
        raise BadInputError(
            f"{path} was written by a newer version of this project (format {version}; this one "
            f"reads {FORMAT}): update it here"
        )


def _parsed(path: Path) -> Iterator[Any]:
    whole = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            while text := file.readline(LONGEST_LINE):
                line = json.loads(text)  # an error too where it is cut there
                whole += 1
                yield line
    except (EOFError, ValueError, RecursionError, zlib.error, gzip.BadGzipFile):
        raise BadInputError(
            f"{path} is no export of records, or damaged or cut short after line {whole}"
        ) from None
    except OSError as error:
        raise BadInputError(f"cannot read {path}: {error.strerror}") from None
