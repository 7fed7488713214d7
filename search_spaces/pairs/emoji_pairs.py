"""One vendor's emoji teach another's behind a link that is learned from pairs, by their number.

Every emoji is drawn in both styles, so φ can be learned: from pairs of Big, emoji that neither the
student nor its test knows. Beside it: no link, and the moments of colours, which need no pairs.
"""

from dataclasses import replace

from search_spaces.base.space import Space
from search_spaces.pairs.emoji import BY_CONVOLUTION, NOTO
from trainables.data.domain import Domain
from trainables.links import ColourRecipe, ColourStatistics, PairedLink, PairedRecipe
from trainables.settings import alone

PAIRS = (30, 100, 300, 1_000)
TWEMOJI = BY_CONVOLUTION.target


def colours(student: Domain, teacher: Domain) -> ColourStatistics:
    """The moments of the teacher's colours, for the student's pictures."""
    return ColourStatistics(recipe=ColourRecipe(objects=student, counterparts=teacher))


def paired(student: Domain, teacher: Domain, pairs: int = PAIRS[-1]) -> PairedLink:
    """The link of so many pairs."""
    return PairedLink(recipe=PairedRecipe(objects=student, counterparts=teacher, pairs=pairs))


LINKS = (
    colours(TWEMOJI, NOTO.domain),
    *(paired(TWEMOJI, NOTO.domain, pairs) for pairs in PAIRS),
)

SPACE = Space(
    name="emoji_pairs",
    about="How many pairs does a link from Twemoji to Noto take, until it helps a student?",
    settings=(
        alone(BY_CONVOLUTION),
        BY_CONVOLUTION,
        *(replace(BY_CONVOLUTION, link=link) for link in LINKS),
    ),
    seeds=20,
)
