"""What print is worth to students of 100 to 10,000 handwritten digits, by a perceptron.

Big is the same 50,000 digits at every size, and a seed's larger Small holds its smaller ones; the
test set is the same. The teacher has read no handwriting, so every label that it saves is one
less to write. Beside the student alone stands one whose epoch is selected by cross-entropy on a
fifth of its own labels: what it gains, no teacher need be paid for.
"""

from dataclasses import replace

from search_spaces.base import Space
from search_spaces.pairs.fonts import BY_PERCEPTRON
from search_spaces.rows.controls import selected_alone
from trainables.data.domains import MNIST
from trainables.settings import Setting, alone

SIZES = (100, 300, 1_000, 3_000, 10_000)


def rows(taught: Setting) -> tuple[Setting, ...]:
    """At each size: alone, alone with a selected epoch, and taught by print."""
    sized = [replace(taught, target=replace(MNIST, small=n, big=50_000)) for n in SIZES]
    return tuple(
        row for one in sized for row in (alone(one), selected_alone(one, by="cross_entropy"), one)
    )


SPACE = Space(
    name="fonts_labels",
    about="How many handwritten labels does print save, and where does it save none?",
    settings=rows(BY_PERCEPTRON),
    seeds=20,
)
