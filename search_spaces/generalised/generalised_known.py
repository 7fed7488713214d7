"""The known case of Lopez-Paz et al. 2016: digits at 7×7 and 28×28, as their code trains them.

50 epochs in batches of 128 are 150 steps on 300 digits, and 200 on 500. Beside these rows stand
the same ones trained for as long as validation asks for (search_spaces/rows/generalised.py).
"""

from dataclasses import replace

from search_spaces.base.space import Space
from search_spaces.rows.generalised import bound, taught
from trainables.data.domains import MNIST
from trainables.objectives import Imitation
from trainables.schedule import Schedule
from trainables.settings import Setting, alone

SIZES = (300, 500)
TEMPERATURES = (1, 20)
AS_CODED = Schedule(epochs=50, batch_size=128)


def long(size: int, temperature: float) -> Setting:
    """Taught by their loss, teacher and student trained long enough; their λ is ½."""
    objective = Imitation(hard_label_weight=0.5, temperature=temperature)
    return replace(taught(MNIST, size), objective=objective)


def short(setting: Setting) -> Setting:
    """The same, teacher and student trained as by their code."""
    teacher = setting.teacher and replace(setting.teacher, schedule=AS_CODED)
    return replace(setting, schedule=AS_CODED, teacher=teacher)


def rows(size: int) -> tuple[Setting, ...]:
    """As coded alone, taught and whole, then alone and taught longer."""
    students = [long(size, temperature) for temperature in TEMPERATURES]
    lengthened = (alone(students[0]), *students)
    return *(short(one) for one in (*lengthened, bound(students[0]))), *lengthened


SPACE = Space(
    name="generalised_known",
    about="Does a teacher of 28×28 digits help a student of 7×7 as Lopez-Paz et al. print it?",
    settings=tuple(row for size in SIZES for row in rows(size)),
)
