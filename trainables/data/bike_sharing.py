"""Bike sharing: how UCI's hour.csv is read and rebuilt from a package, and its features.

Fanaee-T and Gama 2014, CC BY 4.0. One row an hour of 2011 and 2012; the target is `cnt`, the
number of bikes rented in that hour.
"""

import csv
import io
from datetime import date
from pathlib import Path

import torch
from torch import Tensor

from trainables.errors import BadInputError

COLUMNS = (
    "instant", "dteday", "season", "yr", "mnth", "hr", "holiday", "weekday", "workingday",
    "weathersit", "temp", "atemp", "hum", "windspeed", "casual", "registered", "cnt",
)  # fmt: skip
NUMBERS = tuple(name for name in COLUMNS if name != "dteday")
PLAIN = (  # of cyc15, taken as they are
    "season", "yr", "holiday", "workingday", "weathersit", "temp", "atemp", "hum", "windspeed",
)  # fmt: skip
CYCLES = {"hr": 24, "mnth": 12, "weekday": 7}  # with their periods
RAW = tuple(name for name in NUMBERS if name != "cnt")
"""All columns but date and target: 15, as many as the published network reads. Two of them,
`casual` and `registered`, add up to the target."""


def read_hours(path: Path) -> dict[str, Tensor]:
    """The numeric columns of an hour.csv by name, each float64 [n].

    Raises BadInputError, one line, where the file is not one, or is damaged.
    """
    try:
        header, *lines = csv.reader(io.StringIO(path.read_bytes().decode("ascii"), newline=""))
        if tuple(header) != COLUMNS:
            raise ValueError(f"its columns are not {', '.join(COLUMNS)}")
        if not lines or any(len(line) != len(COLUMNS) for line in lines):
            raise ValueError(f"not every line has {len(COLUMNS)} fields")
        kept = [[float(cell) for cell in (line[0], *line[2:])] for line in lines]  # without dteday
        table = torch.tensor(kept, dtype=torch.float64)
        if not bool(table.isfinite().all()):
            raise ValueError("a number in it is not finite")
    except (ValueError, csv.Error) as error:
        reason = " ".join(str(error).split())[:200]
        raise BadInputError(f"{path} is no hour.csv, or damaged: {reason}: delete it") from None
    return dict(zip(NUMBERS, table.T, strict=True))


def cyc15(hours: dict[str, Tensor]) -> Tensor:
    """Nine columns as they are, then sine and cosine of hour, month, weekday: [n, 15]."""
    turns = [2 * torch.pi * hours[name] / period for name, period in CYCLES.items()]
    circles = [wave for turn in turns for wave in (turn.sin(), turn.cos())]
    return torch.stack([*(hours[name] for name in PLAIN), *circles], dim=1)


def raw15(hours: dict[str, Tensor]) -> Tensor:
    """All columns but date and target: [n, 15].

    With `casual` and `registered`, as was most likely published: docs/protocol, "What is wrong
    with it, and ours".
    """
    return torch.stack([hours[name] for name in RAW], dim=1)


# The rest turns the package's table into UCI's, to the byte.

SEASONS = {name: code for code, name in enumerate(("spring", "summer", "fall", "winter"), start=1)}
WEATHER = {"": 1, "Clear": 1, "Mist": 2, "Light Rain": 3, "Heavy Rain": 4}
ANSWERS = {"No": 0, "Yes": 1}


def rebuilt(content: bytes) -> bytes:
    """UCI's hour.csv from the package's table: its rows shuffled, codes as text, °C and percent.

    Raises OSError where that table is another than expected.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
        rows.sort(key=lambda row: (row["dteday"], _hour(row["hr"])))
        lines = [_line(number, row) for number, row in enumerate(rows, start=1)]
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise OSError(f"the package's table is another than expected: {error!r}") from None
    return "".join(f"{line}\r\n" for line in (",".join(COLUMNS), *lines)).encode("ascii")


def _hour(text: str) -> int:
    """12am → 0, 1pm → 13."""
    return int(text[:-2]) % 12 + 12 * text.endswith("pm")


def _line(number: int, row: dict[str, str]) -> str:
    day = date.fromisoformat(row["dteday"])
    cells = [
        number, day, SEASONS[row["season"]], day.year - 2011, day.month, _hour(row["hr"]),
        ANSWERS[row["holiday"]], day.isoweekday() % 7, ANSWERS[row["workingday"]],
        WEATHER[row["weathersit"]], _share(row["temp"], 8, 47), _share(row["atemp"], 16, 66),
        _share(row["hum"], 0, 100), _share(row["windspeed"], 0, 67),
        row["casual"], row["registered"], row["cnt"],
    ]  # fmt: skip
    return ",".join(map(str, cells))


def _share(text: str, shift: float, span: float) -> str:
    """(value + shift) / span to four decimals, without trailing zeros: UCI's normalised values."""
    return f"{round((float(text) + shift) / span, 4):g}"
