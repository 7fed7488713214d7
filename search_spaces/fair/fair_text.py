"""Handwritten digits from printed ones, by a perceptron: every objective with a teacher of print,
links under the λ-loss, and the methods, which here have a teacher of the student's own classes.

Federations read the labels of all of Big, and are no way to learn from few.
"""

from dataclasses import replace

from search_spaces.base import Space
from search_spaces.pairs.fonts import BY_PERCEPTRON
from search_spaces.rows.fair import (
    Links,
    by_links,
    by_method,
    by_methods,
    by_objectives,
    without_teacher,
)
from search_spaces.rows.methods import PIXELS_OF
from trainables.data.domains import MNIST
from trainables.data.own import PrintedDigits
from trainables.links import VAE_SCHEDULE, VaeLink, VaeRecipe
from trainables.methods.data_free.class_impressions import ClassImpressions
from trainables.methods.data_free.dafl import DataFree
from trainables.methods.data_free.zero_shot import ZeroShot
from trainables.schedule import Schedule
from trainables.settings import alone

TAUGHT = BY_PERCEPTRON
PRINT = PrintedDigits()
VAE = VaeLink(
    recipe=VaeRecipe(objects=MNIST, counterparts=PRINT, labels="small", schedule=VAE_SCHEDULE)
)
LINKS: Links = {"blur": "blur", "thickness": "thickness", "noise": "noise", "vae": VAE}
AS_IMPRESSIONS = Schedule(epochs=20, batch_size=64)

SPACE = Space(
    name="fair_text",
    about="Which way to learn handwriting from print serves a perceptron best, each tuned alike?",
    settings=(alone(TAUGHT), TAUGHT),
    searches=(
        *without_teacher(TAUGHT),
        *by_objectives(TAUGHT),
        *by_links(TAUGHT, LINKS),
        *by_methods(TAUGHT, PRINT),
        by_method(
            "class_impressions", TAUGHT, ClassImpressions(small=True), {}, AS_IMPRESSIONS
        ),
        by_method("zero_shot", TAUGHT, ZeroShot(small=True), {}, AS_IMPRESSIONS),
        by_method(
            "data_free", TAUGHT, DataFree(pixels=PIXELS_OF[MNIST], small=True), {},
            replace(AS_IMPRESSIONS, epochs=10, batch_size=256),
        ),
    ),
    seeds=10,
)  # fmt: skip
