"""A recorded student, trained again: it must give the figures that it gave.

A student under a teacher is so cheap that no study keeps it. Its teacher and the model behind its
link are in the store of artifacts, or are made again too.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from study.exporting.wanted import Wanted
from trainables.artifacts.workshop import Workshop, ignore
from trainables.cohorts.kinds import kind_of, open_workshop
from trainables.errors import Say, StudyError

ALLOWED = 0.01
"""Share of a figure by which a student may differ on another kind of machine, where PyTorch
rounds otherwise."""
Figures = Mapping[str, tuple[float, float]]
"""By name what is recorded of a student, and what it gives now."""


@dataclass(frozen=True)
class Trained:
    """A student trained again.

    weights: its state dict. figures: by name those of the test set, recorded and anew.
    workshop: with the artifacts that it learned from. was_kept: it was stored, and not trained
    again.
    """

    weights: dict[str, Tensor]
    figures: Figures
    workshop: Workshop
    was_kept: bool = False

    @property
    def is_same(self) -> bool:
        """Whether every figure is the recorded one, to the bit."""
        return all(before == now for before, now in self.figures.values())

    @property
    def check(self) -> str:
        """What came of it, in words."""
        again = "as its study kept it" if self.was_kept else "trained again"
        if self.is_same:
            return f"{again}, it gave its recorded figures to the bit"
        said = ", ".join(
            f"{name.removeprefix('test/')} {now:.6g} for {before:.6g}"
            for name, (before, now) in self.figures.items()
        )
        return f"{again}, it gave its recorded figures within {ALLOWED:.0%}: {said}"


def train_again(wanted: Wanted, say: Say) -> Trained:
    """Train the student as its study did, with the artifacts that are stored.

    Raises StudyError where it fails, or gives other figures than it gave.
    """
    torch.set_num_threads(1)  # as a worker of one CPU: so figures repeat to the bit
    kept: list[dict[str, Tensor]] = []
    workshop = open_workshop(wanted.plan.store.root)
    keeping = replace(workshop, keep=lambda _, weights: kept.append(weights))
    kind = kind_of(wanted.trial)
    for artifact in kind.needs(wanted.trial):
        if not workshop.store.has(artifact.kind, artifact.key):
            say(f"making the {artifact.kind} that it learned from, which is not stored ...")
        workshop.get_or_make(artifact)
    say("training the student again ...")
    (result,) = kind.train([wanted.trial], keeping, ignore)
    if result.failure:
        raise StudyError(f"the student failed when it was trained again: {result.failure}")
    recorded, final = wanted.student.record.metrics, result.final
    figures = {
        name: (recorded[name], value)
        for name, value in final.items()
        if name.startswith("test/") and name in recorded
    }
    check_figures(figures, wanted)
    if not kept:
        raise StudyError(
            f"{wanted.student.label} has a network that its method makes, not its setting's: name "
            "another setting"
        )
    return Trained(kept[-1], figures, workshop)


def check_figures(figures: Figures, wanted: Wanted) -> None:
    """Raise StudyError where figures differ from those that are recorded."""
    said = others(figures)
    if said or not figures:
        raise StudyError(
            f"{wanted.student.label} is another student: {said or 'no figures'}; "
            f"it was recorded by commit {wanted.student.record.commit}: export it with that, on "
            "such a machine"
        )


def others(figures: Figures) -> str:
    """Those that are not the recorded ones, in words; "" where all are."""
    return "; ".join(
        f"{name} {now:.6g} for {before:.6g}"
        for name, (before, now) in figures.items()
        if not math.isclose(before, now, rel_tol=ALLOWED, abs_tol=1e-3)
    )
