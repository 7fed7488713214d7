"""Printed digits teach handwritten ones: how much, for a student of 100 labels."""

from dataclasses import replace

from search_spaces.base.space import Space
from search_spaces.pairs.fonts import SPACE as FONTS
from trainables.data.domains import MNIST

FEW = replace(MNIST, small=100)

SPACE = Space(
    name="fonts_100",
    about="Do printed digits teach handwritten ones, from 100 labels, by which network?",
    settings=tuple(replace(row, target=FEW) for row in FONTS.settings),
    seeds=10,
)
