"""The columns of a user's table, checked and turned into numbers.

Rows are counted from 1, the first below the line of names.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from pandas.api import types
from torch import Tensor

from trainables.data.own.reading.given import Array
from trainables.errors import BadInputError, one_line, unknown

LONGEST_HEAD = 2**24  # characters, of a table's names and its first row
MOST_VALUES = 2**29  # of a Parquet file, which may say in a few bytes that a column is all alike
MOST_CATEGORIES = 200  # of a column; with more it holds names or dates, and one-hot says nothing


def read(path: Path, roles: Sequence[str], drop: Sequence[str]) -> pd.DataFrame:
    """The table without the columns to drop; roles: columns that it must have.

    Raises BadInputError, one line, where a column is not there or twice, or a value is missing.
    """
    frame = _csv(path) if path.suffix == ".csv" else _parquet(path)
    for name in (*roles, *drop):
        if name not in frame.columns:
            raise unknown(f"column of {path}", name, map(str, frame.columns))
    frame = frame.drop(columns=[*drop])
    if frame.empty:
        raise BadInputError(f"{path} has no rows, or no columns but those to drop")
    for named, column in frame.items():
        name = str(named)
        if name.startswith("Unnamed: "):
            raise BadInputError(
                f"{path}: a column has no name (row numbers?): name it, or give drop=({name!r},)"
            )
        _refuse_first(path, column, column.isna().to_numpy())
    return frame


def target(
    path: Path, column: "pd.Series[float]", unit: str, classes: bool
) -> tuple[tuple[str, ...], Array]:
    """The names of the classes (if they are numbers) and the labels [n]: text, numbers or floats.

    Raises BadInputError where they are not what unit and classes say.
    """
    if _is_number(column):
        values: Array = column.to_numpy(dtype=np.float64)
        _refuse_first(path, column, np.isinf(values))
        if not classes:
            return (), values
        why = ", and classes=True is for whole numbers"
        _refuse_first(path, column, values % 1 != 0, why)
        labels, numbers = pd.factorize(values, sort=True)
        return tuple(f"{number:.0f}" for number in numbers), labels.astype(np.int64)
    if unit:
        wrong = pd.to_numeric(_text(path, column), errors="coerce").isna().to_numpy()
        _refuse_first(path, column, wrong, f", and unit={unit!r} is for numbers")
    return (), _text(path, column).to_numpy(dtype=np.str_)


def features(path: Path, frame: pd.DataFrame) -> Tensor:
    """Float32 [n, D]: numbers as they are, a feature for each category of other columns."""
    found: list[Array] = []
    for name, column in frame.items():
        if _is_number(column):
            with np.errstate(over="ignore"):  # to infinity, which is refused
                numbers: Array = column.to_numpy(dtype=np.float64).astype(np.float32)
            _refuse_first(path, column, np.isinf(numbers))
            found.append(numbers[:, None])
            continue
        values = _text(path, column).to_numpy(dtype=np.str_)
        categories = np.unique(values)
        if len(categories) > MOST_CATEGORIES:
            raise BadInputError(
                f"{path}: column {name!r} has {len(categories):,} categories ({str(values[0])!r}, "
                f"say): give numbers, at most {MOST_CATEGORIES} categories, or drop=({name!r},)"
            )
        found.append((values[:, None] == categories).astype(np.float32))
    if not found:
        raise BadInputError(
            f"{path} has no column beside the target: there is nothing to learn by"
        )
    return torch.from_numpy(np.concatenate(found, axis=1))


def groups(column: "pd.Series[float]") -> Tensor:
    """The number of each row's group, int64 [n]."""
    return torch.from_numpy(pd.factorize(column, sort=True)[0].astype(np.int64))


def _csv(path: Path) -> pd.DataFrame:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            head = io.StringIO(file.read(LONGEST_HEAD), newline="")
        lines = csv.reader(head)
        names, first = next(lines, []), next(lines, [])
        if head.tell() == LONGEST_HEAD:
            raise BadInputError(
                f"{path}: its names and its first row are not within {LONGEST_HEAD:,} characters: "
                "give shorter ones, or fewer columns"
            )
        _check_names(path, names)
        if len(first) > len(names):  # pandas would take the first for an index
            raise BadInputError(f"{path}: its lines have more fields than the first has names")
        frame = pd.read_csv(path, encoding="utf-8-sig", low_memory=False)
    except (OSError, UnicodeError, csv.Error, ValueError) as error:
        if isinstance(error, BadInputError):
            raise
        raise BadInputError(f"{path} is no CSV, or damaged: {one_line(error)}") from None
    return frame


def _parquet(path: Path) -> pd.DataFrame:
    try:
        import pyarrow.parquet as parquet

        about = parquet.read_metadata(path)
        values = about.num_rows * about.num_columns
        if values <= MOST_VALUES:
            frame = pd.read_parquet(path)
    except ImportError:
        raise BadInputError(
            f"{path}: to read Parquet, install pyarrow, or save the table as .csv"
        ) from None
    except Exception:  # pyarrow's are of every kind
        raise BadInputError(f"{path} is no Parquet file, or damaged: write it anew") from None
    if values > MOST_VALUES:
        raise BadInputError(f"{path} has {values:,} values, and at most {MOST_VALUES:,} are read")
    _check_names(path, [*map(str, frame.columns)])
    return frame


def _check_names(path: Path, names: Sequence[str]) -> None:
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice:
        raise BadInputError(f"{path} has two columns {twice!r}: rename one, or take it out")


def _is_number(column: "pd.Series[float]") -> bool:
    return types.is_numeric_dtype(column) and not types.is_bool_dtype(column)


def _text(path: Path, column: "pd.Series[float]") -> "pd.Series[str]":
    """Text, categories and truth values as text."""
    kinds = types.is_bool_dtype(column) or types.is_string_dtype(column)
    if not kinds and not isinstance(column.dtype, pd.CategoricalDtype):
        raise BadInputError(
            f"{path}: column {column.name!r} holds {column.dtype}: give numbers, text or truth "
            f"values, or drop=({column.name!r},)"
        )
    return column.astype(str)


def _refuse_first(path: Path, column: "pd.Series[float]", wrong: Array, why: str = "") -> None:
    """Raise BadInputError with the first value that is wrong, bool [n], where there is one."""
    if wrong.any():
        row, name = int(wrong.argmax()), column.name
        value = "empty" if pd.isna(column.iloc[row]) else repr(column.tolist()[row])
        raise BadInputError(
            f"{path}: column {name!r} is {value} in row {row + 1}{why}: change it, or leave the "
            f"row away{'' if why else f', or the column by drop=({name!r},)'}"
        )
