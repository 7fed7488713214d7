"""How much of everything: for a GPU, and little enough to try the code on a CPU."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Of cohorts, schedules and repeats.

    students: members of cohorts of students, trained for `epochs` on the 1,000 objects of Small.
    networks: of cohorts of teachers, VAEs and convolutional students, for `network_epochs`
        (convolutional students) or one epoch of `teacher_split` and `vae_split`.
    channels: of the convolutional students. checked_epochs, company: of what is compared with a
        CPU, and with itself in company.
    in_turn: students of the rivals that train one after the other. processes: at a time.
    captured: students whose steps are captured as graphs, and not.
    halved: members of the cohorts that two processes share.
    unfitting: members of the cohort that is given too little memory.
    matrix, copied: of the measured rates: rows, bytes.
    """

    students: tuple[int, ...] = (10, 50, 200, 1000, 3000)
    networks: tuple[int, ...] = (1, 5, 20, 100)
    epochs: int = 50
    network_epochs: int = 10
    channels: tuple[int, ...] = (16, 32)
    teacher_split: str = "Big"
    vae_split: str = "Train"
    checked_epochs: int = 5
    company: int = 50
    in_turn: int = 3
    processes: int = 4
    captured: tuple[int, ...] = (50, 1000)
    halved: tuple[int, ...] = (200, 1000)
    unfitting: int = 200
    repeats: int = 3
    matrix: int = 8192
    copied: int = 2**30


FULL = Sizes()
SMALL = Sizes(
    students=(2, 5),
    networks=(1, 2),
    epochs=2,
    network_epochs=1,
    channels=(2, 4),
    teacher_split="Small",
    vae_split="Small",
    checked_epochs=2,
    company=5,
    in_turn=1,
    processes=1,
    captured=(4,),
    halved=(4,),
    unfitting=4,
    repeats=1,
    matrix=1024,
    copied=2**26,
)
