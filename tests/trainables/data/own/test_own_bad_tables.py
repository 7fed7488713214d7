"""Each mistake in a user's table is one line: what was given, what is allowed, what to do."""

import sys
from unittest.mock import patch

import pandas as pd
import pytest
from own_data import PEOPLE, check_line, people, table

from trainables.data.own import TableFile


def instead(line, at=4):
    return [*PEOPLE[:at], line, *PEOPLE[at + 1 :]]


def parquet(tmp, frame):
    frame.to_parquet(tmp / "people.parquet")
    return TableFile(tmp / "people.parquet", target="income", test_size=4)


def without_pyarrow(tmp):
    path = table(tmp / "people.parquet", PEOPLE)
    with patch.dict(sys.modules, {"pyarrow": None, "fastparquet": None}):
        TableFile(path, target="income", test_size=4)


TABLES = {
    "another kind of table": (
        lambda tmp: people(tmp, name="people.xlsx"),
        "{tmp}/people.xlsx: give a table as .csv or .parquet",
    ),
    "no table": (
        lambda tmp: TableFile(tmp / "people.csv", target="income", test_size=4),
        "{tmp}/people.csv cannot be read: No such file or directory",
    ),
    "an empty table": (
        lambda tmp: people(tmp, lines=[]),
        "{tmp}/people.csv is no CSV, or damaged: No columns to parse from file",
    ),
    "a table in another encoding": (
        lambda tmp: (
            (tmp / "a.csv").write_bytes("ä,b".encode("latin-1")),
            TableFile(tmp / "a.csv", target="b"),
        ),
        "{tmp}/a.csv is no CSV, or damaged: 'utf-8' codec can't decode byte 0xe4 in position 0: "
        "invalid continuation byte",
    ),
    "no rows": (
        lambda tmp: people(tmp, lines=PEOPLE[:1]),
        "{tmp}/people.csv has no rows, or no columns but those to drop",
    ),
    "lines of several lengths": (
        lambda tmp: people(tmp, lines=instead("1,A,2,3,4")),
        "{tmp}/people.csv is no CSV, or damaged: Error tokenizing data. C error: Expected 3 "
        "fields in line 5, saw 5",
    ),
    "more fields than names": (
        lambda tmp: people(tmp, lines=[PEOPLE[0], *(f"{line},0" for line in PEOPLE[1:])]),
        "{tmp}/people.csv: its lines have more fields than the first has names",
    ),
    "two columns of one name": (
        lambda tmp: people(tmp, lines=["age,age,income", *PEOPLE[1:]]),
        "{tmp}/people.csv has two columns 'age': rename one, or take it out",
    ),
    "a column without a name": (
        lambda tmp: people(tmp, lines=[",city,income", *PEOPLE[1:]]),
        "{tmp}/people.csv: a column has no name (row numbers?): name it, or give "
        "drop=('Unnamed: 0',)",
    ),
    "no such target": (
        lambda tmp: people(tmp, target="incom"),
        "unknown column of {tmp}/people.csv 'incom': did you mean 'income'? known are age, city, "
        "income",
    ),
    "no such group": (
        lambda tmp: people(tmp, group="town"),
        "unknown column of {tmp}/people.csv 'town': known are age, city, income",
    ),
    "the target dropped": (
        lambda tmp: people(tmp, drop=("income",)),
        "TableFile: target='income', group='' and drop=('income',) must be different columns",
    ),
    "a text to drop": (
        lambda tmp: people(tmp, drop="age"),
        "TableFile.drop is 'age': give drop=('age',)",
    ),
    "nothing to learn by": (
        lambda tmp: people(tmp, drop=("age", "city")),
        "{tmp}/people.csv has no column beside the target: there is nothing to learn by",
    ),
    "a missing number": (
        lambda tmp: people(tmp, lines=instead(",A,2")),
        "{tmp}/people.csv: column 'age' is empty in row 4: change it, or leave the row away, or "
        "the column by drop=('age',)",
    ),
    "a missing text": (
        lambda tmp: people(tmp, lines=instead("1,NA,2")),
        "{tmp}/people.csv: column 'city' is empty in row 4: change it, or leave the row away, or "
        "the column by drop=('city',)",
    ),
    "an infinite number": (
        lambda tmp: people(tmp, lines=instead("inf,A,2")),
        "{tmp}/people.csv: column 'age' is inf in row 4: change it, or leave the row away, or the "
        "column by drop=('age',)",
    ),
    "a target that is no number": (
        lambda tmp: people(tmp, lines=instead("1,A,12 €"), unit="€"),
        "{tmp}/people.csv: column 'income' is '12 €' in row 4, and unit='€' is for numbers: "
        "change it, or leave the row away",
    ),
    "classes that are not whole": (
        lambda tmp: people(tmp, classes=True),
        "{tmp}/people.csv: column 'income' is 2.5 in row 2, and classes=True is for whole "
        "numbers: change it, or leave the row away",
    ),
    "a unit of classes in a table": (
        lambda tmp: people(tmp, classes=True, unit="€"),
        "TableFile: classes=True has no unit='€': leave one of the two away",
    ),
    "a class of one row": (
        lambda tmp: people(tmp, lines=instead("1,Z,2"), target="city"),
        "{tmp}/people.csv, column 'city': class 'Z' has one object only: give it 2 at least, or "
        "leave it away",
    ),
    "too many categories": (
        lambda tmp: people(tmp, lines=[PEOPLE[0], *(f"{k},c{k},{k}" for k in range(201))]),
        "{tmp}/people.csv: column 'city' has 201 categories ('c0', say): give numbers, at most "
        "200 categories, or drop=('city',)",
    ),
    "dates": (
        lambda tmp: parquet(
            tmp, pd.DataFrame({"day": pd.to_datetime(["2020-01-01"] * 20), "income": range(20)})
        ),
        "{tmp}/people.parquet: column 'day' holds datetime64[us]: give numbers, text or truth "
        "values, or drop=('day',)",
    ),
    "a text that is called .parquet": (
        lambda tmp: people(tmp, name="people.parquet"),
        "{tmp}/people.parquet is no Parquet file, or damaged: write it anew",
    ),
    "Parquet without pyarrow": (
        without_pyarrow,
        "{tmp}/people.parquet: to read Parquet, install pyarrow, or save the table as .csv",
    ),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_mistake_in_a_table_is_one_line(case, tmp_path):
    check_line(*TABLES[case], tmp_path)
