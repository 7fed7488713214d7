import datetime

import numpy as np
import pandas as pd
import pytest
import torch
from own_data import table

from trainables.data.domain import TABLE
from trainables.data.own import TableFile
from trainables.data.task import Classes, Numbers

DRAW = np.random.default_rng(0)
N = 60
PEOPLE = pd.DataFrame(
    {
        "age": DRAW.integers(18, 80, N),
        "height": DRAW.normal(1.7, 0.1, N),
        "city": DRAW.choice(["Paris", "Łódź", "Bonn"], N),
        "married": DRAW.choice([True, False], N),
        "income": DRAW.normal(3000, 400, N),
        "code": DRAW.choice([10, 9, 2], N),
        "day": [datetime.datetime(2020, 1, 1) + datetime.timedelta(int(k)) for k in range(N)],
    }
)
GIVEN = {"drop": ("day",), "test_size": 0.2}


@pytest.fixture(params=["csv", "parquet"])
def people(tmp_path, request):
    path = tmp_path / f"people.{request.param}"
    if request.param == "csv":
        PEOPLE.to_csv(path, index=False)
    else:
        PEOPLE.astype({"city": "category"}).to_parquet(path)
    return path


def test_columns_become_features(people):
    domain = TableFile(people, target="income", unit="€", **GIVEN)
    wanted = pd.get_dummies(PEOPLE[["age", "height", "city", "married", "code"]])
    order = ["age", "height", "city_Bonn", "city_Paris", "city_Łódź", "married", "code"]
    wanted = wanted[order].astype("float64").to_numpy()
    wanted = np.insert(wanted, 5, 1 - wanted[:, 5], axis=1)  # False stands before True
    assert (domain.shape, domain.kind, domain.standardised) == ((8,), TABLE, True)
    assert domain.load().train.pixels.dtype == torch.float32
    assert torch.equal(domain.load().train.pixels, torch.from_numpy(wanted).float())
    income = torch.from_numpy(PEOPLE["income"].to_numpy()).float()
    assert torch.equal(domain.load().train.labels, income)
    assert domain.task == Numbers(unit="€", digits=(0, 1))
    assert domain.objects == "rows"
    assert domain.split_sizes == {"Train": 48, "Big": 43, "Small": 5, "Test": 12}


@pytest.mark.parametrize(
    ("target", "classes", "names"),
    [
        ("city", False, ("Bonn", "Paris", "Łódź")),
        ("married", False, ("False", "True")),
        ("code", True, ("2", "9", "10")),
    ],
)
def test_a_target_of_classes(people, target, classes, names):
    domain = TableFile(people, target=target, classes=classes, **GIVEN)
    assert domain.task.names == names
    labels = [names[label] for label in domain.load().train.labels.tolist()]
    assert labels == PEOPLE[target].astype(str).tolist()
    assert isinstance(domain.task, Classes)


def test_rows_of_a_group_stay_together(people):
    domain = TableFile(people, target="income", group="age", small=8, drop=("day",), test_size=8)
    assert domain.shape == (7,)
    ages = torch.from_numpy(PEOPLE["age"].to_numpy())
    found = domain.load().groups
    same = ages.unsqueeze(0) == ages.unsqueeze(1)
    assert torch.equal(same, found.unsqueeze(0) == found.unsqueeze(1))
    rows = domain.rows(0)
    assert not set(ages[rows.small].tolist()) & set(ages[rows.test].tolist())


def test_a_csv_with_a_byte_order_mark_quotes_and_windows_lines(tmp_path):
    path = tmp_path / "some.csv"
    lines = ['a,"b, too",y', *(f'{k},"x{k % 2}",{k}.5' for k in range(20))]
    path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    domain = TableFile(path, target="y", test_size=4)
    wanted = [[k, 1 - k % 2, k % 2] for k in range(20)]
    assert domain.load().train.pixels.tolist() == wanted


def test_a_constant_column_is_borne(tmp_path):
    path = table(tmp_path / "some.csv", ["a,b,y", *(f"{k},7,{k}" for k in range(20))])
    assert TableFile(path, target="y", test_size=4).load().train.pixels[:, 1].tolist() == [7] * 20


def test_numbers_of_parquet_that_may_be_missing_and_are_not(tmp_path):
    frame = pd.DataFrame({"a": range(20), "y": range(20)}).astype({"a": "Int64", "y": "Float64"})
    frame.to_parquet(tmp_path / "some.parquet")
    domain = TableFile(tmp_path / "some.parquet", target="y", test_size=4)
    assert domain.load().train.pixels.flatten().tolist() == [*range(20)]
