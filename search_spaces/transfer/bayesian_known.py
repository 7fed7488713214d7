"""The FashionMNIST experiment of Grabovoy and Strijov 2021, as their code runs it."""

from dataclasses import replace

from search_spaces.base.space import Space
from search_spaces.rows.garments import SMALL_ALONE
from search_spaces.transfer.bayesian import PLAIN
from trainables.data.domains import FASHION_MNIST
from trainables.methods.bayesian import BayesianDistillation
from trainables.networks import Perceptron
from trainables.schedule import Schedule
from trainables.settings import Setting
from trainables.teacher import Teacher

BRIEF = Schedule(epochs=2, batch_size=8)  # of teacher and student, both on all of Train
TEACHER = Teacher(
    domain=FASHION_MNIST, split="Train", network=Perceptron(hidden=(800, 50)), schedule=BRIEF
)


def repeated(prior: str) -> Setting:
    """Their student [784, 50, 10] without distillation, with a partial one, with a full one."""
    start = "own" if prior == "standard" else "teacher"
    method = BayesianDistillation(prior=prior, start=start, small=False, as_published=True)
    return replace(
        SMALL_ALONE,
        student=Perceptron(hidden=(50,)),
        teacher=TEACHER if method.asks_teacher else None,
        objective=PLAIN,
        method=method,
        schedule=BRIEF,
    )


SPACE = Space(
    name="bayesian_known",
    about="Does Bayesian distillation as its authors ran it give here what they print?",
    settings=tuple(repeated(prior) for prior in ("standard", "mean", "full")),
    seeds=3,
)
