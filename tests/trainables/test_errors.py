"""What a user reads of an error that is not ours."""

import pytest

from trainables.errors import MOST_SHOWN, one_line


@pytest.mark.parametrize(
    ("error", "first", "last"),
    [
        (ValueError("\nthe server has gone\nand more\n"), "the server has gone", "and more"),
        (ConnectionError(), "ConnectionError", "ConnectionError"),
        (OSError("   "), "OSError", "OSError"),
        (ValueError("x" * 9_000), "x" * MOST_SHOWN, "x" * MOST_SHOWN),
        ("a service's own words", "a service's own words", "a service's own words"),
    ],
)
def test_an_error_is_one_line(error, first, last):
    assert one_line(error) == first
    assert one_line(error, last=True) == last
