"""Labels as a factor: what teachers are worth to students of 100 to 10,000 labelled garments.

Big is the same 50,000 garments at every size, and a seed's larger Small holds its smaller ones;
the test set is the same. The VAEs knew the labels of the student's own Small alone: else a link
would have read 60,000 labels in secret, and no label would be saved.

Every student has 50 epochs, taught or alone, so that a small Small has few steps: of the student
alone, tried on other garments than the test set's with seeds 1000 to 1002, 50 epochs come within
0.006 of its best validation accuracy at each size (equal steps would not: 800 of them are 400
epochs of 100 labels, 0.8 points behind, and 5 of 10,000, 2.6 points behind). Its cross-entropy is
best earlier, after 22 to 43 epochs, and worse by 0.01 to 0.08 nats at the end. So beside the
student alone stands one whose epoch is selected by cross-entropy on a fifth of its own labels:
what it gains, no teacher need be paid for.

Each size and seed has a VAE of its own, some 20 s of a worker, and a teacher of what it makes:
10 seeds.
"""

from dataclasses import replace

from search_spaces.base import Space
from search_spaces.rows.controls import selected_alone
from search_spaces.rows.garments import ON_BIG, ON_MNIST, VAE
from trainables.data.domains import FASHION_MNIST, GENERATED_MNIST
from trainables.links import VaeLink
from trainables.settings import Setting, alone
from trainables.teacher import Teacher

SIZES = (100, 300, 1_000, 3_000, 10_000)
GARMENTS = replace(FASHION_MNIST, big=50_000)
BIG = replace(ON_BIG, target=GARMENTS, teacher=Teacher(domain=GARMENTS, split="Big"))


def rows(size: int) -> tuple[Setting, ...]:
    """Alone, and with each teacher, from so many labels."""
    target = replace(GARMENTS, small=size)
    link = VaeLink(recipe=replace(VAE, objects=target, labels="small"))
    taught = replace(BIG, target=target)
    through = replace(ON_MNIST, target=target, link=link)
    made = replace(through, teacher=Teacher(domain=GENERATED_MNIST, split="Big"))
    return alone(taught), selected_alone(taught, by="cross_entropy"), taught, through, made


SPACE = Space(
    name="labels",
    about="How many labels does a teacher save, and where does it save none?",
    settings=tuple(row for size in SIZES for row in rows(size)),
    seeds=10,
)
