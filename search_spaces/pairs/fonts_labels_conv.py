"""What print is worth to students of 100 to 10,000 handwritten digits, by a convolution."""

from search_spaces.base import Space
from search_spaces.pairs.fonts import BY_CONVOLUTION
from search_spaces.pairs.fonts_labels import rows

SPACE = Space(
    name="fonts_labels_conv",
    about="How many handwritten labels does print save a convolution, and where none?",
    settings=rows(BY_CONVOLUTION),
    seeds=20,
)
