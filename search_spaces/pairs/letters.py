"""A teacher of printed letters and handwritten digits: what carries over between classes?

Each digit is paired with the capital that looks most like it, or, as a control, with a capital by
its place in the alphabet; beside both stands a teacher of printed digits.
"""

from dataclasses import replace

from search_spaces.base import Space
from search_spaces.pairs.fonts import BY_CONVOLUTION, BY_PERCEPTRON
from trainables.data.own import PrintedLetters
from trainables.data.rendered.made import LETTERS
from trainables.settings import Setting, alone

LIKE_THE_DIGITS = "OIZEASGTBP"  # of 0 to 9 in turn


def by_letters(taught: Setting, capitals: str) -> Setting:
    """The same student; the k-th of these capitals stands for digit k."""
    assert taught.teacher
    classes = tuple(map(LETTERS.index, capitals))
    return replace(
        taught, teacher=replace(taught.teacher, domain=PrintedLetters(), classes=classes)
    )


SPACE = Space(
    name="letters",
    about="Does a teacher of printed letters teach handwritten digits, by what looks alike?",
    settings=tuple(
        row
        for taught in (BY_PERCEPTRON, BY_CONVOLUTION)
        for row in (
            alone(taught),
            taught,
            by_letters(taught, LIKE_THE_DIGITS),
            by_letters(taught, LETTERS[:10]),
        )
    ),
    seeds=20,
)
