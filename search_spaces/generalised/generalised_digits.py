"""Students of 300, 500 and 1,000 digits at 7×7 pixels, taught by who sees the same at 28×28."""

from search_spaces.base.space import Space
from search_spaces.rows.generalised import SIZES, privilege, rows, searched
from trainables.data.domains import MNIST

SPACE = Space(
    name="generalised_digits",
    about="Does a teacher that sees the same digits whole help a student that sees 7×7 pixels?",
    settings=tuple(row for size in SIZES for row in rows(MNIST, size)),
    searches=tuple(searched(MNIST, size) for size in SIZES),
    contrasts=tuple(privilege(MNIST, size) for size in SIZES),
)
