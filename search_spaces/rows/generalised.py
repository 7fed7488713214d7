"""Students that see 7×7 pixels of images that their teachers see whole.

Networks have two hidden layers of 20, as in Lopez-Paz et al. 2016. Schedules were chosen without
the test set, by students alone of 300 and 1,000 objects (Adam at its usual 1e-3, batches of 64;
seeds 1000 to 1003, validated on 10,000 others of Big), up to 600 epochs:

- 7×7 pixels, 300 epochs: within 0.005 of the best accuracy everywhere; after the 50 that the rest
  of the study has on 28×28, 300 digits give 0.586, after 300 epochs 0.784.
- 28×28 pixels, 100 epochs: within 0.002 of the best.
"""

from dataclasses import replace

from search_spaces.base.search import Search
from search_spaces.rows.searched import WEIGHT_AND_TEMPERATURE
from trainables.data.domains import MnistLike
from trainables.data.views import Shrunk, Viewed
from trainables.networks import Perceptron
from trainables.objectives import Distillation
from trainables.schedule import Schedule
from trainables.settings import CrossValidation, Setting, alone
from trainables.teacher import Teacher

NETWORK = Perceptron(hidden=(20, 20))
SHRUNK = Shrunk(height=7, width=7)
SEEN = Schedule(epochs=300, batch_size=64)
WHOLE = Schedule(epochs=100, batch_size=64)
SIZES = (300, 500, 1_000)
BIG = 50_000  # the same objects at every size


def taught(domain: MnistLike, size: int) -> Setting:
    """A student of so many objects at 7×7, its teacher one of the same objects at 28×28."""
    whole = replace(domain, small=size, big=BIG)
    return Setting(
        target=Viewed(of=whole, view=SHRUNK),
        student=NETWORK,
        teacher=Teacher(domain=whole, split="Small", network=NETWORK, schedule=WHOLE),
        objective=Distillation(hard_label_weight=0.5, temperature=4),
        schedule=SEEN,
    )


def bound(row: Setting) -> Setting:
    """The student alone that sees all of its objects."""
    return replace(alone(row), target=row.target.whole, schedule=WHOLE)


def rows(domain: MnistLike, size: int) -> tuple[Setting, ...]:
    """Alone; taught by who sees more, no more, and more of more objects; and the bound.

    The teacher that sees no more than its student is the control: what it gives is no privilege.
    """
    first = taught(domain, size)
    assert first.teacher
    no_more = replace(first.teacher, domain=first.target, schedule=SEEN)
    of_big = Teacher(domain=replace(domain, big=BIG), split="Big")
    others = tuple(replace(first, teacher=teacher) for teacher in (no_more, of_big))
    return alone(first), first, *others, bound(first)


def privilege(domain: MnistLike, size: int) -> tuple[Setting, Setting]:
    """The contrast of who is taught by one that sees more, and by one that sees no more."""
    _, more, no_more, *_ = rows(domain, size)
    return more, no_more


def searched(domain: MnistLike, size: int) -> Search:
    """λ and T of the same Small's teacher, by cross-validation; each fold's has not seen it."""
    return Search(
        name=f"of_{size}", base=taught(domain, size), over=WEIGHT_AND_TEMPERATURE,
        rule=CrossValidation(), settings=16, oracle=False,
    )  # fmt: skip
