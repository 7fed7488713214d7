"""What docs/security.md says of limits and tests is so."""

import re
from pathlib import Path

import pytest

from records import jsonl
from records.foreign import parsed
from trainables import checks, errors
from trainables.data.own.reading import columns, pictures

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
LIMITS = {
    "bytes of a file": checks.MOST_BYTES,
    "pixels of a picture": pictures.MOST_PIXELS,
    "characters of a table's first lines": columns.LONGEST_HEAD,
    "values of a Parquet file": columns.MOST_VALUES,
    "bytes of a line of records": jsonl.LONGEST_LINE,
    "seeds of a setting": parsed.MOST_SEEDS,
    "characters of a name": errors.LONGEST,
}


@pytest.mark.parametrize("what", LIMITS)
def test_the_limits_are_those_of_the_code(what):
    assert f"{LIMITS[what]:,} " in PAGE


def test_the_tests_that_are_named_are_there():
    files = {path: path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/test_*.py")}
    named = re.findall(r"`(test_\w+)`", PAGE)
    assert len(named) > 10
    for name in named:
        assert any(f"def {name}(" in text for text in files.values()), name
    for path in re.findall(r"`(tests/[\w/]+\.py)`", PAGE):
        assert ROOT / path in files
