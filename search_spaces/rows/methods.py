"""What the spaces of other transfer methods build on."""

from collections.abc import Iterable
from dataclasses import replace

from search_spaces.rows.garments import SMALL_ALONE
from trainables.data.domain import Domain
from trainables.data.domains import FASHION_MNIST, MNIST
from trainables.methods.data_free.generators import PixelScale
from trainables.networks import Network
from trainables.schedule import Schedule
from trainables.settings import Method, Setting
from trainables.settings.setting import without_method

PIXELS_OF = {FASHION_MNIST: PixelScale(0.2860, 0.3530), MNIST: PixelScale(0.1307, 0.3081)}
"""Mean and standard deviation of each domain's pixels; a test computes them again."""


def controls(settings: Iterable[Setting]) -> tuple[Setting, ...]:
    """For those that learn a teacher's answers on Small beside what they make: the same students
    without it, at the same T, λ and number of passes; each once.
    """
    return tuple(dict.fromkeys(filter(None, map(without_method, settings))))


def made_by(
    method: Method,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float = 1e-3,
    target: Domain = FASHION_MNIST,
    student: Network = SMALL_ALONE.student,
) -> Setting:
    """A student made by a method without a teacher, with the schedule of its last training."""
    schedule = Schedule(epochs=epochs, batch_size=batch_size, learning_rate=learning_rate)
    return replace(SMALL_ALONE, target=target, student=student, method=method, schedule=schedule)
