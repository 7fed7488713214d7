"""One vendor's emoji teach another's: categories of 400 drawings, in colour, of unequal size.

The teacher has seen Noto's drawings of other emoji than the student is tested on.
"""

from dataclasses import replace

from search_spaces.base.space import Space
from trainables.data.own import Emoji
from trainables.networks import ConvNet, ResNet18
from trainables.objectives import Distillation
from trainables.schedule import Schedule
from trainables.settings import Setting, alone
from trainables.teacher import Teacher

SIZE = 32  # of a picture
NETWORK = ConvNet(channels=(16, 32))
NOTO = Teacher(
    domain=Emoji(vendor="noto", size=SIZE),
    network=NETWORK,
    schedule=Schedule(epochs=20, batch_size=64),
)
BY_CONVOLUTION = Setting(
    target=Emoji(vendor="twemoji", size=SIZE),
    student=NETWORK,
    teacher=NOTO,
    objective=Distillation(hard_label_weight=0.5, temperature=4),
    schedule=Schedule(epochs=30, batch_size=64),
)
BY_RESIDUALS = replace(
    BY_CONVOLUTION, student=ResNet18(width=8), schedule=Schedule(epochs=15, batch_size=64)
)
ROWS = (BY_CONVOLUTION, BY_RESIDUALS)

SPACE = Space(
    name="emoji",
    about="Do Noto's emoji teach a student of 400 of Twemoji's, by which network?",
    settings=tuple(row for taught in ROWS for row in (alone(taught), taught)),
    seeds=10,
)
